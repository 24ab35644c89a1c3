//! TLS as `sslmode` asks for it, in libpq's words.

use std::fs;

use super::{let_in, of_role, refused, run_on};
use crate::support::{
    Home,
    cluster::Cluster,
    tls::{self, Pair},
};

/// Gives the server a certificate, for its next start.
pub(super) fn encrypt(home: &Home, pair: &Pair) {
    for (file, text) in [("server.crt", &pair.cert), ("server.key", &pair.key)] {
        let lines = format!("SELECT unnest(string_to_array(rtrim($pem${text}$pem$, E'\\n'), E'\\n'))");
        home.sql(&format!("COPY ({lines}) TO PROGRAM 'umask 077; cat > {file}'"));
    }
    home.sql("ALTER SYSTEM SET ssl = on");
}

#[test]
fn a_file_for_the_connection_that_is_missing_or_no_pem_file_is_named() {
    let home = Home::sqlite();
    fs::write(home.path().join("notes.txt"), "a shopping list").unwrap();
    for (parameter, file) in
        [("sslrootcert", "missing.pem"), ("sslrootcert", "notes.txt"), ("sslkey", "no.key")]
    {
        let url = format!("postgres://ada@db.invalid/keys?sslmode=verify-full&{parameter}={file}");
        refused(&home, &url, &[&format!("{parameter}={file} cannot be used: ")]);
    }
}

#[test]
fn a_certificate_is_checked_where_its_authority_is_given() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_made();
    let (right, wrong) = (tls::make(&home, "right"), tls::make(&home, "wrong"));
    encrypt(&home, &right);
    cluster.stop();
    cluster.start_again();
    fs::write(home.path().join("right.pem"), &right.cert).unwrap();
    fs::write(home.path().join("wrong.pem"), &wrong.cert).unwrap();
    for (parameters, is_taken) in [
        ("sslmode=disable", true),
        ("sslmode=allow", true),
        ("sslmode=prefer", true),
        ("sslmode=require", true),
        ("sslmode=require&sslrootcert=right.pem", true),
        ("sslmode=require&sslrootcert=wrong.pem", false),
        ("sslmode=verify-ca&sslrootcert=right.pem", true),
        ("sslmode=verify-ca&sslrootcert=wrong.pem", false),
        ("sslmode=verify-full&sslrootcert=right.pem", true),
        ("sslmode=verify-full&sslrootcert=wrong.pem", false),
        ("sslmode=verify-full", false),
    ] {
        let url = format!("{}?{parameters}", home.url());
        let said = run_on(&home, &url, &["check"]);
        assert_eq!(said.code, Some(i32::from(!is_taken)), "{parameters}: {said:?}");
        assert!(is_taken || said.stdout.contains("certificate"), "{parameters}: {said:?}");
    }
}

#[test]
fn tls_is_used_where_the_server_asks_for_it_and_not_where_it_refuses_it() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_made();
    encrypt(&home, &tls::make(&home, "right"));
    home.sql("CREATE ROLE hidden LOGIN SUPERUSER; CREATE ROLE clear LOGIN SUPERUSER");
    let rules = "hostssl all hidden 127.0.0.1/32 trust\nhostnossl all clear 127.0.0.1/32 trust";
    let_in(&cluster, &home, rules);
    for (role, mode, is_taken) in [
        ("hidden", "disable", false),
        ("hidden", "allow", true),
        ("hidden", "prefer", true),
        ("hidden", "require", true),
        ("clear", "disable", true),
        ("clear", "allow", true),
        ("clear", "prefer", true),
        ("clear", "require", false),
    ] {
        let url = format!("{}?sslmode={mode}", of_role(&home.url(), role, ""));
        let said = run_on(&home, &url, &["check"]);
        assert_eq!(said.code, Some(i32::from(!is_taken)), "{role} {mode}: {said:?}");
        assert!(is_taken || said.stdout.contains("pg_hba.conf"), "{role} {mode}: {said:?}");
    }
}
