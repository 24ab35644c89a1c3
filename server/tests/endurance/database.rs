//! What the program's database holds, asked beside the running program.

use std::{collections::BTreeMap, fs};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use serde_json::Value;

use crate::support::{Home, signer::until};

/// The number that a query of one cell returns.
pub fn number(home: &Home, sql: &str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Box::pin(Database::connect(home.url())).await.unwrap();
        let question = Statement::from_string(database.get_database_backend(), sql);
        let answer = database.query_one_raw(question).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        database.close().await.unwrap();
        answer
    })
}

/// The consumers as the command line lists them, by key.
pub fn listed(home: &Home) -> BTreeMap<String, Value> {
    let rows = home.json(&["consumer", "list"], "");
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| (row["key"].as_str().unwrap().to_owned(), row.clone()))
        .collect()
}

/// Waits until PostgreSQL has noticed that a program is not there any more, so that nothing it began is still done.
pub fn until_nobody_is_connected(home: &Home) {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    until("its connections have ended", || (number(home, others) == 0).then_some(()));
}

/// How much the nonces take: rows, and the bytes in them.
pub fn nonces(home: &Home) -> (i64, i64) {
    let (table, column) = if home.is_shared() { ("shared_nonces", "id") } else { ("nonces", "ids") };
    let rows = number(home, &format!("SELECT count(*) FROM {table}"));
    (rows, number(home, &format!("SELECT coalesce(sum(length({column})), 0) FROM {table}")))
}

/// How much the database takes on the disk, in KiB; with SQLite its log included, which PostgreSQL has for all together.
pub fn size(home: &Home) -> u64 {
    if home.is_shared() {
        return number(home, "SELECT pg_database_size(current_database())").unsigned_abs() / 1024;
    }
    let files = fs::read_dir(home.data()).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    files.sum::<u64>() / 1024
}

/// Another client's transaction, until it is dropped.
pub struct Lock {
    runtime: tokio::runtime::Runtime,
    database: Option<DatabaseConnection>,
}

impl Lock {
    /// Begins a transaction with these statements.
    pub fn take(home: &Home, sql: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let database = runtime.block_on(async {
            let mut options = ConnectOptions::new(format!("sqlite://{}", home.database().display()));
            options.max_connections(1);
            let database = Box::pin(Database::connect(options)).await.unwrap();
            database.execute_unprepared(sql).await.unwrap();
            database
        });
        Self { runtime, database: Some(database) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(database) = self.database.take() {
            self.runtime.block_on(database.close()).unwrap();
        }
    }
}
