//! What the tests share: a folder with the program's data, the running program, a browser without a screen, an event stream.

pub mod browser;
pub mod cable;
pub mod cluster;
pub mod consent;
pub mod crowd;
pub mod foreign;
pub mod gateway;
pub mod guide;
#[path = "../../../store/tests/support/place.rs"]
pub mod place;
pub mod pooler;
pub mod process;
pub mod redact;
pub mod relay;
pub mod second_factor;
pub mod signer;
pub mod stream;
pub mod terminal;
pub mod tls;

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Read, Write},
    iter,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

pub use browser::Browser;
use place::Place;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::Value;
use store::Location;
pub use stream::Stream;

/// The password of every account that the tests make.
pub const PASSWORD: &str = "correct horse battery";
/// The secret of every consumer that the tests make.
pub const SECRET: &str = "a consumer secret";
/// Long enough for the slowest machine; only a failing test waits this long.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of its own for each test: the program works in it and keeps its data in `data`, or on the server that the
/// test run names.
#[derive(Clone)]
pub struct Home {
    place: Place,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// The object or array that `--json` printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The one sentence on stderr that a refusal consists of.
    pub fn sentence(&self) -> &str {
        let sentence = self.stderr.trim_end();
        assert_eq!(sentence.lines().count(), 1, "one sentence: {self:?}");
        assert!(sentence.ends_with('.'), "a whole sentence: {self:?}");
        sentence
    }

    /// The last thing on stderr, after log lines.
    pub fn last_words(&self) -> &str {
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self.stderr.trim_end().lines().last().unwrap_or_default()
    }
}

impl Home {
    pub fn new() -> Self {
        Self { place: Place::new() }
    }

    /// A home with an empty database.
    pub fn made() -> Self {
        Self::new().and_made()
    }

    pub fn and_made(self) -> Self {
        self.json(&["migrate"], "");
        self
    }

    /// A home where `ada` has *Configure Server* and `grace` has not.
    pub fn with_users() -> Self {
        Self::new().and_users()
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
    pub fn on(cluster: &cluster::Cluster) -> Self {
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
    fn command_by(&self, starter: &[&str], arguments: &[&str]) -> Command {
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
        command.envs(listen).envs(settings.iter().copied()).stdin(Stdio::null());
        let mut process = Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let stdout = lines(process.0.stdout.take().unwrap());
        let stderr = lines(process.0.stderr.take().unwrap());
        let mut server = Server { home: self, process, stdout, stderr, url: String::new() };
        server.url = server.line("listening on ");
        server
    }

    /// Tries to start a server that cannot start.
    pub fn serve_in_vain(&self, settings: &[(&str, &str)]) -> Said {
        let mut command = self.command(&["serve"]);
        command.env("LATCHKEY_LISTEN", "127.0.0.1:0").env("LATCHKEY_INTERNAL_LISTEN", "off");
        command.envs(settings.iter().copied());
        finish(command, "")
    }
}

/// Runs a process to its end, or kills it where it does not come.
pub fn finish(mut command: Command, stdin: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let (stdout, stderr) = (whole(process.0.stdout.take().unwrap()), whole(process.0.stderr.take().unwrap()));
    feed(&mut process.0.stdin.take().unwrap(), stdin);
    let read = |text: Receiver<String>| text.recv_timeout(PATIENCE).expect("the command comes to an end");
    let (stdout, stderr) = (read(stdout), read(stderr));
    Said { code: process.0.wait().unwrap().code(), stdout, stderr }
}

/// Writes to a process's standard input. A process that has ended reads no more; what it said before tells why.
fn feed(input: &mut impl Write, text: &str) {
    match input.write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines that come out of a pipe, as they come.
pub fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        // The receiver may be gone; the pipe is drained all the same.
        BufReader::new(pipe).lines().map_while(Result::ok).for_each(|line| _ = send.send(line));
    });
    receive
}

/// Everything that comes out of a pipe, once it is closed.
pub fn whole(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut text = String::new();
        let _ = pipe.read_to_string(&mut text);
        let _ = send.send(text);
    });
    receive
}

/// The running program.
pub struct Server {
    pub home: Home,
    pub url: String,
    process: Process,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Server {
    /// The rest of the next line on stdout that begins so.
    pub fn line(&self, beginning: &str) -> String {
        let until = Instant::now() + PATIENCE;
        while let Ok(line) = self.stdout.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
        panic!("no line {beginning:?}; stderr: {:?}", self.log());
    }

    /// What it logged since this was last asked.
    pub fn log(&self) -> Vec<String> {
        self.stderr.try_iter().collect()
    }

    /// What it logged since this was last asked, up to a line with these words.
    pub fn log_until(&self, words: &str) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        let mut log = Vec::new();
        while let Ok(line) = self.stderr.recv_timeout(until.saturating_duration_since(Instant::now())) {
            let found = line.contains(words);
            log.push(line);
            if found {
                return log;
            }
        }
        panic!("no line with {words:?}: {log:?}");
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(name, self.id());
    }

    /// Waits for its end, however that comes about; returns its exit code.
    pub fn exit_code(mut self) -> Option<i32> {
        self.until_ended();
        self.process.0.wait().unwrap().code()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// A browser without a session.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// A browser that has signed in through the form.
    pub fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.visitor();
        browser.sign_in(username, PASSWORD);
        browser
    }

    /// Stops it in good order; returns its home and how long that took.
    pub fn stop(self) -> (Home, Duration) {
        self.stop_by("TERM")
    }

    /// Stops it in good order by a signal.
    pub fn stop_by(mut self, name: &str) -> (Home, Duration) {
        let begin = Instant::now();
        signal(name, self.process.0.id());
        self.until_ended();
        let status = self.process.0.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status}; stderr: {:?}", self.log());
        (self.home, begin.elapsed())
    }

    fn until_ended(&self) {
        // Its end closes the pipe; what it still says is not of interest.
        let ended = iter::from_fn(|| match self.stdout.recv_timeout(PATIENCE) {
            Ok(_) => Some(()),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it does not stop"),
        });
        ended.for_each(drop);
    }

    /// `kill -9`
    pub fn kill(mut self) -> Home {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
        self.home
    }
}

fn signal(name: &str, id: u32) {
    let sent = Command::new("kill").args([format!("-{name}"), id.to_string()]).status().unwrap();
    assert!(sent.success());
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
