//! Recognises a pooler that gives each transaction any connection (PgBouncer with `pool_mode = transaction`), and whether the
//! settings are right for it.

use sea_orm::{
    SqlxError,
    sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _, query_scalar},
};

use crate::{
    database::{
        reach::{NotReached, Reached, connect, in_time},
        url::PostgresUrl,
    },
    error::{StoreError, postgres::POOLED},
};

/// Which process of PostgreSQL's serves the connection.
const PROCESS: &str = "SELECT pg_backend_pid()::text";

/// PgBouncer gives prepared statements names of its own where it tracks them; this statement is one of them.
const IS_TRACKED: &str = "SELECT count(*) > 0 FROM pg_prepared_statements WHERE name LIKE 'PGBOUNCER%'";

const UNTRACKED: &str =
    "Set PgBouncer's max_prepared_statements (from 1.21 on) above 0, or pool_mode = session.";
const FORGETFUL: &str = "Run ALTER ROLE … SET synchronous_commit = on for the role of LATCHKEY_DATABASE_URL, and reconnect the pooler.";

/// Reaches the database, and refuses a pooler that would not do.
pub(crate) async fn examine(url: &PostgresUrl) -> Result<(), NotReached> {
    let Reached { mut connection, options, may_forget_commits, .. } = connect(url).await?;
    // Boxed: a future that runs once must not enlarge its caller's.
    let mut other = in_time(Box::pin(options.connect())).await?;
    if in_time(Box::pin(shares_processes(&mut connection, &mut other))).await? {
        if !url.is_pooled() {
            return Err(refused(
                "the pooler in front of it gives each transaction another connection, so that no change is noticed",
                POOLED,
            ));
        }
        if !is_tracked(&mut connection).await? {
            return Err(refused(
                "the pooler in front of it gives each transaction another connection and does not track prepared statements",
                UNTRACKED,
            ));
        }
    }
    other.close().await?;
    connection.close().await?;
    if url.is_pooled() {
        // Its sessions keep no setting of ours.
        if may_forget_commits {
            return Err(refused(
                "its synchronous_commit is off, so that a crash would lose what was answered and accept a request a second time",
                FORGETFUL,
            ));
        }
        Box::pin(examine(url.listening())).await.map_err(NotReached::where_it_listens)?;
    }
    Ok(())
}

/// Whether two connections at once are not each served by a process of its own, all the time. The second time they are asked
/// in the other order: a pooler that takes its connections in turn (`server_round_robin`) and has two of them would give the
/// same answers again.
async fn shares_processes(one: &mut PgConnection, other: &mut PgConnection) -> Result<bool, SqlxError> {
    let of_one = process(one).await?;
    let of_other = process(other).await?;
    Ok(of_one == of_other || process(other).await? != of_other || process(one).await? != of_one)
}

async fn process(connection: &mut PgConnection) -> Result<String, SqlxError> {
    connection.fetch_one(PROCESS).await?.try_get(0)
}

/// Whether the pooler knows which prepared statement is where.
async fn is_tracked(connection: &mut PgConnection) -> Result<bool, SqlxError> {
    match query_scalar(IS_TRACKED).fetch_one(connection).await {
        Ok(is_tracked) => Ok(is_tracked),
        // There is one of this name already, or there is none: another connection prepared it.
        Err(SqlxError::Database(reported))
            if matches!(reported.code().as_deref(), Some("42P05" | "26000")) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn refused(reason: &str, advice: &'static str) -> NotReached {
    NotReached::for_good(StoreError::of_server(reason, advice))
}
