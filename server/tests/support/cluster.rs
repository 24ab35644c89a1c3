//! A PostgreSQL server of a test's own, which can be stopped and started.

use std::{
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use sea_orm::sqlx::{self, Connection as _, Executor as _, PgConnection};
use tokio::runtime::Runtime;

use super::{process::crate_folder, signer::until};

/// Prints where the server and its programs are, and ends it once the reader is gone.
const SCRIPT: &str = r#"echo "$LATCHKEY_TEST_POSTGRES"; command -v pg_ctl; read -r _"#;

/// A server that syncs every commit, as it would outside of tests.
pub struct Cluster {
    keeper: Child,
    /// Its URL, without a database.
    pub url: String,
    pg_ctl: PathBuf,
    data: PathBuf,
}

impl Cluster {
    pub fn start() -> Self {
        let mut command = Command::new(crate_folder().join("../tools/postgres"));
        command.args(["--durable", "sh", "-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().unwrap();
        let mut said = BufReader::new(keeper.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = said.next().expect("PostgreSQL starts");
        let pg_ctl = said.next().unwrap().into();
        let mut cluster = Self { keeper, url, pg_ctl, data: PathBuf::new() };
        cluster.data = cluster.told("SHOW data_directory").into();
        cluster
    }

    pub fn address(&self) -> SocketAddr {
        self.url.rsplit('@').next().unwrap().parse().unwrap()
    }

    /// The folder of its unix socket, which is named by the port.
    pub fn socket_folder(&self) -> &Path {
        self.data.parent().unwrap()
    }

    /// Ends it at once, as if its machine had lost its power.
    pub fn stop(&self) {
        self.control(&["--mode", "immediate", "stop"]);
    }

    /// Starts it, and waits until it answers.
    pub fn start_again(&self) {
        self.control(&["--log", "log", "start"]);
    }

    /// Stops it in good order and starts it as a standby of nobody, which answers questions and takes no changes.
    pub fn become_standby(&self) {
        self.control(&["--mode", "fast", "stop"]);
        let signal = self.data.join("standby.signal");
        fs::write(&signal, "").unwrap();
        let owner = self.data.metadata().unwrap();
        chown(&signal, Some(owner.uid()), Some(owner.gid())).unwrap();
        self.start_again();
    }

    /// A standby of this server, for which each commit waits from now on.
    pub fn standby(&self) -> Self {
        let standby = Self::start();
        standby.stop();
        fs::remove_dir_all(&standby.data).unwrap();
        self.run("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.run("SELECT pg_reload_conf()");
        let (from, to) = (self.whole_url(), standby.data.display().to_string());
        let copy = ["--dbname", &from, "--pgdata", &to, "--write-recovery-conf", "--checkpoint", "fast"];
        self.run_by_owner(&self.pg_ctl.with_file_name("pg_basebackup"), &copy);
        // The later lines count; what was copied has the other server's.
        let folder = standby.data.parent().unwrap().display();
        let own = format!(
            "port = {}\nunix_socket_directories = '{folder}'\nsynchronous_standby_names = ''\n",
            standby.address().port()
        );
        let settings = standby.data.join("postgresql.auto.conf");
        OpenOptions::new().append(true).open(settings).unwrap().write_all(own.as_bytes()).unwrap();
        standby.start_again();
        until("commits wait for the standby", || {
            let state = self.told("SELECT coalesce(max(sync_state), 'none') FROM pg_stat_replication");
            (state == "sync").then_some(())
        });
        standby
    }

    /// Commits wait for no standby any more.
    pub fn wait_for_no_standby(&self) {
        self.run("ALTER SYSTEM RESET synchronous_standby_names");
        self.run("SELECT pg_reload_conf()");
    }

    /// Ends its being a standby; its connections stay.
    pub fn promote(&self) {
        self.control(&["promote"]);
    }

    /// Runs a statement as the superuser, outside of the tests' databases.
    pub fn run(&self, statement: &str) {
        let (runtime, mut connection) = self.connect();
        let sql = sqlx::AssertSqlSafe(statement.to_owned());
        runtime.block_on(connection.execute(sqlx::raw_sql(sql))).unwrap();
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.data.display().to_string();
        let always = ["--pgdata", &data, "--wait", "--silent"];
        self.run_by_owner(&self.pg_ctl, &[&always[..], arguments].concat());
    }

    /// Runs a program as the owner of the data: the server refuses to run as root.
    fn run_by_owner(&self, program: &Path, arguments: &[&str]) {
        let owner = self.data.metadata().unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.data).stdin(Stdio::null()).stdout(Stdio::null());
        if rustix::process::getuid().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        assert!(command.status().unwrap().success(), "{command:?}");
    }

    /// How many connections it has, from its next start on.
    pub fn allow_connections(&self, count: u32) {
        self.run(&format!("ALTER SYSTEM SET max_connections = {count}"));
    }

    /// Takes every connection that is left, until the returned guard is dropped.
    pub fn take_connections(&self) -> Taken {
        let runtime = runtime();
        let mut connections = Vec::new();
        let none_left = loop {
            match runtime.block_on(PgConnection::connect(&self.whole_url())) {
                Ok(connection) => connections.push(connection),
                Err(error) => break error.into_database_error().expect("it answers"),
            }
        };
        assert_eq!(none_left.code().as_deref(), Some("53300"), "{none_left}");
        Taken { connections, runtime }
    }

    fn told(&self, sql: &'static str) -> String {
        let (runtime, mut connection) = self.connect();
        runtime.block_on(sqlx::query_scalar(sql).fetch_one(&mut connection)).unwrap()
    }

    fn connect(&self) -> (Runtime, PgConnection) {
        let runtime = runtime();
        let connection = runtime.block_on(PgConnection::connect(&self.whole_url())).unwrap();
        (runtime, connection)
    }

    fn whole_url(&self) -> String {
        format!("{}/postgres", self.url)
    }
}

/// Connections that are taken from all others.
#[expect(dead_code, reason = "they are held, and nothing else")]
pub struct Taken {
    connections: Vec<PgConnection>,
    runtime: Runtime,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Closing the pipe ends it, and its folder is removed.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
