//! PgBouncer in front of a PostgreSQL of a test's own; `tools/setup-tests` unpacks it where it can be had.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _, postgres::PgConnectOptions};
use tempfile::TempDir;

use super::{PATIENCE, Process, cluster::Cluster, finish, foreign, lines};
use crate::endurance::run::Run;

/// From this version on it knows where a prepared statement is.
const TRACKS: (u32, u32) = (1, 21);

/// How many of the server's connections it uses: what one node needs.
const CONNECTIONS: u32 = 7;

/// A running PgBouncer.
pub struct Pooler {
    _process: Process,
    _folder: TempDir,
    port: u16,
    /// Whether it tracks prepared statements.
    pub tracks: bool,
}

impl Pooler {
    /// Starts one with this `pool_mode`, or says that there is none on this machine, so that the test counts as skipped.
    pub fn start(cluster: &Cluster, mode: &str) -> Option<Self> {
        Self::start_with(cluster, mode, "")
    }

    /// The same, with further lines of its configuration.
    pub fn start_with(cluster: &Cluster, mode: &str, settings: &str) -> Option<Self> {
        if !foreign::is_installed("bin/pgbouncer") {
            Run::begin("PgBouncer in front of PostgreSQL")
                .skip("PgBouncer is not on this machine; tools/setup-tests unpacks it where it can be had");
            return None;
        }
        let program = foreign::installed("bin/pgbouncer");
        let mut command = Command::new(&program);
        command.arg("--version");
        let tracks = version(&finish(command, "").stdout) >= TRACKS;
        let folder = tempfile::tempdir().unwrap();
        // It gives up root's rights, and reads its configuration after that.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, configuration(cluster.address(), port, mode, tracks) + settings).unwrap();
        let mut command = Command::new(program);
        if rustix::process::getuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let log = lines(process.0.stderr.take().unwrap());
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains("process up")) {
            let line = log.recv_timeout(PATIENCE);
            said.push(line.unwrap_or_else(|error| panic!("PgBouncer does not start ({error}): {said:?}")));
        }
        Some(Self { _process: process, _folder: folder, port, tracks })
    }

    /// The URL of a database through it.
    pub fn url(&self, direct: &str) -> String {
        let database = direct.rsplit('/').next().unwrap();
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Has it make this many connections to a database, all of which are idle afterwards.
    pub fn make_connections(&self, direct: &str, count: usize) {
        let options: PgConnectOptions = self.url(direct).parse().unwrap();
        // PgBouncer refuses the setting that the driver sends along.
        let options = options.extra_float_digits(None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut clients = Vec::new();
            for _ in 0..count {
                let mut client = options.connect().await.unwrap();
                client.execute("BEGIN; SELECT 1").await.unwrap();
                clients.push(client);
            }
            for mut client in clients {
                client.execute("COMMIT").await.unwrap();
                client.close().await.unwrap();
            }
        });
    }
}

fn configuration(server: SocketAddr, port: u16, mode: &str, tracks: bool) -> String {
    let tracked = if tracks { "max_prepared_statements = 200\n" } else { "" };
    format!(
        "[databases]\n* = host={} port={} user=postgres\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\ndefault_pool_size = {CONNECTIONS}\npool_mode = {mode}\n{tracked}",
        server.ip(),
        server.port()
    )
}

/// Of `PgBouncer 1.24.1` and more lines.
fn version(text: &str) -> (u32, u32) {
    let numbers = text.split_whitespace().nth(1).unwrap_or_default().split('.');
    let mut numbers = numbers.map(|number| number.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}
