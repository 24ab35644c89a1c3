//! What a start waits for, and what is refused at once, with words that help.

use std::{
    process::{Child, Command, Stdio},
    sync::mpsc::Receiver,
};

use super::{elsewhere, of_role, refused, run_on};
use crate::support::{Home, PATIENCE, cluster::Cluster, lines};

/// A start that waits for its database, and does not outlive its test.
struct Waiting {
    process: Child,
    log: Receiver<String>,
}

impl Waiting {
    fn begin(home: &Home, url: &str) -> Self {
        let mut command = home.command(&["serve"]);
        command.env("LATCHKEY_LISTEN", "127.0.0.1:0").env("LATCHKEY_INTERNAL_LISTEN", "off");
        command.env("LATCHKEY_DATABASE_URL", url);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let log = lines(process.stderr.take().unwrap());
        Self { process, log }
    }

    /// The next line of its log.
    fn next(&self) -> String {
        self.log.recv_timeout(PATIENCE).expect("it logs")
    }

    /// The next line of its log that has these words.
    fn says(&self, words: &str) -> String {
        loop {
            let line = self.next();
            if line.contains(words) {
                return line;
            }
        }
    }
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
fn a_start_waits_for_a_server_whose_name_is_not_known_yet() {
    let home = Home::sqlite();
    let waiting = Waiting::begin(&home, "postgres://ada@nowhere.invalid/keys");
    let words = waiting.says("waiting up to 60 s");
    assert!(words.contains("nowhere.invalid:5432: "), "{words}");
}

#[test]
fn a_start_that_waits_is_ended_by_a_signal() {
    let home = Home::sqlite();
    let mut waiting = Waiting::begin(&home, "postgres://ada@127.0.0.1:1/keys");
    waiting.says("waiting up to 60 s");
    let id = waiting.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(waiting.process.wait().unwrap().code(), Some(0));
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
