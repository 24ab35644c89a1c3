//! Opens the database, whichever it is: makes, migrates and checks it, and refuses one that is not ours.

use std::path::Path;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait as _,
    PaginatorTrait as _, QueryOrder as _, Statement, TransactionTrait,
    sea_query::{Expr, ExprTrait as _, Query},
};

use crate::{
    Location, StoreError,
    entity::{activity, vault_check},
    feed::Feed,
    keyring::{Keyring, Outdated},
    migration,
    nonces::Nonces,
    postgres, sqlite,
    vault::Vault,
    vault_checks,
};

/// Connections to read with.
const READERS: u32 = 4;

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
    location: Location,
}

/// A transaction that writes, and what it will make outdated in memory.
pub(crate) struct Change {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) outdated: Vec<Outdated>,
    /// Others have to be told.
    pub(crate) is_activity: bool,
}

/// What `latchkey check` tells of the database.
#[derive(Debug)]
pub struct Health {
    /// What SQLite's `PRAGMA integrity_check` says: `ok`, or the first thing that is wrong. PostgreSQL sees to that itself.
    pub integrity: String,
    /// When the newest activity happened.
    pub newest_activity: Option<time::OffsetDateTime>,
}

impl Store {
    /// Opens a database, made and migrated as need be, and the vault key beside it.
    pub async fn open(location: &Location, vault_key_file: &Path) -> Result<Self, StoreError> {
        let open = async {
            let write = connect(location, 1, true).await?;
            refuse_foreign(&write, location).await?;
            refuse_newer(&write, location).await?;
            // One transaction, so that of two processes that open a new database at once the second finds it made.
            let transaction = if write.get_database_backend() == DbBackend::Postgres {
                let transaction = write.begin().await?;
                postgres::lock_changes(&transaction).await?;
                transaction
            } else {
                sqlite::write_ahead(&write).await?;
                let transaction = write.begin_with_options(sqlite::immediate()).await?;
                sqlite::mark(&transaction).await?;
                transaction
            };
            // Once more: a newer version may have migrated it before this one's turn came.
            refuse_newer(&transaction, location).await?;
            migration::apply(&transaction).await?;
            let is_new = vault_check::Entity::find().count(&transaction).await? == 0;
            let vault = Vault::open(vault_key_file, is_new)?;
            if is_new {
                vault_checks::insert(&transaction, &vault, vault.newest()).await?;
            }
            transaction.commit().await?;
            Self::with_vault(location, write, vault).await
        };
        open.await.map_err(|error| error.at_opening(&location.to_string()))
    }

    /// Opens a database that is there already, and makes and migrates nothing: for whoever only looks.
    pub async fn open_existing(location: &Location, vault_key_file: &Path) -> Result<Self, StoreError> {
        let open = async {
            let write = connect(location, 1, false).await?;
            refuse_foreign(&write, location).await?;
            refuse_newer(&write, location).await?;
            if !has_table(&write, "vault_checks").await? {
                return Err(StoreError::NotMade);
            }
            let vault = Vault::open(vault_key_file, false)?;
            Self::with_vault(location, write, vault).await
        };
        open.await.map_err(|error| error.at_opening(&location.to_string()))
    }

    async fn with_vault(
        location: &Location,
        write: DatabaseConnection,
        vault: Vault,
    ) -> Result<Self, StoreError> {
        vault_checks::proven(&write, &vault).await?;
        let nonce_writer = match location {
            Location::Sqlite(_) => write.clone(),
            Location::Postgres(url) => postgres::connect(url, 1).await?,
        };
        Ok(Self {
            read: connect(location, READERS, false).await?,
            watch: connect(location, 1, false).await?,
            write,
            nonce_writer,
            vault,
            feed: Feed::new(),
            keyring: Keyring::new(),
            nonces: Nonces::default(),
            location: location.clone(),
        })
    }

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

    /// Reads the whole database for damage. Takes time with its size.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let question = match self.backend() {
            DbBackend::Sqlite => "PRAGMA integrity_check(1)",
            _ => "SELECT 'ok'",
        };
        let statement = Statement::from_string(self.backend(), question);
        let row =
            self.read.query_one_raw(statement).await?.ok_or(StoreError::Unreadable("no integrity check"))?;
        let newest = activity::Entity::find().order_by_desc(activity::Column::Id).one(&self.read).await?;
        let newest_activity = newest.map(|newest| crate::time_from(newest.at)).transpose()?;
        Ok(Health { integrity: row.try_get_by_index(0)?, newest_activity })
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

async fn connect(
    location: &Location,
    connections: u32,
    create: bool,
) -> Result<DatabaseConnection, StoreError> {
    match location {
        Location::Sqlite(file) => sqlite::connect(file, connections, create).await,
        Location::Postgres(url) => postgres::connect(url, connections).await,
    }
}

/// A number that the database answers a one-cell question with.
pub(crate) async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, StoreError> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    Ok(row.ok_or(StoreError::Unreadable("no answer"))?.try_get_by_index(0)?)
}

/// Whether the database has a table of this name.
pub(crate) async fn has_table(connection: &impl ConnectionTrait, name: &str) -> Result<bool, StoreError> {
    let mut tables = Query::select();
    if connection.get_database_backend() == DbBackend::Postgres {
        tables
            .from(("information_schema", "tables"))
            .and_where(Expr::cust("table_schema = current_schema()"))
            .and_where(Expr::col("table_name").eq(name));
    } else {
        tables
            .from("sqlite_master")
            .and_where(Expr::col("type").eq("table"))
            .and_where(Expr::col("name").eq(name));
    }
    Ok(connection.query_one(tables.expr(Expr::val(1))).await?.is_some())
}

async fn refuse_foreign(connection: &DatabaseConnection, location: &Location) -> Result<(), StoreError> {
    let name = location.to_string();
    match location {
        Location::Sqlite(_) => sqlite::refuse_foreign(connection, &name).await,
        Location::Postgres(_) => postgres::refuse_foreign(connection, &name).await,
    }
}

async fn refuse_newer(connection: &impl ConnectionTrait, location: &Location) -> Result<(), StoreError> {
    if !has_table(connection, migration::TABLE).await? {
        return Ok(());
    }
    match migration::unknown(connection).await? {
        Some(version) => Err(StoreError::Newer(location.to_string(), version)),
        None => Ok(()),
    }
}
