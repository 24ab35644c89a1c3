//! Over HTTP/2 a request that cannot be read ends its own stream, and no other.

use std::{fs, process::Command};

use crate::support::{
    Home, Server, finish,
    tls::{Pair, make},
};

/// The status, the version of HTTP and how many connections a request took, behind its body.
const TOLD: &str = "\n%{http_code} %{http_version} %{num_connects}\n";

fn over_tls() -> Server {
    let home = Home::with_users();
    let Pair { cert, key } = make(&home, "localhost");
    fs::write(home.path().join("cert.pem"), cert).unwrap();
    fs::write(home.path().join("key.pem"), key).unwrap();
    home.serve_with(&[("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")])
}

/// Asks for all of these on one connection; returns what curl printed of each.
fn ask(base: &str, targets: &[&str]) -> (String, String) {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--globoff", "--path-as-is", "--insecure", "--max-time", "60"]);
    command.args(["--output", "/dev/null", "--write-out", TOLD]);
    command.args(targets.iter().map(|target| format!("{base}{target}")));
    let said = finish(command, "");
    (said.stdout, said.stderr)
}

#[test]
fn a_target_that_is_no_url_ends_its_stream_and_the_connection_goes_on() {
    let server = over_tls();
    for bad in ["/sign-in?name=\"x\"", "/sign-in?name=<x>", "/sign-in<x>"] {
        let (told, complaint) = ask(&server.url, &["/sign-in", bad, "/sign-in"]);
        assert!(complaint.contains("PROTOCOL_ERROR"), "{bad}: {complaint}");
        let [first, last] = [told.find("\n200 2 1\n"), told.rfind("\n200 2 0\n")];
        assert!(first.is_some() && last > first, "{bad}: {told}");
    }
}

#[test]
fn octets_that_are_only_odd_reach_the_pages() {
    let server = over_tls();
    let (told, complaint) =
        ask(&server.url, &["/sign-in?name={x}", "/sign-in?a=|^`", "/sign-in?name=Jos\u{e9}"]);
    assert_eq!((told.matches("\n200 2 ").count(), &*complaint), (3, ""), "{told}");
}
