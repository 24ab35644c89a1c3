//! Databases with many consumers and tokens: made and migrated by latchkey itself, filled with rows whose secrets its
//! own vault sealed, and kept between runs, because a million takes a while.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    Statement, TransactionTrait as _, Value,
};
use sha2::{Digest as _, Sha256};
use store::vault::Vault;

use crate::{Places, Result, identity::Identity, process::quiet};

/// Rows of one statement, and of one transaction.
const ROWS: u64 = 500;
const ROWS_COMMITTED: u64 = 100_000;

/// 24 November 2026, in milliseconds.
const CREATED_AT: i64 = 1_795_478_400_000;

/// The folder with a database of `count` consumers, as many tokens and a tenth as many users, made where it is missing.
pub async fn database(places: &Places, count: u64) -> Result<PathBuf> {
    fs::create_dir_all(&places.cache)?;
    let draft = tempfile::Builder::new().prefix("draft-").tempdir_in(&places.cache)?;
    latchkey(&places.latchkey, draft.path(), &["migrate"], "")?;
    let database = connect(&draft.path().join("latchkey.db")).await?;
    let folder = places.cache.join(format!("{}-{count}", schema(&database).await?));
    if !folder.exists() {
        eprintln!("==> Seeding a database with {count} consumers and tokens: a minute for a million, once");
        let add = ["user", "add", "user0", "--configure-server", "--password-stdin"];
        latchkey(&places.latchkey, draft.path(), &add, "correct horse battery staple")?;
        fill(&database, &Vault::open(&draft.path().join("vault.key"), false)?, count).await?;
        remove_outdated(&places.cache, count)?;
        database.close().await?;
        fs::rename(draft.keep(), &folder)?;
    }
    Ok(folder)
}

/// Runs a command of latchkey's on a data folder.
fn latchkey(program: &Path, data: &Path, words: &[&str], input: &str) -> Result<()> {
    let mut command = Command::new(program);
    command
        .args(words)
        .args(["--log", "warn", "--data-dir"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = quiet(&mut command, data).spawn()?;
    child.stdin.take().expect("it is piped").write_all(input.as_bytes())?;
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("latchkey {words:?}: {status}").into()) }
}

async fn connect(file: &Path) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rw", file.display()));
    options.max_connections(1).sqlx_logging(false);
    let database = Box::pin(Database::connect(options)).await?;
    // Whoever is interrupted begins anew, so nothing has to be on the disk before the end.
    database.execute_unprepared("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000").await?;
    Ok(database)
}

/// Stands for the tables as they are now: another layout needs another database.
async fn schema(database: &DatabaseConnection) -> Result<String> {
    let sql =
        "SELECT coalesce(group_concat(sql, char(10)), '') FROM (SELECT sql FROM sqlite_master ORDER BY name)";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = database.query_one_raw(statement).await?.ok_or("the database has no tables")?;
    let hash = Sha256::digest(row.try_get_by_index::<String>(0)?);
    Ok(URL_SAFE_NO_PAD.encode(&hash[..9]))
}

/// Databases of that size with other tables are of no use any more.
fn remove_outdated(cache: &Path, count: u64) -> Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(&format!("-{count}")) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

async fn fill(database: &DatabaseConnection, vault: &Vault, count: u64) -> Result<()> {
    let users = (count / 10).max(1);
    let transaction = database.begin().await?;
    // Everybody but the first, whom latchkey made, is that one's copy.
    let copies = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {users}) \
         INSERT INTO users (id, username, folded, display_name, password_hash, configure_server, disabled, created_at) \
         SELECT id + n, 'user' || n, 'user' || n, 'user' || n, password_hash, false, false, created_at \
         FROM users, numbers WHERE folded = 'user0'"
    );
    transaction.execute_unprepared(&copies).await?;
    let first = Statement::from_string(DbBackend::Sqlite, "SELECT id FROM users WHERE folded = 'user0'");
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
    database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
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
    let sql = format!(
        "INSERT INTO consumers (key, name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, \
         revision) VALUES {}",
        vec![format!("(?, ?, ?, ?, 'approved', false, {CREATED_AT}, 'user0', {CREATED_AT}, 1)"); rows]
            .join(", ")
    );
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, consumers)).await?;
    let sql = format!(
        "INSERT INTO token_credentials (token, secret_key_id, secret, consumer_key, user_id, created_at) VALUES {}",
        vec![format!("(?, ?, ?, ?, ?, {CREATED_AT})"); rows].join(", ")
    );
    transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, tokens)).await?;
    Ok(())
}
