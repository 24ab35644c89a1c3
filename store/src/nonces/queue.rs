//! Who waits for a nonce to be written, and what is known meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicI64};

use tokio::sync::{Notify, OnceCell, oneshot};

use crate::{
    error::StoreError,
    nonces::{known::Known, nonce::Nonce},
};

/// What became of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Nobody had used it before; now it is used up.
    pub is_new: bool,
    /// The number of the newest activity at that moment, whoever's it was: what memory holds must not be older.
    pub newest_activity: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    queue: Mutex<Queue>,
    /// As many wait as are expected.
    pub(super) gathered: Notify,
    /// Whoever writes holds it for as long as that takes.
    pub(super) known: tokio::sync::Mutex<Known>,
    /// Every nonce of this second and before is forgotten, so none of them may be accepted.
    pub(super) forgotten_until: OnceCell<AtomicI64>,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: Vec<Waiting>,
    /// Somebody is writing and will look again when done.
    pub(super) is_written: bool,
    /// How many are expected to share the next write; 0 while it is not known who asks again.
    pub(super) expected: usize,
    /// What is older may be forgotten.
    pub(super) too_old: i64,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) nonce: Nonce,
    pub(super) answer: oneshot::Sender<Result<Recorded, StoreError>>,
}

impl Nonces {
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many will be answered now, and may ask again.
    pub(super) fn expect(&self, answered: usize) {
        let mut queue = self.queue();
        queue.expected = answered + queue.waiting.len();
    }
}
