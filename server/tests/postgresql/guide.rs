//! Sentences of the guide that stand in no other file: old servers, one that is starting up, names of roles, what
//! `target_session_attrs` asks for, the system's authorities.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use oauth::encode;

use super::{let_in, of_role, reached::Waiting, refused, run_on};
use crate::support::{Home, cluster::Cluster};

/// A name that has to be quoted in SQL and encoded in a URL.
const ODD_ROLE: &str = "o'Neil \"B\" @/ß:%?#&=";
/// What a server says of its version, if it is one of before the first that Latchkey is tested on.
const OLD: &str = "CREATE SCHEMA old; CREATE FUNCTION old.current_setting(name text) RETURNS text STABLE LANGUAGE sql AS \
    $$ SELECT CASE name WHEN 'server_version_num' THEN '140011' ELSE pg_catalog.current_setting(name) END $$";

fn with_parameter(url: &str, parameter: &str) -> String {
    format!("{url}{}{parameter}", if url.contains('?') { '&' } else { '?' })
}

#[test]
fn an_older_postgresql_is_warned_of_and_tried_all_the_same() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_users();
    home.sql(OLD);
    let url = with_parameter(&home.url(), "options=-csearch_path%3Dpublic%2Cold%2Cpg_catalog");
    let server = home.serve_with(&[("LATCHKEY_DATABASE_URL", &url)]);
    let log = server.log_until("PostgreSQL is older than 15");
    assert!(log.last().unwrap().contains("version=14"), "{log:?}");
    server.signed_in("ada");
    let (home, _) = server.stop();
    let url = home.url();
    let server = home.serve();
    server.signed_in("ada");
    assert!(!server.log().iter().any(|line| line.contains("is older than")), "{url}");
}

/// Answers as PostgreSQL does while it starts up: TLS no, and an error.
fn is_starting_up(mut client: TcpStream) {
    let said: [&[u8]; 4] =
        [b"SFATAL\0", b"VFATAL\0", b"C57P03\0", b"Mthe database system is starting up\0\0"];
    let length = u32::try_from(4 + said.concat().len()).unwrap();
    let error = [b"E", &length.to_be_bytes()[..], &said.concat()].concat();
    let mut head = [0; 8];
    while client.read_exact(&mut head).is_ok() {
        let [length @ .., _, _, _, _] = head;
        let asks_for_tls = head == [0, 0, 0, 8, 4, 210, 22, 47];
        let mut rest = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 8];
        let answered = client
            .read_exact(&mut rest)
            .and_then(|()| client.write_all(if asks_for_tls { b"N" } else { &error }));
        if answered.is_err() || !asks_for_tls {
            return;
        }
    }
}

#[test]
fn a_start_waits_for_a_postgresql_that_is_starting_up_and_no_other_command_does() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ada@{}/keys", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming() {
            is_starting_up(client.unwrap());
        }
    });
    let home = Home::sqlite();
    let waiting = Waiting::begin_with(&home, &[("LATCHKEY_DATABASE_URL", &url)]);
    let words = waiting.says("waiting up to 60 s");
    assert!(words.contains("the database system is starting up"), "{words}");
    for arguments in [&["check"][..], &["user", "list"], &["migrate"]] {
        let said = run_on(&home, &url, arguments);
        let told = format!("{}{}", said.stdout, said.stderr);
        assert!(said.code == Some(1) && told.contains("the database system is starting up"), "{said:?}");
    }
    waiting.terminate();
    assert_eq!(waiting.exit_code(), Some(0));
}

#[test]
fn a_role_has_every_character_in_its_name() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster);
    let_in(&cluster, &home, "host all all 127.0.0.1/32 trust");
    let database = home.url().rsplit('/').next().unwrap().to_owned();
    let quoted = format!("\"{}\"", ODD_ROLE.replace('"', "\"\""));
    home.sql(&format!("CREATE ROLE {quoted} LOGIN"));
    home.sql(&format!("ALTER DATABASE {database} OWNER TO {quoted}"));
    let url = of_role(&home.url(), &encode(ODD_ROLE), "");
    for arguments in [&["migrate"][..], &["check"]] {
        let said = run_on(&home, &url, arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(!format!("{said:?}").contains("Neil"), "{said:?}");
    }
    home.sql(&format!("ALTER ROLE {quoted} NOLOGIN"));
    refused(&home, &url, &["is not permitted to log in"]);
}

#[test]
fn each_of_the_known_session_attributes_asks_for_a_server_that_takes_changes() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_made();
    let name = home.url().rsplit('/').next().unwrap().to_owned();
    let url = |attributes: &str| with_parameter(&home.url(), &format!("target_session_attrs={attributes}"));
    let known = ["read-write", "primary", "any"];
    for attributes in known {
        let said = run_on(&home, &url(attributes), &["check"]);
        assert_eq!(said.code, Some(0), "{attributes}: {said:?}");
    }
    home.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    for attributes in known {
        refused(&home, &url(attributes), &["takes no changes", "primary"]);
    }
    for attributes in ["standby", "read-only", "prefer-standby", ""] {
        let said = run_on(&home, &url(attributes), &["check"]);
        assert_eq!(said.code, Some(2), "{attributes}: {said:?}");
        assert!(said.stderr.contains("target_session_attrs"), "{attributes}: {said:?}");
    }
}

#[test]
fn the_system_s_authorities_are_public_ones_and_are_asked_for_with_the_name_alone() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster).and_made();
    super::tls::encrypt(&home, &crate::support::tls::make(&home, "own"));
    cluster.stop();
    cluster.start_again();
    let url = |parameters: &str| with_parameter(&home.url(), parameters);
    let said = run_on(&home, &url("sslmode=verify-full&sslrootcert=system"), &["check"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("certificate") && !said.stdout.contains("sslrootcert=system"), "{said:?}");
    for mode in ["require", "verify-ca", "prefer"] {
        let said = run_on(&home, &url(&format!("sslmode={mode}&sslrootcert=system")), &["check"]);
        assert_eq!(said.code, Some(2), "{mode}: {said:?}");
        assert!(said.stderr.contains("verify-full"), "{mode}: {said:?}");
    }
}
