//! A renewed certificate is read again at SIGHUP, while the server runs.

use crate::support;

use std::fs;

use support::{
    Home, Server,
    tls::{Pair, Secure, make},
};

const OK: &str = "HTTP/1.1 200 OK";

/// Puts certificate and key where the settings say.
fn put(home: &Home, cert: &str, key: &str) {
    fs::write(home.path().join("cert.pem"), cert).unwrap();
    fs::write(home.path().join("key.pem"), key).unwrap();
}

fn is_served(server: &Server, pair: &Pair) -> bool {
    Secure::open(&server.url, pair).is_ok_and(|mut connection| connection.ask() == OK)
}

#[test]
fn sighup_reads_certificate_and_key_again_and_open_connections_go_on() {
    let home = Home::with_users();
    let (first, second) = (make(&home, "first"), make(&home, "second"));
    put(&home, &first.cert, &first.key);
    let server = home.serve_with(&[("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")]);
    let mut open = Secure::open(&server.url, &first).unwrap();
    assert_eq!(open.ask(), OK);
    assert!(!is_served(&server, &second));

    put(&server.home, &second.cert, &second.key);
    assert!(is_served(&server, &first), "a file alone changes nothing");
    server.signal("HUP");
    let log = server.log_until("the certificate was read again");
    let line = log.last().unwrap();
    assert!(line.contains("INFO") && line.contains("cert=cert.pem") && line.contains("ends=\"20"), "{line}");
    assert!(is_served(&server, &second) && !is_served(&server, &first));
    assert_eq!(open.ask(), OK, "it was opened with the certificate before");
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_leaves_the_one_before_in_its_place() {
    let home = Home::with_users();
    let (first, second) = (make(&home, "first"), make(&home, "second"));
    put(&home, &first.cert, &first.key);
    let server = home.serve_with(&[("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")]);
    let not_whole = &second.cert[..second.cert.len() / 2];
    for (cert, key) in [
        ("no certificate", &*second.key),
        ("", &second.key),
        (not_whole, &second.key),
        (&second.cert, ""),
        (&second.cert, &first.key),
    ] {
        put(&server.home, cert, key);
        server.signal("HUP");
        let log = server.log_until("the one before stays");
        let line = log.last().unwrap();
        let parts = ["ERROR", "cert=cert.pem", "key=key.pem", "error=", "send SIGHUP again"];
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        assert!(!line.contains("PRIVATE"), "{line}");
        assert!(is_served(&server, &first) && !is_served(&server, &second), "{line}");
    }
    fs::remove_file(server.home.path().join("cert.pem")).unwrap();
    server.signal("HUP");
    server.log_until("the one before stays");
    assert!(is_served(&server, &first));

    put(&server.home, &second.cert, &second.key);
    server.signal("HUP");
    server.log_until("the certificate was read again");
    assert!(is_served(&server, &second));
    server.stop();
}

#[test]
fn without_a_certificate_sighup_says_that_there_is_nothing_to_read() {
    let server = Home::with_users().serve();
    server.signal("HUP");
    let log = server.log_until("there is no certificate to read again");
    assert!(log.last().unwrap().contains("LATCHKEY_TLS_CERT"), "{log:?}");
    server.visitor().get("/sign-in").is(200);
    server.stop();
}
