//! Nonces at rest: no signed request is accepted twice, not even after a crash, nor on another node.
//!
//! Whoever asks waits until its nonce is on the disk; all who wait at the same time share one write (group commit).

pub(crate) mod forgotten;
mod known;
pub(crate) mod nonce;
mod postgres;
pub(crate) mod queue;
mod sqlite;

use std::{mem, sync::Arc, time::Duration};

use sea_orm::DbBackend;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    error::StoreError,
    nonces::{
        nonce::Nonce,
        queue::{Recorded, Waiting},
    },
    store::Store,
};

/// How many nonces share a write at most.
const MOST_AT_ONCE: usize = 4096;

/// While many ask, the next write waits so long, from the answers of the one before on, for as many as there seem to be:
/// those that were answered and those that came meanwhile. Each of them costs less then. Whoever asks when nobody else does
/// is not kept waiting.
const GATHER: Duration = Duration::from_millis(1);

/// A write that takes longer is given up: nobody can tell what became of it.
const PATIENCE: Duration = Duration::from_secs(5);

impl Store {
    /// Uses up a nonce. The answer comes when it is on the disk. Nonces of the second `too_old` and before may be
    /// forgotten: their requests are refused by their timestamps.
    pub async fn use_nonce(self: &Arc<Self>, nonce: Nonce, too_old: i64) -> Result<Recorded, StoreError> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut queue = self.nonces.queue();
            queue.too_old = queue.too_old.max(too_old);
            queue.waiting.push(Waiting { nonce, answer });
            if queue.waiting.len() == queue.expected {
                self.nonces.gathered.notify_one();
            }
            !mem::replace(&mut queue.is_written, true)
        };
        if begins {
            // A task of its own: whoever asked may go away without leaving the others waiting.
            let store = self.clone();
            tokio::spawn(async move { store.write_nonces().await });
        }
        answered.await.unwrap_or(Err(StoreError::Interrupted))
    }

    /// Writes until nobody waits.
    async fn write_nonces(&self) {
        loop {
            let (batch, too_old) = {
                let mut queue = self.nonces.queue();
                queue.expected = 0;
                if queue.waiting.is_empty() {
                    queue.is_written = false;
                    return;
                }
                let most = queue.waiting.len().min(MOST_AT_ONCE);
                let rest = queue.waiting.split_off(most);
                (mem::replace(&mut queue.waiting, rest), queue.too_old)
            };
            let written = timeout(PATIENCE, self.write_batch(&batch, too_old)).await;
            self.nonces.expect(batch.len());
            match written.unwrap_or(Err(StoreError::TookTooLong)) {
                Ok((is_new, newest_activity)) => {
                    for (one, is_new) in batch.into_iter().zip(is_new) {
                        // Whoever went away does not need the answer.
                        let _ = one.answer.send(Ok(Recorded { is_new, newest_activity }));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, requests = batch.len(), "nonces could not be recorded");
                    for one in batch {
                        let _ = one.answer.send(Err(error.same()));
                    }
                }
            }
            // Going on after a while with those who have come by then is what is meant by it.
            let _ = timeout(GATHER, self.nonces.gathered.notified()).await;
        }
    }

    /// Records those of a batch that are new; gives which they were, and the number of the newest activity.
    async fn write_batch(&self, batch: &[Waiting], too_old: i64) -> Result<(Vec<bool>, i64), StoreError> {
        let nonces: Vec<Nonce> = batch.iter().map(|one| one.nonce).collect();
        let forgotten_until = self.forgotten_until().await?;
        match self.backend() {
            DbBackend::Postgres => self.write_shared(&nonces, forgotten_until, too_old).await,
            _ => self.write_row(&nonces, forgotten_until, too_old).await,
        }
    }
}
