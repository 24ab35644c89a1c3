//! Opens the database: makes, migrates and checks it, and refuses one that is not ours.

use std::{path::Path, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    EntityTrait as _, PaginatorTrait as _, QueryOrder as _, Set, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait as _;

use crate::{
    StoreError,
    entity::{activity, vault_check},
    feed::Feed,
    keyring::{Keyring, Outdated},
    migration::Migrator,
    nonces::Nonces,
    vault::{Sealed, Vault},
};

/// Marks a SQLite file as ours (`PRAGMA application_id`): "LKEY".
const APPLICATION_ID: i32 = 0x4C4B_4559;

/// Known text that is sealed with each vault key, so that a wrong key is noticed at the start.
const VAULT_CHECK: &str = "latchkey vault check";

/// As long as the process lives.
const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 100);

/// How long one process waits for another one's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database, the vault that its secrets are sealed with, and the feed of what happens in it.
#[derive(Debug)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    /// One connection: SQLite has one writer, and waiting for it here is fair where waiting in SQLite is not.
    pub(crate) write: DatabaseConnection,
    /// A connection that only looks whether another one has written.
    pub(crate) watch: DatabaseConnection,
    pub(crate) vault: Vault,
    pub(crate) feed: Feed,
    pub(crate) keyring: Keyring,
    pub(crate) nonces: Nonces,
    name: String,
}

/// A transaction that writes, and what it will make outdated in memory.
pub(crate) struct Change {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) outdated: Vec<Outdated>,
}

/// What `latchkey check` tells of the database.
#[derive(Debug)]
pub struct Health {
    /// What `PRAGMA integrity_check` says: `ok`, or the first thing that is wrong.
    pub integrity: String,
    /// When the newest activity happened.
    pub newest_activity: Option<time::OffsetDateTime>,
}

impl Store {
    /// Opens the SQLite file `database`, made and migrated as need be, and the vault key beside it.
    pub async fn open(database: &Path, vault_key_file: &Path) -> Result<Self, StoreError> {
        let name = database.display().to_string();
        Self::open_named(database, vault_key_file, name.clone()).await.map_err(|error| error.at(&name))
    }

    async fn open_named(database: &Path, vault_key_file: &Path, name: String) -> Result<Self, StoreError> {
        let write = connect(database, 1, true).await?;
        refuse_foreign(&write, &name).await?;
        refuse_newer(&write, &name).await?;
        // The first writes of all: a folder or file that cannot be written to is told here, not at the first change.
        // The file itself remembers this one.
        write.execute_unprepared("PRAGMA journal_mode = WAL").await?;
        // One transaction, so that of two processes that open a new database at once the second finds it made.
        let transaction = write.begin_with_options(immediate()).await?;
        transaction.execute_unprepared(&format!("PRAGMA application_id = {APPLICATION_ID}")).await?;
        Migrator::up(&transaction, None).await?;
        let is_new = vault_check::Entity::find().count(&transaction).await? == 0;
        let vault = Vault::open(vault_key_file, is_new)?;
        if is_new {
            let sealed = vault.seal(VAULT_CHECK, VAULT_CHECK);
            let check = vault_check::ActiveModel { key_id: Set(sealed.key_id), sealed: Set(sealed.bytes) };
            vault_check::Entity::insert(check).exec(&transaction).await?;
        }
        transaction.commit().await?;
        Self::with_vault(database, vault_key_file, name, write, vault).await
    }

    /// Opens a database that is there already, and makes and migrates nothing: for whoever only looks.
    pub async fn open_existing(database: &Path, vault_key_file: &Path) -> Result<Self, StoreError> {
        let name = database.display().to_string();
        let open = async {
            let write = connect(database, 1, false).await?;
            refuse_foreign(&write, &name).await?;
            refuse_newer(&write, &name).await?;
            let vault = Vault::open(vault_key_file, false)?;
            Self::with_vault(database, vault_key_file, name.clone(), write, vault).await
        };
        open.await.map_err(|error| error.at(&name))
    }

