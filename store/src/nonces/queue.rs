//! The queue of callers whose nonces wait to be written.

use std::sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicI64};

use tokio::sync::{Notify, OnceCell, oneshot};

use crate::{
    error::StoreError,
    nonces::{nonce::Nonce, seen::Seen},
};

/// The outcome of recording a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Whether it was unused until now.
    pub is_new: bool,
    /// The newest activity at that moment, on any node: cached rows must not be older.
    pub newest_activity: i64,
}

/// The callers that wait, and what their writer knows.
#[derive(Debug, Default)]
pub(crate) struct NonceQueue {
    queue: Mutex<Queue>,
    /// Signalled when as many wait as are expected.
    pub(super) gathered: Notify,
    /// Locked by the writer, for the whole write.
    pub(super) seen: tokio::sync::Mutex<Seen>,
    /// Nonces up to this second are deleted, so none of them may be accepted.
    pub(super) forgotten_until: OnceCell<AtomicI64>,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: Vec<Waiting>,
    /// A writer is running, and will look at the queue again.
    pub(super) writing: bool,
    /// How many callers are expected to share the next write; 0 before the first answers.
    pub(super) expected: usize,
    /// Nonces up to this second may be deleted.
    pub(super) too_old: i64,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) nonce: Nonce,
    pub(super) answer: oneshot::Sender<Result<Recorded, StoreError>>,
}

impl NonceQueue {
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The callers that are answered now may come back.
    pub(super) fn expect(&self, answered: usize) {
        let mut queue = self.queue();
        queue.expected = answered + queue.waiting.len();
    }
}
