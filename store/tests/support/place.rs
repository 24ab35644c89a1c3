//! A database of its own for one test, in SQLite or, where a test run names a PostgreSQL server, there.
#![allow(dead_code, reason = "the tests of three crates share it, and each uses its part")]

use std::{
    mem,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbErr};
use store::Location;
use tempfile::TempDir;

/// Names the server that tests make their databases on (`tools/postgres`); without it they use SQLite.
pub const SERVER: &str = "LATCHKEY_TEST_POSTGRES";

/// A folder, and a database in it or on the server, until the last clone is dropped.
#[derive(Clone)]
pub struct Place {
    folder: Arc<TempDir>,
    postgres: Option<Arc<Postgres>>,
}

struct Postgres {
    server: String,
    name: String,
}

impl Place {
    /// On whichever database this test run is for.
    pub fn new() -> Self {
        Self::copy_of("template1")
    }

    /// The same with a copy of a database, where the test run is for PostgreSQL.
    pub fn copy_of(template: &str) -> Self {
        let create = |server| Arc::new(Postgres::create(server, template));
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            postgres: std::env::var(SERVER).ok().map(create),
        }
    }

    /// Whether the server of the test run has a database of this name; true where there is no server.
    pub fn has_database(name: &str) -> bool {
        let Ok(server) = std::env::var(SERVER) else { return true };
        let exists = format!("EXISTS (SELECT FROM pg_database WHERE datname = '{name}')");
        run(&server, format!("DO $$ BEGIN ASSERT {exists}; END $$")).is_ok()
    }

    /// Leaves its database on the server, under this name.
    pub fn keep_database(self, name: &str) {
        let Some(postgres) = self.postgres else { return };
        run(&postgres.server, format!("ALTER DATABASE {} RENAME TO {name}", postgres.name)).unwrap();
        // It would be dropped.
        mem::forget(postgres);
    }

    /// On this server.
    pub fn on(server: &str) -> Self {
        let postgres = Some(Arc::new(Postgres::create(server.to_owned(), "template1")));
        Self { folder: Arc::new(tempfile::tempdir().unwrap()), postgres }
    }

    /// For what only a file can show.
    pub fn sqlite() -> Self {
        Self { folder: Arc::new(tempfile::tempdir().unwrap()), postgres: None }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The file, where it is SQLite.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("latchkey.db")
    }

    pub fn vault_key(&self) -> PathBuf {
        self.folder.path().join("vault.key")
    }

    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// The address of the database on the server, where it is there.
    pub fn url(&self) -> Option<String> {
        self.postgres.as_ref().map(|postgres| format!("{}/{}", postgres.server, postgres.name))
    }

    pub fn location(&self) -> Location {
        match self.url() {
            Some(url) => url.parse().unwrap(),
            None => Location::Sqlite(self.file()),
        }
    }

    /// A plain connection, without the store.
    pub async fn plain(&self) -> DatabaseConnection {
        let file = || format!("sqlite://{}?mode=rwc", self.file().display());
        Box::pin(Database::connect(self.url().unwrap_or_else(file))).await.unwrap()
    }
}

impl Postgres {
    fn create(server: String, template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        let made = Self { server, name };
        run(&made.server, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", made.name)).unwrap();
        run(&made.server, format!("CREATE DATABASE {} TEMPLATE {template}", made.name)).unwrap();
        made
    }
}

/// Runs a statement on the server, in a thread with a runtime of its own: tests begin and end inside runtimes and outside.
fn run(server: &str, sql: String) -> Result<(), DbErr> {
    let url = format!("{server}/postgres");
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let connection = Box::pin(Database::connect(url)).await.unwrap();
            let done = connection.execute_unprepared(&sql).await;
            connection.close().await.unwrap();
            done.map(|_| ())
        })
    };
    thread::spawn(work).join().unwrap()
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A failed test may have left the server in any state.
        if !thread::panicking() {
            run(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).unwrap();
        }
    }
}
