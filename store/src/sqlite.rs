//! What is SQLite's own: how its file is opened, whose it is, and what it takes to write to it.

use std::{path::Path, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, SqliteTransactionMode,
    TransactionOptions,
    sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::{StoreError, connect::number};

/// Marks a file as ours (`PRAGMA application_id`): "LKEY".
const APPLICATION_ID: i32 = 0x4C4B_4559;

/// As long as the process lives.
const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 100);

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
    // Boxed: what happens once shall not make the future of whoever opens a store large.
    Ok(Box::pin(Database::connect(options)).await?)
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
