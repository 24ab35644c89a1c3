//! Over HTTP/2 too, what no handler sees is refused in words.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use crate::{
    endurance::frames::{finished, grant, opening},
    support::{
        Home, PATIENCE, Server, finish,
        signer::Provider,
        tls::{Pair, make},
    },
};

/// What a target holds that is no part of a URL.
const UNREADABLE: [&str; 5] = ["?name=\"x\"", "?name=<x>", "?name=x>y", "<x>", "?a=\"&b=<"];
/// A status, the version of HTTP and how many connections a request took, behind its body.
const TOLD: &str = "\n%{http_code} %{http_version} %{num_connects}\n";
/// The beginning of the sentence that says how to write such a target.
const WORDS: &str = "This server cannot read the request as HTTP. In a URL percent-encode";

fn over_tls() -> Server {
    let home = Home::with_users();
    let Pair { cert, key } = make(&home, "localhost");
    fs::write(home.path().join("cert.pem"), cert).unwrap();
    fs::write(home.path().join("key.pem"), key).unwrap();
    home.serve_with(&[("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")])
}

/// Asks these in turn, on one connection where that is kept.
#[track_caller]
fn ask(base: &str, targets: &[String], more: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--globoff", "--path-as-is", "--insecure"]);
    command.args(["--max-time", "60", "--write-out", TOLD]).args(more);
    command.args(targets.iter().map(|target| format!("{base}{target}")));
    let said = finish(command, "");
    assert_eq!(said.code, Some(0), "{said:?}");
    said.stdout
}

#[test]
fn a_target_that_cannot_be_read_is_answered_in_words_and_its_connection_goes_on() {
    let server = over_tls();
    // More of them than there is room for at once in what is kept of the window.
    let bad = UNREADABLE.iter().cycle().take(30).map(|end| format!("/sign-in{end}"));
    let good = || ["/sign-in".to_owned()];
    let targets: Vec<_> = good().into_iter().chain(bad).chain(good()).collect();
    let told = ask(&server.url, &targets, &[]);
    assert_eq!(told.matches("\n400 2 0\n").count(), 30, "{told}");
    assert_eq!(told.matches(WORDS).count(), 30, "{told}");
    assert!(told.contains("\n200 2 1\n") && told.ends_with("\n200 2 0\n"), "{told}");
}

#[test]
fn both_listeners_say_so_without_tls_too() {
    let provider = Provider::start();
    for (base, path) in [(&provider.url, "/sign-in"), (&provider.internal, "/healthz")] {
        for end in UNREADABLE {
            let told = ask(base, &[format!("{path}{end}")], &["--http2-prior-knowledge"]);
            assert!(told.starts_with(WORDS) && told.ends_with("\n400 2 1\n"), "{end}: {told}");
        }
    }
}

#[test]
fn the_answer_has_the_fields_of_every_other() {
    let server = over_tls();
    let told = ask(&server.url, &["/?\"".to_owned(), "/sign-in?\"".to_owned()], &["--include"]);
    assert_eq!(told.matches("HTTP/2 400 ").count(), 2, "{told}");
    for field in [
        "content-type: text/plain; charset=utf-8",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "strict-transport-security: max-age=31536000",
        "date: ",
    ] {
        assert_eq!(told.matches(&format!("\n{field}")).count(), 2, "{field}: {told}");
    }
}

#[test]
fn a_head_that_is_too_large_is_told_so() {
    let provider = Provider::start();
    let mut connection = TcpStream::connect(provider.url.strip_prefix("http://").unwrap()).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(&[opening(65_535), grant(100_000), finished(1, 65_500)].concat()).unwrap();
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains("64 KiB and 100 header fields at most") {
        let mut some = [0; 4096];
        let count = connection.read(&mut some).unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&some[..count]);
    }
    let text = String::from_utf8_lossy(&read);
    assert!(text.contains("\x0ccontent-type\x19text/plain; charset=utf-8"), "{text}");
}

#[test]
fn other_requests_on_the_same_connection_are_not_disturbed() {
    let server = over_tls();
    let end = |number: i32| if number % 4 == 3 { "=\"" } else { "" };
    let targets: Vec<_> = (0..40).map(|number| format!("/sign-in?{number}{}", end(number))).collect();
    let told = ask(&server.url, &targets, &["--parallel", "--parallel-max", "20"]);
    let (good, bad) = (told.matches("\n200 2 ").count(), told.matches("\n400 2 ").count());
    assert_eq!((good, bad, told.matches(WORDS).count()), (30, 10, 10), "{told}");
}
