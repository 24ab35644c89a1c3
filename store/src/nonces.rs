//! Nonces at rest: no signed request is accepted twice, not even after a crash.
//!
//! Whoever asks waits until its nonce is on the disk; all who wait at the same time share one row, appended by one
//! statement (group commit). Whether a nonce is new is known in memory, which has read every row there is: a row of another
//! process shows as a gap before the next one of ours.

use std::{
    collections::{BTreeMap, HashSet},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use foldhash::fast::RandomState;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait as _, Value};
use tokio::{
    sync::{OnceCell, oneshot},
    time::Instant,
};

use crate::{
    Store, StoreError,
    connect::{immediate, number},
};

/// What makes a request unique among those of its second (RFC 5849 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce {
    /// `oauth_timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// A hash of consumer, token and nonce.
    pub hash: [u8; 16],
}

/// Bytes of a nonce in a row: its second, then its hash.
const NONCE_BYTES: usize = 24;

/// What is too old is forgotten this many seconds at a time.
const FORGET_EVERY: i64 = 5;

/// How many nonces share a row at most.
const MOST_AT_ONCE: usize = 4096;

/// While many ask, one write begins this long after the one before: more of them share it, and each costs less. Whoever
/// asks when nobody else does is not kept waiting.
const WRITE_EVERY: Duration = Duration::from_millis(1);

impl Nonce {
    fn write(&self, row: &mut Vec<u8>) {
        row.extend(self.timestamp.to_be_bytes());
        row.extend(self.hash);
    }

    fn read(row: &[u8]) -> impl Iterator<Item = Self> {
        row.chunks_exact(NONCE_BYTES).map(|bytes| {
            let (timestamp, hash) = bytes.split_at(8);
            let timestamp = i64::from_be_bytes(timestamp.try_into().expect("eight bytes"));
            Self { timestamp, hash: hash.try_into().expect("sixteen bytes") }
        })
    }
}

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    queue: Mutex<Queue>,
    /// Whoever writes holds it for as long as that takes.
    known: tokio::sync::Mutex<Known>,
    /// Every nonce of this second and before is forgotten, so none of them may be accepted.
    forgotten_until: OnceCell<AtomicI64>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Somebody is writing and will look again when done.
    is_written: bool,
    /// What is older may be forgotten.
    too_old: i64,
}

#[derive(Debug)]
struct Waiting {
    nonce: Nonce,
    answer: oneshot::Sender<Result<bool, StoreError>>,
}

/// Every nonce that was written and not forgotten, by its second.
#[derive(Debug, Default)]
struct Known {
    seconds: BTreeMap<i64, HashSet<[u8; 16], RandomState>>,
    /// The newest row that was read or written; `None` until the rows of earlier processes have been read.
    last_row: Option<i64>,
}

impl Known {
    fn has(&self, nonce: &Nonce) -> bool {
        self.seconds.get(&nonce.timestamp).is_some_and(|hashes| hashes.contains(&nonce.hash))
    }

    /// Adds a nonce; false where it was there.
    fn add(&mut self, nonce: &Nonce) -> bool {
        self.seconds.entry(nonce.timestamp).or_default().insert(nonce.hash)
    }

    fn forget(&mut self, until: i64) {
        self.seconds = self.seconds.split_off(&(until + 1));
    }
}

impl Store {
    /// The second up to which nonces are forgotten, whatever the clock did since: requests of then must be refused.
    pub async fn nonces_forgotten_until(&self) -> Result<i64, StoreError> {
        Ok(self.forgotten_until().await?.load(Ordering::Acquire))
    }

    async fn forgotten_until(&self) -> Result<&AtomicI64, StoreError> {
        if let Some(known) = self.nonces.forgotten_until.get() {
            return Ok(known);
        }
        let read = async || Ok(AtomicI64::new(number(&self.read, FORGOTTEN_UNTIL).await?));
        Box::pin(self.nonces.forgotten_until.get_or_try_init(read)).await
    }

