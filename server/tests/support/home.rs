//! A folder with the program's data, the commands that work on it, and the server that is started on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sea_orm::{ConnectionTrait as _, Database};
use serde_json::Value;
use store::Location;

use super::{PASSWORD, SECRET, Said, Server, cluster::Cluster, finish, place::Place, prepared::Kept};

/// A folder of its own for each test: the program works in it and keeps its data in `data`, or on the server that the
/// test run names.
#[derive(Clone)]
pub struct Home {
    place: Place,
}

impl Home {
    pub fn new() -> Self {
        Self { place: Place::new() }
    }

    /// A home with an empty database.
    pub fn made() -> Self {
        Self::copied("made", Self::and_made)
    }

    pub fn and_made(self) -> Self {
        self.json(&["migrate"], "");
        self
    }

    /// A home where `ada` has *Configure Server* and `grace` has not.
    pub fn with_users() -> Self {
        Self::copied("with_users", Self::and_users)
    }

    /// A copy of the home that this fills, which is kept under this name.
    fn copied(name: &str, fill: impl FnOnce(Self) -> Self) -> Self {
        let kept = Kept::lock(name, Path::new(env!("CARGO_BIN_EXE_latchkey")));
        if !kept.is_there() {
            kept.keep(fill(Self::new()).place);
        }
        Self { place: kept.copy() }
    }

    pub fn and_users(self) -> Self {
        self.add_user("ada", true);
        self.add_user("grace", false);
        self
    }

    pub fn path(&self) -> &Path {
        self.place.folder()
    }

    /// For what only a file can show.
    pub fn sqlite() -> Self {
        Self { place: Place::sqlite() }
    }

    /// On a server of the test's own.
    pub fn on(cluster: &Cluster) -> Self {
        Self { place: Place::on(&cluster.url) }
    }

    /// Whether it is on a PostgreSQL server.
    pub fn is_shared(&self) -> bool {
        self.place.is_postgres()
    }

    pub fn is_postgres(&self) -> bool {
        self.place.is_postgres()
    }

    pub fn location(&self) -> Location {
        match self.place.url() {
            Some(url) => url.parse().unwrap(),
            None => Location::Sqlite(self.database()),
        }
    }

    /// What others connect to the database with.
    pub fn url(&self) -> String {
        self.place.url().unwrap_or_else(|| format!("sqlite://{}", self.database().display()))
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("latchkey.db")
    }

    pub fn vault_key(&self) -> PathBuf {
        self.data().join("vault.key")
    }

    /// The program with these arguments, and no setting but the defaults.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_by(&[], arguments)
    }

    /// The same, started by another program that is given it as its last arguments.
    pub fn command_by(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let line = [starter, &[env!("CARGO_BIN_EXE_latchkey")], arguments].concat();
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LATCHKEY_") {
                command.env_remove(name);
            }
        }
        command.envs(self.place.url().map(|url| ("LATCHKEY_DATABASE_URL", url)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str], stdin: &str) -> Said {
        finish(self.command(arguments), stdin)
    }

    /// Runs a command that has to succeed, and returns its JSON.
    pub fn json(&self, arguments: &[&str], stdin: &str) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat(), stdin);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.json()
    }

    /// Changes the database behind the program's back, as another version of it would.
    pub fn sql(&self, statement: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = Box::pin(Database::connect(self.url())).await.unwrap();
            database.execute_unprepared(statement).await.unwrap();
            database.close().await.unwrap();
        });
    }

    pub fn add_user(&self, name: &str, configure_server: bool) {
        let mut arguments = vec!["user", "add", name, "--init", "--password-stdin"];
        arguments.extend(configure_server.then_some("--configure-server"));
        let said = self.run(&arguments, PASSWORD);
        assert_eq!(said.code, Some(0), "{said:?}");
    }

    /// Registers a consumer by the command line and returns its key.
    pub fn register(&self, name: &str) -> String {
        let said = self.run(&["consumer", "register", name, "--secret-stdin"], SECRET);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.stdout.trim().to_owned()
    }

    pub fn serve(self) -> Server {
        self.serve_with(&[])
    }

    /// Starts the program on free ports with these settings, and waits until it answers.
    pub fn serve_with(self, settings: &[(&str, &str)]) -> Server {
        self.serve_by(&[], settings)
    }

    /// The same, started by another program that becomes it.
    pub fn serve_by(self, starter: &[&str], settings: &[(&str, &str)]) -> Server {
        let mut command = self.command_by(starter, &["serve"]);
        let listen = [("LATCHKEY_LISTEN", "127.0.0.1:0"), ("LATCHKEY_INTERNAL_LISTEN", "127.0.0.1:0")];
        command.envs(listen).envs(settings.iter().copied());
        Server::start(self, command)
    }

    /// Tries to start a server that cannot start.
    pub fn serve_in_vain(&self, settings: &[(&str, &str)]) -> Said {
        let mut command = self.command(&["serve"]);
        command.env("LATCHKEY_LISTEN", "127.0.0.1:0").env("LATCHKEY_INTERNAL_LISTEN", "off");
        command.envs(settings.iter().copied());
        finish(command, "")
    }
}

/// Opens a closed database in this process, and closes it so that everything is in the one file.
pub fn fold(home: &Home) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        store::Store::open(&home.location(), &home.vault_key()).await.unwrap().close().await.unwrap();
    });
    let log = home.data().join("latchkey.db-wal");
    assert!(!log.exists() || fs::metadata(log).unwrap().len() == 0, "SQLite folds its log in at the close");
}
