//! PostgreSQL: how a node connects, how a foreign database is recognised, and the locks that order the nodes' writes.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
    sqlx::{self, Executor as _, PgConnection},
};

use crate::{
    database::{
        reach,
        url::PostgresUrl,
        values::{has_table, number},
    },
    error::{StoreError, postgres::RIGHTS},
};

/// Held by every change, so that activity is numbered in commit order.
pub(crate) const CHANGES_LOCK: i64 = 0x4C4B_4559_0001;
/// Held exclusively while nonces are forgotten, shared while they are recorded.
pub(crate) const NONCES_LOCK: i64 = 0x4C4B_4559_0002;
/// Has the transaction that it is called in answer its commit only once that is on the disk.
pub(crate) const DURABLE: &str = "set_config('synchronous_commit', 'on', true)";
/// The `NOTIFY` channel by which nodes announce new activity.
pub(crate) const CHANNEL: &str = "latchkey_activity";

/// How long a node waits for a connection, and for an answer to a query that cannot wait longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// The oldest version that Latchkey's tests run on, as `server_version_num` has it.
const OLDEST_TESTED: i64 = 150_000;

/// How many connections were refused since they were read-only.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// Session settings: no answer before a commit is on the disk, and a node that is cut off in the middle of a change must
/// release its locks soon. Milliseconds, except for the last one, in seconds. They are no options of the connection's start,
/// which poolers refuse.
const SESSION: &str = "SET client_min_messages = warning; SET synchronous_commit = on; SET statement_timeout = 10000; \
                       SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 5000; \
                       SET tcp_user_timeout = 5000; SET tcp_keepalives_idle = 10";

/// Opens a pool that leads to the first server that takes changes.
pub(crate) async fn connect(url: &PostgresUrl, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let options = options(url, connections).await?;
    let refused = REFUSED.load(Ordering::Relaxed);
    // Boxed: a future that runs once must not enlarge its caller's.
    let connected = Box::pin(Database::connect(options)).await;
    // The pool says that its time was over, not why.
    connected.map_err(|error| match REFUSED.load(Ordering::Relaxed) {
        now if now > refused => StoreError::Standby,
        _ => error.into(),
    })
}

/// A pool without a connection: its options are copied by those that need connections of their own.
pub(crate) async fn connect_later(url: &PostgresUrl) -> Result<DatabaseConnection, StoreError> {
    let mut options = options(url, 1).await?;
    options.connect_lazy(true);
    Ok(Box::pin(Database::connect(options)).await?)
}

async fn options(url: &PostgresUrl, connections: u32) -> Result<ConnectOptions, StoreError> {
    let driver = reach::options(url).await.map_err(|failure| failure.error)?;
    // A pooler's connections are others' in the next transaction, and keep their settings.
    let has_session = !url.is_pooled();
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
        .map_sqlx_postgres_pool_opts(move |pool| {
            pool.after_connect(move |connection, _| Box::pin(begin(connection, has_session)))
        })
        .map_sqlx_postgres_opts(move |_| driver.clone());
    Ok(options)
}

/// Prepares a new connection.
async fn begin(connection: &mut PgConnection, has_session: bool) -> Result<(), sqlx::Error> {
    if has_session {
        connection.execute(SESSION).await?;
    }
    refuse_read_only(connection).await
}

/// Refuses a new connection to a server that takes no changes: a standby, whose rows may be old, or one that was set to
/// read only, which its sessions stay. The pool tries again until its time is over.
async fn refuse_read_only(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let is_read_only: bool = sqlx::query_scalar(IS_READ_ONLY).fetch_one(connection).await?;
    if !is_read_only {
        return Ok(());
    }
    // The first refusal, the second, the fourth and so on: a pool tries several times a second.
    let count = REFUSED.fetch_add(1, Ordering::Relaxed) + 1;
    if count.is_power_of_two() {
        tracing::warn!(count, "a connection to PostgreSQL is refused: {}", StoreError::Standby);
    }
    Err(sqlx::Error::Configuration(Box::new(StoreError::Standby)))
}

