//! Databases with many consumers and tokens: made and migrated by latchkey itself, filled with rows whose secrets its
//! own vault sealed. SQLite's are kept between runs; PostgreSQL's are there as long as its server, which is this run's own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use sha2::{Digest as _, Sha256};
use store::vault::Vault;

use crate::{
    load::identity::PASSWORD,
    options::Places,
    result::Result,
    servers::{
        database::{Database, OnServer, Postgres},
        rows,
    },
};

/// On a PostgreSQL server if there is one, whose folder is in the cache then, else a file.
pub async fn any(places: &Places, postgres: Option<&str>, count: u64) -> Result<Database> {
    match postgres {
        Some(url) => on_server(places, &Postgres::find(url).await?, &places.cache, count).await,
        None => file(places, count).await,
    }
}

/// A SQLite database of `count` consumers, as many tokens and a tenth as many users, made where it is missing.
pub async fn file(places: &Places, count: u64) -> Result<Database> {
    fs::create_dir_all(&places.cache)?;
    let draft = tempfile::Builder::new().prefix("draft-").tempdir_in(&places.cache)?;
    let database = Database::new(draft.path().to_owned(), None);
    database.run(&places.latchkey, &["migrate"], "")?;
    let connection = database.connect().await?;
    let folder = places.cache.join(format!("{}-{count}", schema(&connection).await?));
    if !folder.exists() {
        eprintln!("==> Seeding SQLite with {count} consumers and tokens: a minute for a million, once");
        // An interrupted run starts over, so nothing has to be on the disk before the end.
        connection.execute_unprepared("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000").await?;
        fill(places, &database, &connection, count).await?;
        remove_outdated(&places.cache, count)?;
        connection.close().await?;
        fs::rename(draft.keep(), &folder)?;
    }
    Ok(Database::new(folder, None))
}

/// The same on a PostgreSQL server; the folder is for what does not outlive the run.
pub async fn on_server(places: &Places, server: &Postgres, folder: &Path, count: u64) -> Result<Database> {
    let folder: PathBuf = folder.join(format!("postgres-{count}"));
    let on_server = OnServer { server: server.clone(), name: format!("bench_{count}") };
    let database = Database::new(folder, Some(on_server));
    if !database.folder.exists() {
        eprintln!("==> Seeding PostgreSQL with {count} consumers and tokens: two minutes for a million");
        server.create(&format!("bench_{count}"), None).await?;
        fs::create_dir(&database.folder)?;
        database.run(&places.latchkey, &["migrate"], "")?;
        let connection = database.connect().await?;
        connection.execute_unprepared("SET synchronous_commit = off").await?;
        fill(places, &database, &connection, count).await?;
        connection.close().await?;
    }
    Ok(database)
}

async fn fill(
    places: &Places,
    database: &Database,
    connection: &DatabaseConnection,
    count: u64,
) -> Result<()> {
    let add = ["user", "add", "user0", "--configure-server", "--password-stdin"];
    database.run(&places.latchkey, &add, PASSWORD)?;
    let vault = Vault::open(&database.folder.join("vault.key"), false)?;
    rows::fill(connection, &vault, count).await
}

/// A hash of the tables' definitions: another schema needs another database.
async fn schema(database: &DatabaseConnection) -> Result<String> {
    let sql =
        "SELECT coalesce(group_concat(sql, char(10)), '') FROM (SELECT sql FROM sqlite_master ORDER BY name)";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = database.query_one_raw(statement).await?.ok_or("the database has no tables")?;
    let hash = Sha256::digest(row.try_get_by_index::<String>(0)?);
    Ok(URL_SAFE_NO_PAD.encode(&hash[..9]))
}

/// Removes databases of that size whose tables are outdated.
fn remove_outdated(cache: &Path, count: u64) -> Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(&format!("-{count}")) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
