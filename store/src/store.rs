//! The store: its connections, what it keeps in memory, and the transaction that every change goes through.

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait as _};

use crate::{
    database::{location::Location, postgres, sqlite},
    error::StoreError,
    memory::{
        feed::Feed,
        keyring::{Keyring, Outdated},
    },
    nonces::queue::Nonces,
    vault::Vault,
};

/// The database, the vault that its secrets are sealed with, and the feed of what happens in it.
#[derive(Debug)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    /// One connection: changes take turns, and waiting for it here is fair where waiting in the database is not.
    pub(crate) write: DatabaseConnection,
    /// What nonces are written by: SQLite has one writer for everything, PostgreSQL need not keep nonces waiting.
    pub(crate) nonce_writer: DatabaseConnection,
    /// A connection that only looks whether another one has written.
    pub(crate) watch: DatabaseConnection,
    pub(crate) vault: Vault,
    pub(crate) feed: Feed,
    pub(crate) keyring: Keyring,
    pub(crate) nonces: Nonces,
    pub(crate) location: Location,
}

/// A transaction that writes, and what it will make outdated in memory.
pub(crate) struct Change {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) outdated: Vec<Outdated>,
    /// Others have to be told.
    pub(crate) is_activity: bool,
}

impl Store {
    pub(crate) fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Whether several machines may work with this database at the same time.
    pub fn is_shared(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// Begins a change: what it reads stays true until it commits, whoever else changes something.
    pub(crate) async fn begin(&self) -> Result<Change, StoreError> {
        let begin = async {
            if self.backend() == DbBackend::Postgres {
                let transaction = self.write.begin().await?;
                postgres::lock_changes(&transaction).await?;
                Ok(transaction)
            } else {
                Ok::<_, StoreError>(self.write.begin_with_options(sqlite::immediate()).await?)
            }
        };
        let transaction = begin.await.map_err(|error| self.named(error))?;
        Ok(Change { transaction, outdated: Vec::new(), is_activity: false })
    }

    /// Commits, forgets what the change made outdated in memory, and wakes whoever follows the feed, on every node. So
    /// whoever is told that a change was made never again gets an answer from before it.
    pub(crate) async fn commit(&self, change: Change) -> Result<(), StoreError> {
        if change.is_activity && self.backend() == DbBackend::Postgres {
            postgres::notify(&change.transaction).await?;
        }
        let committed = change.transaction.commit().await;
        // Also where the answer was lost: it may have been done.
        for outdated in change.outdated {
            self.keyring.forget(outdated);
        }
        committed.map_err(|error| self.named(error.into()))?;
        self.feed.wake();
        Ok(())
    }

    fn named(&self, error: StoreError) -> StoreError {
        error.at(&self.location.to_string())
    }

    /// How many connections to read with are open, and how many of them nobody uses at the moment.
    pub fn connections(&self) -> (u64, u64) {
        if self.backend() == DbBackend::Postgres {
            let pool = self.read.get_postgres_connection_pool();
            (u64::from(pool.size()), pool.num_idle() as u64)
        } else {
            let pool = self.read.get_sqlite_connection_pool();
            (u64::from(pool.size()), pool.num_idle() as u64)
        }
    }

    /// Whether what others do is noticed, so that answers from memory hold.
    pub fn is_feed_alive(&self) -> bool {
        self.keyring.is_alive()
    }

    /// Closes every connection, so that SQLite folds its log into the database file.
    pub async fn close(self) -> Result<(), StoreError> {
        self.watch.close().await?;
        self.read.close().await?;
        self.nonce_writer.close().await?;
        self.write.close().await?;
        Ok(())
    }
}