/// Closes the connection of a pool of one if it turned out to be read-only, so that the next use makes another one.
/// Returns the error.
pub(crate) async fn discard_after(error: StoreError, database: &DatabaseConnection) -> StoreError {
    if matches!(error, StoreError::Standby) {
        // Waits until the failed transaction has given it back. Where it does not come back, it is not used again either.
        if let Ok(connection) = database.get_postgres_connection_pool().acquire().await {
            // Its end is all that is asked for, in good order or not.
            let _ = connection.close().await;
        }
    }
    error
}

/// Warns of a server that is older than those that Latchkey is tested on. It may do all the same.
pub(crate) async fn warn_of_old(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    let version = number(connection, VERSION).await?;
    if version < OLDEST_TESTED {
        tracing::warn!(
            version = version / 10_000,
            "PostgreSQL is older than 15, the oldest version that Latchkey is tested on"
        );
    }
    Ok(())
}

/// Refuses a database that holds another program's tables.
pub(crate) async fn refuse_foreign(connection: &DatabaseConnection, name: &str) -> Result<(), StoreError> {
    let tables = number(connection, TABLES).await?;
    let is_ours = has_table(connection, "vault_checks").await?;
    if tables > 0 && !is_ours { Err(StoreError::Foreign(name.to_owned())) } else { Ok(()) }
}

/// Refuses a role that can make no tables: it lacks the right, or its `search_path` names no schema that is there.
pub(crate) async fn refuse_without_create(connection: &DatabaseConnection) -> Result<(), StoreError> {
    if number(connection, MAY_CREATE).await? == 1 {
        return Ok(());
    }
    let reason =
        "there are no tables yet, and its role has no schema on its search_path in which it may make them";
    Err(StoreError::of_server(reason, RIGHTS))
}

/// Refuses a role that may not write to each of our tables.
pub(crate) async fn refuse_without_rights(connection: &DatabaseConnection) -> Result<(), StoreError> {
    let question = Statement::from_string(DbBackend::Postgres, UNWRITABLE);
    let row = connection.query_one_raw(question).await?;
    let tables: String = row.ok_or(StoreError::Unreadable("no answer about rights"))?.try_get_by_index(0)?;
    if tables.is_empty() {
        return Ok(());
    }
    Err(StoreError::of_server(format!("its role may not read and write {tables}"), RIGHTS))
}

/// Serialises changes across nodes: waits for the lock, and holds it until the transaction ends, whose commit is then on
/// the disk, whatever the session's setting is. Fails where the transaction may not write.
pub(crate) async fn lock_changes(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    let lock = format!(
        "SELECT current_setting('transaction_read_only')::bool, {DURABLE} FROM pg_advisory_xact_lock({CHANGES_LOCK})"
    );
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, lock)).await?;
    let is_read_only: bool = row.ok_or(StoreError::Unreadable("no answer to a lock"))?.try_get_by_index(0)?;
    if is_read_only { Err(StoreError::Standby) } else { Ok(()) }
}

/// Notifies every node when the transaction commits.
pub(crate) async fn notify(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    Ok(())
}

const VERSION: &str = "SELECT current_setting('server_version_num')::bigint";
const IS_READ_ONLY: &str = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool";
const TABLES: &str = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
const MAY_CREATE: &str =
    "SELECT coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), false)::int::bigint";
/// Those that were made with `vault_checks`, less the migrations, which only their owner writes.
const UNWRITABLE: &str = "SELECT coalesce(string_agg(t.relname::text, ', ' ORDER BY t.relname), '') FROM pg_class AS t \
                          JOIN pg_namespace AS s ON s.oid = t.relnamespace AND s.nspname = current_schema() \
                          JOIN pg_class AS v ON v.oid = to_regclass('vault_checks') AND v.relowner = t.relowner \
                          WHERE t.relkind = 'r' AND t.relname <> 'seaql_migrations' AND NOT ( \
                          has_table_privilege(t.oid, 'SELECT') AND has_table_privilege(t.oid, 'INSERT') AND \
                          has_table_privilege(t.oid, 'UPDATE') AND has_table_privilege(t.oid, 'DELETE'))";
