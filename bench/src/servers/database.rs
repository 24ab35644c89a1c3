//! The databases that latchkey works on: a SQLite file or one on a PostgreSQL server, with the vault key's folder.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database as SeaOrm, DatabaseConnection, Statement};
use tempfile::TempDir;

use crate::{
    result::Result,
    servers::{process::quiet, usage},
};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// As it appears in the names of figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A PostgreSQL server of this run's own.
#[derive(Clone, Debug)]
pub struct Postgres {
    /// Without a database.
    pub url: String,
    /// The parent of all its processes.
    process: u32,
}

impl Postgres {
    pub async fn find(url: &str) -> Result<Self> {
        let connection = connect(&format!("{url}/postgres")).await?;
        let own = Statement::from_string(connection.get_database_backend(), "SELECT pg_backend_pid()");
        let own: i32 =
            connection.query_one_raw(own).await?.ok_or("PostgreSQL does not answer")?.try_get_by_index(0)?;
        connection.close().await?;
        let process = usage::parent(own.try_into()?)?;
        Ok(Self { url: url.to_owned(), process })
    }

    /// Makes a database, empty or as a copy, in place of one of that name.
    pub async fn create(&self, name: &str, copy_of: Option<&str>) -> Result<()> {
        let connection = connect(&format!("{}/postgres", self.url)).await?;
        let template = copy_of.map(|of| format!(" TEMPLATE {of}")).unwrap_or_default();
        connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await?;
        connection.execute_unprepared(&format!("CREATE DATABASE {name}{template}")).await?;
        Ok(connection.close().await?)
    }
}

/// A database on the server, by its name.
#[derive(Clone, Debug)]
pub struct OnServer {
    pub server: Postgres,
    pub name: String,
}

/// One database.
#[derive(Debug)]
pub struct Database {
    /// The data folder: the vault key, and the SQLite file.
    pub folder: PathBuf,
    pub on_server: Option<OnServer>,
    /// The folder of a copy, which is deleted with it.
    _copy: Option<TempDir>,
}

impl Database {
    pub fn new(folder: PathBuf, on_server: Option<OnServer>) -> Self {
        Self { folder, on_server, _copy: None }
    }

    /// A command of latchkey's on this database, without settings from outside.
    pub fn command(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).arg("--data-dir").arg(&self.folder);
        if let Some(OnServer { server, name }) = &self.on_server {
            command.arg("--database-url").arg(format!("{}/{name}", server.url));
        }
        quiet(&mut command, &self.folder);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, program: &Path, words: &[&str], input: &str) -> Result<()> {
        let mut command = self.command(program, words);
        command.args(["--log", "warn"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn()?;
        let written = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        let status = child.wait()?;
        if !status.success() {
            return Err(format!("latchkey {words:?}: {status}").into());
        }
        match written {
            // It succeeded without reading all of its input.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    /// The process of the database, where it is not in latchkey itself.
    pub fn process(&self) -> Option<u32> {
        self.on_server.as_ref().map(|on_server| on_server.server.process)
    }

    /// A copy, in a folder beside it: for measurements that change the data.
    pub async fn copy(&self) -> Result<Self> {
        let beside = self.folder.parent().ok_or("a database is in a folder")?;
        let folder = tempfile::Builder::new().prefix("copy-").tempdir_in(beside)?;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
        let mut on_server = self.on_server.clone();
        if let Some(OnServer { server, name }) = &mut on_server {
            let copy = format!("{name}_copy");
            server.create(&copy, Some(name)).await?;
            *name = copy;
        }
        Ok(Self { folder: folder.path().to_owned(), on_server, _copy: Some(folder) })
    }

    /// A connection of its own, without latchkey.
    pub async fn connect(&self) -> Result<DatabaseConnection> {
        match &self.on_server {
            Some(OnServer { server, name }) => connect(&format!("{}/{name}", server.url)).await,
            None => connect(&format!("sqlite://{}?mode=rw", self.folder.join("latchkey.db").display())).await,
        }
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Ok(Box::pin(SeaOrm::connect(options)).await?)
}
