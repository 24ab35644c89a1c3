//! What is SQLite's own: how its file is opened, whose it is, and what it takes to write to it.

use std::{path::Path, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, SqliteTransactionMode,
    TransactionOptions,
    sqlx::{
        self, Connection as _,
        sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous},
    },
};

use crate::{database::values::number, error::StoreError};

/// Marks a file as ours (`PRAGMA application_id`): "LKEY".
const APPLICATION_ID: i32 = 0x4C4B_4559;

/// How long one process waits for another one's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) async fn connect(
    database: &Path,
    connections: u32,
    create: bool,
) -> Result<DatabaseConnection, StoreError> {
    let file = database.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A new connection would count other connections' changes from its own beginning, and the feed would miss one.
        // Nor are they looked after: sqlx's task for that counts idle ones by a number that can be below zero for a moment,
        // which is then a very large one, and never ends.
        .max_lifetime(None)
        .idle_timeout(None)
        // A file does not hang up, and a connection is tested when it comes back.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|connection, _| Box::pin(is_fit(connection))))
        .map_sqlx_sqlite_opts(move |_| {
            SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(create)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY_TIMEOUT)
                .foreign_keys(true)
        });
    // Boxed: what happens once shall not make the future of whoever opens a store large.
    Ok(Box::pin(Database::connect(options)).await?)
}

/// Whether a connection may be used again. Where SQLite has rolled a transaction back by itself (a full disk), sqlx goes on
/// counting it, and every later transaction would be a savepoint in one that nobody ever commits.
async fn is_fit(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback may be on its way; behind it this is answered.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Takes the write lock at once: a deferred transaction that reads first can fail with `SQLITE_BUSY` at its first
/// write, whatever the timeout.
pub(crate) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    }
}

/// The first write of all: a folder or file that cannot be written to is told here, not at the first change. The file
/// itself remembers it.
pub(crate) async fn write_ahead(connection: &DatabaseConnection) -> Result<(), StoreError> {
    connection.execute_unprepared("PRAGMA journal_mode = WAL").await?;
    Ok(())
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
