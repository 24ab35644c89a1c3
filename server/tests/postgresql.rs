//! The program on PostgreSQL: what it waits for, what it refuses and in which words, and the sentences of its guide.

mod failover;
mod guide;
mod pooled;
pub mod reached;
mod roles;
mod tls;

use std::{fs, os::unix::fs::PermissionsExt as _};

use oauth::encode;

use crate::support::{Home, Said, cluster::Cluster, finish};

const GUIDE: &str = "postgresql.md";

/// A command with another database's URL.
fn run_on(home: &Home, url: &str, arguments: &[&str]) -> Said {
    let mut command = home.command(arguments);
    command.env("LATCHKEY_DATABASE_URL", url);
    finish(command, "")
}

/// What a start, a check and another command say of this URL: each refuses with these words, in PostgreSQL's terms.
#[track_caller]
fn refused(home: &Home, url: &str, words: &[&str]) {
    let start = home.serve_in_vain(&[("LATCHKEY_DATABASE_URL", url)]);
    for said in [start, run_on(home, url, &["check"]), run_on(home, url, &["migrate"])] {
        assert_eq!(said.code, Some(1), "{said:?}");
        let told = format!("{}{}", said.stdout, said.stderr);
        assert!(words.iter().all(|word| told.contains(word)), "{words:?}: {told}");
        for foreign in ["folder exists", "files in it", "pool timed out", "so nobody can tell"] {
            assert!(!told.contains(foreign), "{told}");
        }
    }
}

/// The URL with something else behind its host.
fn elsewhere(url: &str, database: &str) -> String {
    format!("{}/{database}", url.rsplit_once('/').unwrap().0)
}

/// The URL of another role with this password, percent-encoded.
fn of_role(url: &str, role: &str, password: &str) -> String {
    format!("postgres://{role}:{}@{}", encode(password), url.rsplit('@').next().unwrap())
}

/// Has a server of the test's own let in all roles but its superuser by these lines of `pg_hba.conf`.
fn let_in(cluster: &Cluster, home: &Home, rules: &str) {
    // It runs as another user.
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = home.path().join("pg_hba.conf");
    fs::write(&file, format!("host all postgres 127.0.0.1/32 trust\n{rules}\n")).unwrap();
    home.sql(&format!("ALTER SYSTEM SET hba_file = '{}'", file.display()));
    cluster.stop();
    cluster.start_again();
}