    /// Uses up a nonce: true where it was new. The answer comes when it is on the disk. Nonces of the second `too_old`
    /// and before may be forgotten: their requests are refused by their timestamps.
    pub async fn use_nonce(self: &Arc<Self>, nonce: Nonce, too_old: i64) -> Result<bool, StoreError> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut queue = self.nonces.queue();
            queue.too_old = queue.too_old.max(too_old);
            queue.waiting.push(Waiting { nonce, answer });
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
            let begin = Instant::now();
            let (batch, too_old) = {
                let mut queue = self.nonces.queue();
                if queue.waiting.is_empty() {
                    queue.is_written = false;
                    return;
                }
                let most = queue.waiting.len().min(MOST_AT_ONCE);
                let rest = queue.waiting.split_off(most);
                (mem::replace(&mut queue.waiting, rest), queue.too_old)
            };
            match self.write_batch(&batch, too_old).await {
                Ok(is_new) => {
                    // Whoever went away does not need the answer.
                    for (one, new) in batch.into_iter().zip(is_new) {
                        let _ = one.answer.send(Ok(new));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, requests = batch.len(), "nonces could not be recorded");
                    for one in batch {
                        let _ = one.answer.send(Err(error.same()));
                    }
                }
            }
            tokio::time::sleep_until(begin + WRITE_EVERY).await;
        }
    }

    /// Records those of a batch that are new, in one row; gives which they were.
    async fn write_batch(&self, batch: &[Waiting], too_old: i64) -> Result<Vec<bool>, StoreError> {
        let mut known = self.nonces.known.lock().await;
        if known.last_row.is_none() {
            self.read_rows(&mut known, 0, i64::MAX).await?;
        }
        let forgotten_until = self.forgotten_until().await?;
        let until = forgotten_until.load(Ordering::Acquire);
        let mut row = Vec::with_capacity(batch.len() * NONCE_BYTES);
        let mut in_row = HashSet::with_capacity_and_hasher(batch.len(), RandomState::default());
        let mut newest = 0;
        let mut is_new: Vec<bool> = Vec::with_capacity(batch.len());
        for Waiting { nonce, .. } in batch {
            // Of two alike in one batch, the one that came first has it.
            let new =
                nonce.timestamp > until && !known.has(nonce) && in_row.insert((nonce.timestamp, nonce.hash));
            if new {
                nonce.write(&mut row);
                newest = nonce.timestamp.max(newest);
            }
            is_new.push(new);
        }
        if row.is_empty() {
            return Ok(is_new);
        }
        let last_row = known.last_row.unwrap_or(0);
        let values = [Value::from(newest), Value::from(row)];
        let insert = Statement::from_sql_and_values(DbBackend::Sqlite, INSERT, values);
        let answer =
            self.write.query_one_raw(insert).await?.ok_or(StoreError::Unreadable("no row of nonces"))?;
        let id: i64 = answer.try_get_by_index(0)?;
        if id != last_row + 1 {
            // Another process has written in between, and what it wrote came first.
            self.read_rows(&mut known, last_row, id).await?;
        }
        let until = forgotten_until.load(Ordering::Acquire);
        for (Waiting { nonce, .. }, new) in batch.iter().zip(&mut is_new) {
            *new = *new && nonce.timestamp > until && known.add(nonce);
        }
        known.last_row = Some(id);
        if too_old >= until + FORGET_EVERY {
            self.forget(too_old).await?;
            known.forget(too_old);
        }
        Ok(is_new)
    }

    /// Reads what other processes, earlier or at the same time, have written between two rows.
    async fn read_rows(&self, known: &mut Known, after: i64, before: i64) -> Result<(), StoreError> {
        let mut after = after;
        loop {
            let values = [Value::from(after), Value::from(before)];
            let some = Statement::from_sql_and_values(DbBackend::Sqlite, ROWS_BETWEEN, values);
            let rows = self.write.query_all_raw(some).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get_by_index(0)?;
            for row in &rows {
                let ids: Vec<u8> = row.try_get_by_index(1)?;
                Nonce::read(&ids).for_each(|nonce| _ = known.add(&nonce));
            }
        }
        known.last_row = Some(after);
        // After the rows: what was forgotten before they could be read is refused by its second.
        let until = number(&self.write, FORGOTTEN_UNTIL).await?;
        let forgotten_until = self.forgotten_until().await?;
        known.forget(forgotten_until.fetch_max(until, Ordering::AcqRel).max(until));
        Ok(())
    }

    /// Forgets a second and those before it. The newest row stays, since rows are numbered after it.
    async fn forget(&self, until: i64) -> Result<(), StoreError> {
        // First of all: from here on their requests are refused, so that none slips in between.
        self.forgotten_until().await?.fetch_max(until, Ordering::AcqRel);
        let transaction = self.write.begin_with_options(immediate()).await?;
        for sql in [FORGET, DELETE_OLD] {
            let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [until.into()]);
            transaction.execute_raw(statement).await?;
        }
        Ok(transaction.commit().await?)
    }
}

impl Nonces {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const INSERT: &str = "INSERT INTO nonces (newest, ids) VALUES ($1, $2) RETURNING id";
const ROWS_BETWEEN: &str = "SELECT id, ids FROM nonces WHERE id > $1 AND id < $2 ORDER BY id LIMIT 1000";
const FORGOTTEN_UNTIL: &str = "SELECT until FROM nonces_forgotten WHERE id = 1";
const FORGET: &str = "UPDATE nonces_forgotten SET until = max(until, $1) WHERE id = 1";
/// Rows are nearly in the order of their seconds: everything before the first that is still needed.
const DELETE_OLD: &str = "DELETE FROM nonces WHERE id < (SELECT min(id) FROM nonces WHERE newest > $1)";
