//! The rows of a database that is filled: consumers, a token for each, and a user for each ten.

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait as _, Value,
};
use store::vault::Vault;

use crate::{load::identity::Identity, result::Result};

/// Rows of one statement, and of one transaction.
const ROWS: u64 = 500;
const ROWS_COMMITTED: u64 = 100_000;

/// 24 November 2026, in milliseconds.
const CREATED_AT: i64 = 1_795_478_400_000;

/// Adds them; the first user is there already.
pub async fn fill(database: &DatabaseConnection, vault: &Vault, count: u64) -> Result<()> {
    let users = (count / 10).max(1);
    let transaction = database.begin().await?;
    // All users are copies of the first, which latchkey made.
    let copies = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {users}) \
         INSERT INTO users (id, username, folded, display_name, password_hash, configure_server, disabled, created_at) \
         SELECT id + n, 'user' || n, 'user' || n, 'user' || n, password_hash, false, false, created_at \
         FROM users, numbers WHERE folded = 'user0'"
    );
    transaction.execute_unprepared(&copies).await?;
    let backend = database.get_database_backend();
    if backend == DbBackend::Postgres {
        // Numbers that were given are not counted; the next user would get one of them.
        let next = "SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))";
        transaction.execute_unprepared(next).await?;
    }
    let first = Statement::from_string(backend, "SELECT id FROM users WHERE folded = 'user0'");
    let first: i64 =
        transaction.query_one_raw(first).await?.ok_or("there is no user")?.try_get_by_index(0)?;
    transaction.commit().await?;
    let mut begin = 0;
    while begin < count {
        let end = count.min(begin + ROWS_COMMITTED);
        let transaction = database.begin().await?;
        for from in (begin..end).step_by(ROWS.try_into()?) {
            let numbers = from..end.min(from + ROWS);
            insert(&transaction, vault, numbers, |number| first + i64::try_from(number % users).unwrap_or(0))
                .await?;
        }
        transaction.commit().await?;
        begin = end;
    }
    // The state of a database in use: checkpointed, with statistics for the query planner.
    let done = match backend {
        DbBackend::Sqlite => &["PRAGMA wal_checkpoint(TRUNCATE)"][..],
        _ => &["VACUUM ANALYZE", "CHECKPOINT"],
    };
    for statement in done {
        database.execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn insert(
    transaction: &DatabaseTransaction,
    vault: &Vault,
    numbers: std::ops::Range<u64>,
    user: impl Fn(u64) -> i64,
) -> Result<()> {
    let mut consumers: Vec<Value> = Vec::new();
    let mut tokens: Vec<Value> = Vec::new();
    let rows = numbers.clone().count();
    for number in numbers {
        let identity = Identity::new(number);
        let key = identity.key.to_string();
        let secret = vault.seal(vault.newest(), &key, &identity.secret)?;
        let token_secret = vault.seal(vault.newest(), &identity.token, &identity.token_secret)?;
        consumers.extend([
            key.clone().into(),
            Identity::name(number).into(),
            secret.key_id.into(),
            secret.bytes.into(),
        ]);
        tokens.extend([
            identity.token.into(),
            token_secret.key_id.into(),
            token_secret.bytes.into(),
            key.into(),
            user(number).into(),
        ]);
    }
    let backend = transaction.get_database_backend();
    let into = "consumers (key, name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision)";
    let others = format!("'approved', false, {CREATED_AT}, 'user0', {CREATED_AT}, 1");
    transaction.execute_raw(statement(backend, into, &others, rows, consumers)).await?;
    let into = "token_credentials (token, secret_key_id, secret, consumer_key, user_id, created_at)";
    transaction.execute_raw(statement(backend, into, &CREATED_AT.to_string(), rows, tokens)).await?;
    Ok(())
}

/// Inserts `rows` rows: each takes its share of the values, and all end with `others`.
fn statement(backend: DbBackend, into: &str, others: &str, rows: usize, values: Vec<Value>) -> Statement {
    let columns = values.len() / rows;
    let row = |row: usize| {
        let place = |column| match backend {
            DbBackend::Postgres => format!("${}", row * columns + column + 1),
            _ => "?".to_owned(),
        };
        let places: Vec<_> = (0..columns).map(place).collect();
        format!("({}, {others})", places.join(", "))
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    let sql = format!("INSERT INTO {into} VALUES {}", rows.join(", "));
    Statement::from_sql_and_values(backend, sql, values)
}
