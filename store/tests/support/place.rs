//! A database of its own for one test, in SQLite or, where a test run names a PostgreSQL server, there.
#![allow(dead_code, reason = "the tests of three crates share it, and each uses its part")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
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
        let postgres = std::env::var(SERVER).ok().map(Postgres::create).map(Arc::new);
        Self { folder: Arc::new(tempfile::tempdir().unwrap()), postgres }
    }

    /// On this server.
    pub fn on(server: &str) -> Self {
        let postgres = Some(Arc::new(Postgres::create(server.to_owned())));
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
    fn create(server: String) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        let made = Self { server, name };
        made.run(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", made.name));
        made.run(format!("CREATE DATABASE {}", made.name));
        made
    }

    /// In a thread with a runtime of its own: tests begin and end inside runtimes and outside.
    fn run(&self, sql: String) {
        let url = format!("{}/postgres", self.server);
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let connection = Box::pin(Database::connect(url)).await.unwrap();
                connection.execute_unprepared(&sql).await.unwrap();
                connection.close().await.unwrap();
            });
        };
        thread::spawn(work).join().unwrap();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A failed test may have left the server in any state.
        if !thread::panicking() {
            self.run(format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
