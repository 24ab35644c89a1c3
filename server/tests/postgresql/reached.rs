//! What a start waits for, and what is refused at once, with words that help.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError::Disconnected},
};

use super::{elsewhere, of_role, refused, run_on};
use crate::{
    endurance::database::Lock,
    listening::{SOCKETS, ask},
    support::{Home, PATIENCE, cluster::Cluster, lines, signer::until},
};

/// A start that waits for its database, and does not outlive its test.
pub struct Waiting {
    process: Child,
    log: Receiver<String>,
}

impl Waiting {
    fn begin(home: &Home, url: &str) -> Self {
        Self::begin_with(home, &[("LATCHKEY_DATABASE_URL", url)])
    }

    pub fn begin_with(home: &Home, settings: &[(&str, &str)]) -> Self {
        let mut command = home.command(&["serve"]);
        command.envs(SOCKETS).envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let log = lines(process.stderr.take().unwrap());
        Self { process, log }
    }

    pub fn terminate(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// The next line of its log.
    fn next(&self) -> String {
        self.log.recv_timeout(PATIENCE).expect("it logs")
    }

    /// The next line of its log that has these words.
    pub fn says(&self, words: &str) -> String {
        loop {
            let line = self.next();
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Waits for its end.
    pub fn exit_code(mut self) -> Option<i32> {
        // Its end closes the pipe.
        while self.log.recv_timeout(PATIENCE).map_err(|error| assert_eq!(error, Disconnected)).is_ok() {}
        self.process.wait().unwrap().code()
    }
}

/// What an answer's body is.
fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_start_waits_for_a_postgresql_that_is_not_there_yet_and_says_so_once() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_users();
    cluster.stop();
    let mut waiting = Waiting::begin(&home, &home.url());
    let words = waiting.says("waiting up to 60 s");
    assert!(words.contains("refused"), "{words}");
    cluster.start_again();
    let next = waiting.next();
    assert!(next.contains("PostgreSQL is there: postgres://127.0.0.1:"), "{next}");
    let answers = lines(waiting.process.stdout.take().unwrap());
    let listening = answers.recv_timeout(PATIENCE).expect("it answers");
    assert!(listening.starts_with("listening on "), "{listening}");
}

#[test]
fn a_start_that_waits_says_on_both_listeners_what_it_waits_for_and_then_drops_no_connection() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_users();
    cluster.stop();
    let mut waiting = Waiting::begin(&home, &home.url());
    waiting.says("waiting up to 60 s");
    let [public, internal] = ["public.sock", "internal.sock"].map(|name| home.path().join(name));
    let alive = ask(&internal, "GET /healthz HTTP/1.1", "");
    assert!(alive.starts_with("HTTP/1.1 200 ") && body(&alive) == "ok\n", "{alive}");
    let ready = ask(&internal, "GET /readyz HTTP/1.1", "");
    assert!(ready.starts_with("HTTP/1.1 503 ") && body(&ready).starts_with("database: "), "{ready}");
    let health = home.run(&["health", "--internal-listen", "unix:internal.sock"], "");
    assert!(health.code == Some(1) && health.stdout.contains(": 503 database: "), "{health:?}");
    let verdict = ask(&internal, "GET /verify HTTP/1.1", "");
    assert!(verdict.starts_with("HTTP/1.1 503 "), "{verdict}");
    for path in ["/sign-in", "/api/v1/whoami", "/nowhere"] {
        let answer = ask(&public, &format!("GET {path} HTTP/1.1"), "").to_lowercase();
        assert!(answer.starts_with("http/1.1 503 "), "{answer}");
        assert!(body(&answer).contains("waits for its database"), "{answer}");
        for field in ["retry-after", "content-security-policy", "x-content-type-options", "x-request-id"] {
            assert!(answer.contains(&format!("\r\n{field}: ")), "{field}: {answer}");
        }
    }
    // Kept by its peer, during the wait and after it.
    let mut early = UnixStream::connect(&public).unwrap();
    early.set_read_timeout(Some(PATIENCE)).unwrap();
    early.write_all(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut refusal = BufReader::new(early.try_clone().unwrap()).lines().map_while(Result::ok);
    assert!(
        refusal.any(|line| line.contains("waits for its database")),
        "it is told on a connection that stays"
    );
    cluster.start_again();
    let answers = lines(waiting.process.stdout.take().unwrap());
    let listening = answers.recv_timeout(PATIENCE).expect("it answers");
    assert!(listening.starts_with("listening on "), "{listening}");
    early.write_all(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    early.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_start_that_waits_at_a_locked_database_answers_and_is_ended_by_a_signal() {
    let home = Home::sqlite().and_users();
    let other = Lock::take(&home, "BEGIN IMMEDIATE");
    let waiting = Waiting::begin(&home, &home.url());
    let internal = home.path().join("internal.sock");
    until("it listens", || internal.exists().then_some(()));
    let alive = ask(&internal, "GET /healthz HTTP/1.1", "");
    assert!(alive.starts_with("HTTP/1.1 200 "), "{alive}");
    waiting.terminate();
    waiting.says("stopping before the database was open");
    assert_eq!(waiting.exit_code(), Some(0));
    assert!(!internal.exists());
    drop(other);
}

#[test]
fn a_start_waits_for_a_server_whose_name_is_not_known_yet() {
    let home = Home::sqlite();
    let waiting = Waiting::begin(&home, "postgres://ada@nowhere.invalid/keys");
    let words = waiting.says("waiting up to 60 s");
    assert!(words.contains("nowhere.invalid:5432: "), "{words}");
}

#[test]
fn a_start_that_waits_is_ended_by_a_signal() {
    let home = Home::sqlite();
    let waiting = Waiting::begin(&home, "postgres://ada@127.0.0.1:1/keys");
    waiting.says("waiting up to 60 s");
    waiting.terminate();
    assert_eq!(waiting.exit_code(), Some(0));
}

#[test]
fn a_unix_socket_is_found_by_its_folder_and_the_port_of_the_url() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_users();
    let port = cluster.address().port();
    assert_ne!(port, 5432, "the driver's default would do");
    let url = home.url().replace("127.0.0.1:", "nowhere.invalid:");
    let check = run_on(&home, &format!("{url}?host={}", cluster.socket_folder().display()), &["check"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(check.stdout.contains(&format!("{}:{port}/", cluster.socket_folder().display())), "{check:?}");
}

#[test]
fn a_command_does_not_wait_and_says_why_the_database_is_not_reached() {
    let home = Home::sqlite();
    for (host, reason) in [("127.0.0.1:1", "refused"), ("nowhere.invalid", "nowhere.invalid:5432: ")] {
        let url = format!("postgres://ada:correcthorse@{host}/keys");
        for arguments in [&["check"][..], &["user", "list"], &["migrate"]] {
            let said = run_on(&home, &url, arguments);
            let told = format!("{}{}", said.stdout, said.stderr);
            assert_eq!(said.code, Some(1), "{told}");
            assert!(told.contains(" cannot be reached: ") && told.contains(reason), "{told}");
            assert!(!told.contains("pool timed out") && !told.contains("correcthorse"), "{told}");
        }
    }
}

#[test]
fn a_database_or_role_that_is_not_there_is_refused_at_once_in_postgresqls_words() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    refused(&home, &elsewhere(&home.url(), "nowhere"), &["database \"nowhere\" does not exist", "createdb"]);
    let url = of_role(&home.url(), "nobody_here", "correcthorse");
    refused(&home, &url, &["role \"nobody_here\" does not exist", "pg_hba.conf"]);
}

#[test]
fn a_database_in_another_encoding_is_refused() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let name = format!("{}_latin1", home.url().rsplit('/').next().unwrap());
    home.sql(&format!(
        "CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    ));
    refused(&home, &elsewhere(&home.url(), &name), &["its encoding is LATIN1", "--encoding=UTF8"]);
    home.sql(&format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[test]
fn a_server_that_takes_no_writes_is_refused() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let name = home.url().rsplit('/').next().unwrap().to_owned();
    home.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    refused(&home, &home.url(), &["takes no changes", "primary"]);
}
