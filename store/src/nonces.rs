//! Nonces at rest: no signed request is accepted twice, not even after a crash, nor on another node.
//!
//! Whoever asks waits until its nonce is on the disk; all who wait at the same time share one write (group commit).

mod postgres;
mod sqlite;

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::{
    sync::{Notify, OnceCell, oneshot},
    time::timeout,
};

use crate::{Store, StoreError, connect::number};

/// What makes a request unique among those of its second (RFC 5849 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce {
    /// `oauth_timestamp`: seconds since 1970, never negative.
    pub timestamp: i64,
    /// A hash of consumer, token and nonce.
    pub hash: [u8; 16],
}

/// What became of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Nobody had used it before; now it is used up.
    pub is_new: bool,
    /// The number of the newest activity at that moment, whoever's it was: what memory holds must not be older.
    pub newest_activity: i64,
}

/// Bytes of a nonce at rest: its second, then its hash, so that they sort by time.
const NONCE_BYTES: usize = 24;

/// The second that stands for one that is not known yet, on a copy that nobody has served from: the last of year 9999,
/// so that everything signed is too old until it is known.
const RESTORED: i64 = 253_402_300_799;

/// What is too old is forgotten this many seconds at a time.
const FORGET_EVERY: i64 = 5;

/// How many nonces share a write at most.
const MOST_AT_ONCE: usize = 4096;

/// While many ask, the next write waits so long, from the answers of the one before on, for as many as there seem to be:
/// those that were answered and those that came meanwhile. Each of them costs less then. Whoever asks when nobody else does
/// is not kept waiting.
const GATHER: Duration = Duration::from_millis(1);

/// A write that takes longer is given up: nobody can tell what became of it.
const PATIENCE: Duration = Duration::from_secs(5);

impl Nonce {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.hash);
    }

    fn read(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes.chunks_exact(NONCE_BYTES).map(|bytes| {
            let (timestamp, hash) = bytes.split_at(8);
            let timestamp = i64::from_be_bytes(timestamp.try_into().expect("eight bytes"));
            Self { timestamp, hash: hash.try_into().expect("sixteen bytes") }
        })
    }
}

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    queue: Mutex<Queue>,
    /// As many wait as are expected.
    gathered: Notify,
    /// Whoever writes holds it for as long as that takes.
    known: tokio::sync::Mutex<sqlite::Known>,
    /// Every nonce of this second and before is forgotten, so none of them may be accepted.
    forgotten_until: OnceCell<AtomicI64>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Somebody is writing and will look again when done.
    is_written: bool,
    /// How many are expected to share the next write; 0 while it is not known who asks again.
    expected: usize,
    /// What is older may be forgotten.
    too_old: i64,
}

#[derive(Debug)]
struct Waiting {
    nonce: Nonce,
    answer: oneshot::Sender<Result<Recorded, StoreError>>,
}

impl Store {
    /// The second up to which nonces are forgotten, whatever the clock did since: requests of then must be refused.
    pub async fn nonces_forgotten_until(&self) -> Result<i64, StoreError> {
        Ok(self.forgotten_until().await?.load(Ordering::Acquire))
    }

    /// On a database that was restored from a backup, every nonce of this second and before counts as forgotten from now
    /// on; gives whether it is one. To be called before any signed request is answered.
    pub async fn forget_nonces_where_restored(&self, until: i64) -> Result<bool, StoreError> {
        let change = self.begin().await?;
        let values = [until.into(), RESTORED.into()];
        let forget = Statement::from_sql_and_values(self.backend(), FORGET_WHERE_RESTORED, values);
        let is_restored = change.transaction.execute_raw(forget).await?.rows_affected() > 0;
        self.commit(change).await?;
        Ok(is_restored)
    }

    async fn forgotten_until(&self) -> Result<&AtomicI64, StoreError> {
        if let Some(known) = self.nonces.forgotten_until.get() {
            return Ok(known);
        }
        let read = async || Ok(AtomicI64::new(number(&self.read, FORGOTTEN_UNTIL).await?));
        Box::pin(self.nonces.forgotten_until.get_or_try_init(read)).await
    }

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

/// Marks a copy of the database: what is accepted after it was made, it does not know.
pub(crate) async fn mark_restored(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("UPDATE nonces_forgotten SET until = {RESTORED}")).await?;
    Ok(())
}

impl Nonces {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many will be answered now, and may ask again.
    fn expect(&self, answered: usize) {
        let mut queue = self.queue();
        queue.expected = answered + queue.waiting.len();
    }
}

const FORGOTTEN_UNTIL: &str = "SELECT until FROM nonces_forgotten WHERE id = 1";
const FORGET_WHERE_RESTORED: &str = "UPDATE nonces_forgotten SET until = $1 WHERE id = 1 AND until = $2";
