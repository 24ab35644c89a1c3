//! Nonces at rest: no signed request is accepted twice, not even after a crash, nor on another node.
//!
//! A caller waits until its nonce is on disk; all callers that wait at the same time share one write (group commit).

pub(crate) mod forgotten;
pub(crate) mod nonce;
mod postgres;
pub(crate) mod queue;
mod seen;
mod sqlite;
mod unfinished;

use std::{mem, sync::Arc, time::Duration};

use sea_orm::DbBackend;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    database::{original::OriginalFiles, postgres::discard_after},
    error::StoreError,
    nonces::{
        nonce::Nonce,
        queue::{Recorded, Waiting},
        unfinished::Unfinished,
    },
    store::Store,
};

/// The most nonces in one write.
const MOST_AT_ONCE: usize = 4096;

/// Group commit: after its answers, the writer gathers the next batch for up to 1 ms, or until as many requests wait
/// as are expected: those just answered plus those that arrived meanwhile. Larger batches cost less per nonce. A
/// caller that is alone does not wait.
const GATHER: Duration = Duration::from_millis(1);

/// The time limit for a write. After it, the outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(5);

/// The nonces of accepted requests. They hold the store by its `Arc`, since a write outlives a caller that is cancelled.
#[derive(Clone, Copy, Debug)]
pub struct Nonces<'a>(&'a Arc<Store>);

impl Store {
    /// The nonces of accepted requests.
    #[inline]
    pub fn nonces(self: &Arc<Self>) -> Nonces<'_> {
        Nonces(self)
    }
}

impl Nonces<'_> {
    /// Records a nonce as used; returns once that is on disk. Nonces up to the second `too_old` may be deleted: the
    /// timestamps of their requests are refused.
    pub async fn record(self, nonce: Nonce, too_old: i64) -> Result<Recorded, StoreError> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut queue = self.0.nonce_queue.queue();
            queue.too_old = queue.too_old.max(too_old);
            queue.waiting.push(Waiting { nonce, answer });
            if queue.waiting.len() == queue.expected {
                self.0.nonce_queue.gathered.notify_one();
            }
            !mem::replace(&mut queue.writing, true)
        };
        if begins {
            // In a task of its own: the caller may be cancelled, and others wait for the same write.
            let store = self.0.clone();
            tokio::spawn(async move { store.nonces().write().await });
        }
        answered.await.unwrap_or(Err(StoreError::Interrupted))
    }

    /// Writes batches until the queue is empty.
    async fn write(self) {
        let mut unfinished = Unfinished::new(self.0);
        loop {
            let (batch, too_old) = {
                let mut queue = self.0.nonce_queue.queue();
                queue.expected = 0;
                if queue.waiting.is_empty() {
                    queue.writing = false;
                    unfinished.finish();
                    return;
                }
                let most = queue.waiting.len().min(MOST_AT_ONCE);
                let rest = queue.waiting.split_off(most);
                (mem::replace(&mut queue.waiting, rest), queue.too_old)
            };
            let written = timeout(PATIENCE, self.write_batch(&batch, too_old)).await;
            self.0.nonce_queue.expect(batch.len());
            match written.unwrap_or(Err(StoreError::TookTooLong)) {
                Ok((is_new, newest_activity)) => {
                    for (waiting, is_new) in batch.into_iter().zip(is_new) {
                        // A caller that was cancelled does not need the answer.
                        let _ = waiting.answer.send(Ok(Recorded { is_new, newest_activity }));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, requests = batch.len(), "nonces could not be recorded");
                    for waiting in batch {
                        let _ = waiting.answer.send(Err(error.same()));
                    }
                }
            }
            // Timeout is the normal way out.
            let _ = timeout(GATHER, self.0.nonce_queue.gathered.notified()).await;
        }
    }

    /// Records the new nonces of a batch; returns which ones were new, and the number of the newest activity.
    async fn write_batch(self, batch: &[Waiting], too_old: i64) -> Result<(Vec<bool>, i64), StoreError> {
        let nonces: Vec<Nonce> = batch.iter().map(|waiting| waiting.nonce).collect();
        let forgotten_until = self.bound().await?;
        if self.0.backend() == DbBackend::Postgres {
            return match self.write_shared(&nonces, forgotten_until, too_old).await {
                Ok(written) => Ok(written),
                Err(error) => Err(discard_after(error, &self.0.nonce_writer).await),
            };
        }
        // Looked at each time: a checkpoint could hide that the database was overwritten.
        self.0.files.as_ref().map_or(Ok(()), OriginalFiles::check)?;
        self.write_row(&nonces, forgotten_until, too_old).await
    }
}
