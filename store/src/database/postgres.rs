//! PostgreSQL: how a node connects, how a foreign database is recognised, and the locks that order the nodes' writes.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::{
    database::{
        location::PostgresUrl,
        values::{has_table, number},
    },
    error::StoreError,
};

/// Held by every change, so that activity is numbered in commit order.
pub(crate) const CHANGES_LOCK: i64 = 0x4C4B_4559_0001;
/// Held exclusively while nonces are forgotten, shared while they are recorded.
pub(crate) const NONCES_LOCK: i64 = 0x4C4B_4559_0002;
/// The `NOTIFY` channel by which nodes announce new activity.
pub(crate) const CHANNEL: &str = "latchkey_activity";

/// How long a node waits for a connection, and for an answer to a query that cannot wait longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// Session settings: a node that is cut off in the middle of a change must release its locks soon. Milliseconds,
/// except for the last one, in seconds.
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
        // A connection used within the last second still works; one idle for longer may have been cut.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        // No maintenance task; `sqlite::connect` says why.
        .max_lifetime(None)
        .idle_timeout(None)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(move |_| driver.clone());
    // Boxed: a future that runs once must not enlarge its caller's.
    Ok(Box::pin(Database::connect(options)).await?)
}

/// Refuses a database that holds another program's tables.
pub(crate) async fn refuse_foreign(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    let tables = number(connection, TABLES).await?;
    let is_ours = has_table(connection, "vault_checks").await?;
    if tables > 0 && !is_ours { Err(StoreError::Foreign(name.to_owned())) } else { Ok(()) }
}

/// Serialises changes across nodes: waits for the lock, and holds it until the transaction ends.
pub(crate) async fn lock_changes(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({CHANGES_LOCK})")).await?;
    Ok(())
}

/// Notifies every node when the transaction commits.
pub(crate) async fn notify(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    Ok(())
}

const TABLES: &str = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
