//! What is PostgreSQL's own: how a node connects, whose the database is, and the locks by which nodes take turns.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::{
    database::{
        location::PostgresUrl,
        values::{has_table, number},
    },
    error::StoreError,
};

/// Held by whoever changes something: so activity is numbered in the order in which it is committed.
pub(crate) const CHANGES_LOCK: i64 = 0x4C4B_4559_0001;
/// Held by whoever forgets nonces; shared by those who record some.
pub(crate) const NONCES_LOCK: i64 = 0x4C4B_4559_0002;
/// Where nodes tell each other that activity was appended.
pub(crate) const CHANNEL: &str = "latchkey_activity";

/// How long a node waits for a connection, and for the answer to a question that cannot wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// A node that is cut off in the middle of a change must not keep the others from theirs: the database lets go of it.
/// Its times are in milliseconds, but for the last one's seconds.
const SESSION: [(&str, &str); 6] = [
    ("client_min_messages", "warning"),
    ("statement_timeout", "10000"),
    ("lock_timeout", "5000"),
    ("idle_in_transaction_session_timeout", "5000"),
    ("tcp_user_timeout", "5000"),
    ("tcp_keepalives_idle", "10"),
];

pub(crate) async fn connect(url: &PostgresUrl, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let driver = url.options().options(SESSION).application_name("latchkey");
    let mut options = ConnectOptions::new("postgres://");
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        // What was just used still answers; what lay about may have been cut off meanwhile.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        // No task that looks after them; why is told for SQLite's.
        .max_lifetime(None)
        .idle_timeout(None)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(move |_| driver.clone());
    // Boxed: what happens once shall not make the future of whoever opens a store large.
    Ok(Box::pin(Database::connect(options)).await?)
}

/// Refuses a database in which somebody else keeps tables.
pub(crate) async fn refuse_foreign(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    let tables = number(connection, TABLES).await?;
    let is_ours = has_table(connection, "vault_checks").await?;
    if tables > 0 && !is_ours { Err(StoreError::Foreign(name.to_owned())) } else { Ok(()) }
}

/// Waits until no other node changes anything, and keeps the others from it until the transaction ends.
pub(crate) async fn lock_changes(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({CHANGES_LOCK})")).await?;
    Ok(())
}

/// Wakes every node when the transaction commits.
pub(crate) async fn notify(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    Ok(())
}

const TABLES: &str = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
