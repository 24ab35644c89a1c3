//! The store: its connections, its caches, and the transaction that every change goes through.

use std::{fs::File, sync::Mutex};

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait as _};
use tokio::sync::OnceCell;

use crate::{
    database::{location::Location, original::OriginalFiles, postgres, sqlite},
    error::StoreError,
    memory::{
        feed::Feed,
        keyring::{Keyring, Outdated},
        repeats::Repeats,
        unreadable::Unreadable,
    },
    nonces::queue::NonceQueue,
    upkeep::tasks::Tasks,
    vault::{Secret, Vault},
};

/// The database, the vault that seals its secrets, and the feed of its changes.
#[derive(Debug)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    /// One connection: changes queue for it in order, which is fairer than waiting for the database's lock.
    pub(crate) write: DatabaseConnection,
    /// Writes nonces. On SQLite this is `write`, since there is one writer; on PostgreSQL nonces need not wait for
    /// changes.
    pub(crate) nonce_writer: DatabaseConnection,
    /// Polls for changes by other connections, and does nothing else.
    pub(crate) watch: DatabaseConnection,
    pub(crate) vault: Vault,
    pub(crate) feed: Feed,
    pub(crate) keyring: Keyring,
    pub(crate) nonce_queue: NonceQueue,
    pub(crate) repeats: Repeats,
    pub(crate) unreadable: Unreadable,
    /// Of `tables/request_key.rs`, once it was needed.
    pub(crate) request_key: OnceCell<Secret>,
    pub(crate) location: Location,
    /// `None` for PostgreSQL.
    pub(crate) files: Option<OriginalFiles>,
    pub(crate) tasks: Tasks,
    /// What opening it has done.
    pub(crate) opened: Opened,
    /// Locked against a restore, until the store is closed (SQLite).
    pub(crate) in_use: Mutex<Option<File>>,
}

/// What opening a database has done to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// It was made.
    pub made: bool,
    /// How many migrations were applied.
    pub migrated: usize,
}

/// A write transaction, and the cached rows that it makes stale.
pub(crate) struct Change {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) outdated: Vec<Outdated>,
    /// An activity line was appended, so other nodes must be notified.
    pub(crate) is_activity: bool,
}

impl Store {
    pub(crate) fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// What opening it has done to the database.
    pub fn opened(&self) -> Opened {
        self.opened
    }

    /// Whether several machines can share this database.
    pub fn is_shared(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// Begins a change. Its reads stay valid until it commits: changes are serialised, across all nodes.
    pub(crate) async fn begin(&self) -> Result<Change, StoreError> {
        self.check_files()?;
        let begin = async {
            if self.backend() == DbBackend::Postgres {
                let transaction = self.write.begin().await?;
                if let Err(error) = postgres::lock_changes(&transaction).await {
                    drop(transaction);
                    return Err(postgres::discard_after(error, &self.write).await);
                }
                Ok(transaction)
            } else {
                Ok::<_, StoreError>(self.write.begin_with_options(sqlite::immediate()).await?)
            }
        };
        // In the drivers this takes 15 kB, which would be carried along by every future that awaits a change.
        let transaction = Box::pin(begin).await.map_err(|error| self.named(error))?;
        Ok(Change { transaction, outdated: Vec::new(), is_activity: false })
    }

    /// Commits, evicts what the change made stale, and wakes the feed on every node. A caller that has seen the
    /// change is never again answered from before it.
    pub(crate) async fn commit(&self, change: Change) -> Result<(), StoreError> {
        if change.is_activity && self.backend() == DbBackend::Postgres {
            postgres::notify(&change.transaction).await?;
        }
        let committed = change.transaction.commit().await;
        // Also after an error: the commit may have succeeded and only its answer been lost.
        for outdated in change.outdated {
            self.keyring.evict(outdated);
        }
        committed.map_err(|error| self.named(error.into()))?;
        self.feed.wake();
        Ok(())
    }

    fn named(&self, error: StoreError) -> StoreError {
        error.at(&self.location.to_string())
    }

    /// How many read connections are open, and how many of them are idle.
    pub fn connections(&self) -> (u64, u64) {
        if self.backend() == DbBackend::Postgres {
            let pool = self.read.get_postgres_connection_pool();
            (u64::from(pool.size()), pool.num_idle() as u64)
        } else {
            let pool = self.read.get_sqlite_connection_pool();
            (u64::from(pool.size()), pool.num_idle() as u64)
        }
    }

    /// The tasks that have to run for as long as the process serves.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Whether changes by other processes are noticed, so that the cache may answer.
    pub fn is_feed_alive(&self) -> bool {
        self.keyring.is_alive()
    }

    /// Waits until changes by other processes are noticed.
    pub async fn until_feed_alive(&self) {
        self.keyring.until_alive().await;
    }
}
