//! SQLite: how its file is opened and recognised as ours, and how it is written to.

use std::{io, path::Path, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, SqliteTransactionMode,
    Statement, TransactionOptions,
    sqlx::{
        self, Connection as _,
        sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous},
    },
};

use crate::{
    database::{files::Files, values::number},
    error::StoreError,
    private_file,
};

/// `PRAGMA application_id` of our files: "LKEY".
const APPLICATION_ID: i32 = 0x4C4B_4559;

/// How long to wait for another process's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) async fn connect(
    database: &Path,
    connections: u32,
    create: bool,
) -> Result<DatabaseConnection, StoreError> {
    if create {
        create_file(database)?;
    }
    let file = database.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        // All of them at once: one that was opened later might find another file of the same name.
        .min_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // Connections live as long as the pool. `PRAGMA data_version` starts over on a new connection, so the feed
        // would miss a change. And with either limit sqlx runs a maintenance task whose count of idle connections can
        // underflow, after which it loops forever.
        .max_lifetime(None)
        .idle_timeout(None)
        // A file does not hang up, and connections are checked when they are released.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|connection, _| Box::pin(is_fit(connection))))
        .map_sqlx_sqlite_opts(move |_| {
            SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(false)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY_TIMEOUT)
                .foreign_keys(true)
        });
    // Boxed: a future that runs once must not enlarge its caller's.
    Ok(Box::pin(Database::connect(options)).await?)
}

/// Creates the file if there is none: SQLite would make it readable for everybody, and gives its mode to `-wal` and
/// `-shm`.
fn create_file(database: &Path) -> Result<(), StoreError> {
    let files = Files::of(database);
    let file = files.database();
    match private_file::create(file) {
        // A file that exists keeps its mode, and SQLite reports what is wrong with it.
        Err(_) if file.exists() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            Err(StoreError::Full(database.display().to_string()))
        }
        Err(error) => {
            Err(StoreError::CannotOpen { path: database.display().to_string(), reason: error.to_string() })
        }
        Ok(_) => Ok(()),
    }
}

/// Whether a connection may be reused. When SQLite rolls back by itself (disk full), sqlx still believes that a
/// transaction is open: every later one would be a savepoint in it, and never committed.
async fn is_fit(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback may be queued; a ping is answered only after it.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Takes the write lock at once. A deferred transaction that reads first can fail with `SQLITE_BUSY` at its first
/// write, whatever the timeout.
pub(crate) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    }
}

/// Switches to write-ahead logging, which is stored in the file. This is the first write, so it also reports a folder
/// or file that is not writable before the first change does.
pub(crate) async fn write_ahead(connection: &DatabaseConnection) -> Result<(), StoreError> {
    connection.execute_unprepared("PRAGMA journal_mode = WAL").await?;
    Ok(())
}

/// Whether the file has write-ahead logging.
pub(crate) async fn is_write_ahead(connection: &DatabaseConnection) -> Result<bool, StoreError> {
    let question = Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode");
    let row = connection.query_one_raw(question).await?;
    let mode: String = row.ok_or(StoreError::Unreadable("no journal mode"))?.try_get_by_index(0)?;
    Ok(mode == "wal")
}

/// Marks the file as ours.
pub(crate) async fn mark(connection: &impl sea_orm::ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("PRAGMA application_id = {APPLICATION_ID}")).await?;
    Ok(())
}

/// Refuses a file that another program made.
pub(crate) async fn refuse_foreign(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    let tables = number(connection, "SELECT count(*) FROM sqlite_master").await?;
    let application_id = number(connection, "PRAGMA application_id").await?;
    if tables > 0 && application_id != i64::from(APPLICATION_ID) {
        return Err(StoreError::Foreign(name.to_owned()));
    }
    Ok(())
}
