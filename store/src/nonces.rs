//! Nonces at rest: no signed request is accepted twice, not even after a crash.
//!
//! Whoever asks waits until its nonce is on the disk; all who wait at the same time share one write (group commit).

use std::{
    collections::HashSet,
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait as _, Value};
use tokio::sync::{OnceCell, oneshot};

use crate::{Store, StoreError, connect::immediate};

/// What makes a request unique among those of its second (RFC 5849 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce {
    /// `oauth_timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// A hash of consumer, token and nonce.
    pub hash: [u8; 16],
}

/// Bytes of one identifier: the second, so that what is old is one range, and the hash.
const ID_BYTES: usize = 24;

/// What is too old is forgotten this many seconds at a time.
const FORGET_EVERY: i64 = 5;

/// How many nonces share a write at most.
const MOST_AT_ONCE: usize = 4096;

impl Nonce {
    fn id(&self) -> [u8; ID_BYTES] {
        let mut id = [0; ID_BYTES];
        // Timestamps are not negative, so that bytes sort like numbers.
        id[..8].copy_from_slice(&self.timestamp.to_be_bytes());
        id[8..].copy_from_slice(&self.hash);
        id
    }
}

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    queue: Mutex<Queue>,
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
    id: [u8; ID_BYTES],
    answer: oneshot::Sender<Result<bool, StoreError>>,
}

impl Store {
    /// The second up to which nonces are forgotten, whatever the clock did since: requests of then must be refused.
    pub async fn nonces_forgotten_until(&self) -> Result<i64, StoreError> {
        Ok(self.forgotten_until().await?.load(Ordering::Acquire))
    }

    async fn forgotten_until(&self) -> Result<&AtomicI64, StoreError> {
        let read = async || forgotten_until(&self.read).await.map(AtomicI64::new);
        self.nonces.forgotten_until.get_or_try_init(read).await
    }

    /// Uses up a nonce: true where it was new. The answer comes when it is on the disk. Nonces of the second `too_old`
    /// and before may be forgotten: their requests are refused by their timestamps.
    pub async fn use_nonce(self: &Arc<Self>, nonce: Nonce, too_old: i64) -> Result<bool, StoreError> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut queue = self.nonces.lock();
            queue.too_old = queue.too_old.max(too_old);
            queue.waiting.push(Waiting { id: nonce.id(), answer });
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
                let mut queue = self.nonces.lock();
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
        }
    }

    /// Records a batch in one transaction; gives which of them were new.
    async fn write_batch(&self, batch: &[Waiting], too_old: i64) -> Result<Vec<bool>, StoreError> {
        let forgotten_until = self.forgotten_until().await?;
        let mut ids: Vec<[u8; ID_BYTES]> = batch.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        let transaction = self.write.begin_with_options(immediate()).await?;
        let inserted = transaction.execute_raw(insert(&ids, "")).await?.rows_affected();
        if inserted < ids.len() as u64 {
            // Some were there already, twice in the batch, or are too old by now. Which ones is asked only then: telling
            // costs more.
            transaction.rollback().await?;
            return self.write_and_tell(batch, &ids).await;
        }
        let forgets = too_old >= forgotten_until.load(Ordering::Acquire) + FORGET_EVERY;
        if forgets {
            forget(&transaction, too_old).await?;
            // Before the commit: from here on their requests are refused, so that none slips in between.
            forgotten_until.fetch_max(too_old, Ordering::AcqRel);
        }
        transaction.commit().await?;
        Ok(vec![true; ids.len()])
    }

    async fn write_and_tell(
        &self,
        batch: &[Waiting],
        ids: &[[u8; ID_BYTES]],
    ) -> Result<Vec<bool>, StoreError> {
        let transaction = self.write.begin_with_options(immediate()).await?;
        let mut new = HashSet::with_capacity(ids.len());
        for row in transaction.query_all_raw(insert(ids, " RETURNING id")).await? {
            new.insert(row.try_get_by_index::<Vec<u8>>(0)?);
        }
        // Another process may have forgotten more.
        let until = forgotten_until(&transaction).await?;
        self.forgotten_until().await?.fetch_max(until, Ordering::AcqRel);
        transaction.commit().await?;
        // Of two alike in one batch, the one that came first has it.
        Ok(batch.iter().map(|one| new.remove(&one.id[..])).collect())
    }
}

impl Nonces {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Inserts all identifiers by one statement with one value: a value for each would have to be prepared anew each time.
/// What is forgotten by now is left out, since nobody can tell whether it is new.
fn insert(ids: &[[u8; ID_BYTES]], returning: &str) -> Statement {
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < $2), \
         ids (id) AS (SELECT substr($1, n * {ID_BYTES} + 1, {ID_BYTES}) FROM numbers) \
         INSERT INTO nonces (id) SELECT id FROM ids WHERE id >= (SELECT bound FROM nonces_forgotten WHERE id = 1) \
         ON CONFLICT DO NOTHING{returning}"
    );
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, [Value::from(ids.concat()), Value::from(count)])
}

async fn forgotten_until(connection: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let bound = "SELECT bound FROM nonces_forgotten WHERE id = 1";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, bound)).await?;
    let bound: Vec<u8> = row.ok_or(StoreError::Unreadable("no bound of nonces"))?.try_get_by_index(0)?;
    let bound = bound.try_into().map_err(|_| StoreError::Unreadable("a bound of nonces"))?;
    Ok(i64::from_be_bytes(bound) - 1)
}

async fn forget(transaction: &DatabaseTransaction, until: i64) -> Result<(), StoreError> {
    let bound = (until + 1).to_be_bytes().to_vec();
    for sql in [
        "DELETE FROM nonces WHERE id < $1",
        "UPDATE nonces_forgotten SET bound = $1 WHERE id = 1 AND bound < $1",
    ] {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [bound.clone().into()]);
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}