    async fn with_vault(
        database: &Path,
        vault_key_file: &Path,
        name: String,
        write: DatabaseConnection,
        vault: Vault,
    ) -> Result<Self, StoreError> {
        for check in vault_check::Entity::find().all(&write).await? {
            let sealed = Sealed { key_id: check.key_id, bytes: check.sealed };
            let opened = vault.unseal(VAULT_CHECK, &sealed);
            opened.map_err(|_| StoreError::VaultKeyWrong(vault_key_file.to_owned()))?;
        }
        Ok(Self {
            read: connect(database, 4, false).await?,
            watch: connect(database, 1, false).await?,
            write,
            vault,
            feed: Feed::new(),
            keyring: Keyring::new(),
            nonces: Nonces::default(),
            name,
        })
    }

    /// Begins a change: what it reads stays true until it commits.
    pub(crate) async fn begin(&self) -> Result<Change, StoreError> {
        let transaction = self.write.begin_with_options(immediate()).await;
        Ok(Change { transaction: transaction.map_err(|error| self.named(error))?, outdated: Vec::new() })
    }

    /// Commits, forgets what the change made outdated in memory, and wakes whoever follows the feed. So whoever is
    /// told that a change was made never again gets an answer from before it.
    pub(crate) async fn commit(&self, change: Change) -> Result<(), StoreError> {
        change.transaction.commit().await.map_err(|error| self.named(error))?;
        for outdated in change.outdated {
            self.keyring.forget(outdated);
        }
        self.feed.wake();
        Ok(())
    }

    fn named(&self, error: sea_orm::DbErr) -> StoreError {
        StoreError::from(error).at(&self.name)
    }

    /// Reads the whole database for damage. Takes time with its size.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
        let row =
            self.read.query_one_raw(statement).await?.ok_or(StoreError::Unreadable("no integrity check"))?;
        let newest = activity::Entity::find().order_by_desc(activity::Column::Id).one(&self.read).await?;
        let newest_activity = newest.map(|newest| crate::time_from(newest.at)).transpose()?;
        Ok(Health { integrity: row.try_get_by_index(0)?, newest_activity })
    }

    /// How many connections to read with are open, and how many of them nobody uses at the moment.
    pub fn connections(&self) -> (u64, u64) {
        let pool = self.read.get_sqlite_connection_pool();
        (u64::from(pool.size()), pool.num_idle() as u64)
    }

    /// Whether what others do is noticed, so that answers from memory hold.
    pub fn is_feed_alive(&self) -> bool {
        self.keyring.is_alive()
    }

    /// Closes every connection, so that SQLite folds its log into the database file.
    pub async fn close(self) -> Result<(), StoreError> {
        self.watch.close().await?;
        self.read.close().await?;
        self.write.close().await?;
        Ok(())
    }
}

async fn connect(database: &Path, connections: u32, create: bool) -> Result<DatabaseConnection, StoreError> {
    let file = database.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A new connection would count other connections' changes from its own beginning, and the feed would miss one.
        .max_lifetime(FOR_EVER)
        .idle_timeout(FOR_EVER)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |_| {
            SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(create)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY_TIMEOUT)
                .foreign_keys(true)
        });
    Ok(Database::connect(options).await?)
}

/// Takes the write lock at once: a deferred transaction that reads first can fail with `SQLITE_BUSY` at its first
/// write, whatever the timeout.
pub(crate) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    }
}

/// A number that SQLite answers a one-cell question with.
pub(crate) async fn number(connection: &DatabaseConnection, sql: &str) -> Result<i64, StoreError> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    Ok(row.ok_or(StoreError::Unreadable("no answer"))?.try_get_by_index(0)?)
}

async fn refuse_foreign(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    let tables = number(connection, "SELECT count(*) FROM sqlite_master").await?;
    let application_id = number(connection, "PRAGMA application_id").await?;
    if tables > 0 && application_id != i64::from(APPLICATION_ID) {
        return Err(StoreError::Foreign(name.to_owned()));
    }
    Ok(())
}

async fn refuse_newer(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    if number(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'seaql_migrations'").await? == 0 {
        return Ok(());
    }
    let known: Vec<String> =
        Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let applied =
        Statement::from_string(DbBackend::Sqlite, "SELECT version FROM seaql_migrations ORDER BY version");
    for row in connection.query_all_raw(applied).await? {
        let version: String = row.try_get_by_index(0)?;
        if !known.contains(&version) {
            return Err(StoreError::Newer(name.to_owned(), version));
        }
    }
    Ok(())
}
