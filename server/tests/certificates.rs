//! Certificates that can be used and that clients refuse: a start and `check` tell of them.

use crate::support;

use std::fs;

use serde_json::Value;
use service::Clock;
use support::{
    Home,
    tls::{Pair, make, make_for},
};
use time::{Duration, macros::format_description};

const TLS: [(&str, &str); 2] = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];

fn put(home: &Home, pair: &Pair) {
    fs::write(home.path().join("cert.pem"), &pair.cert).unwrap();
    fs::write(home.path().join("key.pem"), &pair.key).unwrap();
}

/// A time as openssl takes it, this long from now.
fn from_now(time: Duration) -> String {
    let format = format_description!("[year][month][day][hour][minute][second]Z");
    (Clock::System.now() + time).format(format).unwrap()
}

/// What `check` finds of the certificate, and its exit code.
#[track_caller]
fn check(home: &Home, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let files = ["check", "--json", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let said = home.run(&[&files[..], more].concat(), "");
    let findings = said.json();
    let of_certificate = |finding: &&Value| finding["subject"] == "certificate";
    (said.code, findings.as_array().unwrap().iter().filter(of_certificate).cloned().collect())
}

#[test]
fn check_calls_a_certificate_wrong_that_has_ended_or_does_not_hold_yet() {
    let home = Home::sqlite();
    for (begin, end, words) in
        [(-400, -1, "the certificate ended at 20"), (1, 400, "the certificate holds from 20")]
    {
        let [begin, end] = [begin, end].map(|days| from_now(Duration::days(days)));
        put(&home, &make_for(&home, &begin, &end));
        let (code, findings) = check(&home, &[]);
        assert_eq!(
            (code, findings.len(), &findings[0]["ok"]),
            (Some(1), 1, &Value::from(false)),
            "{findings:?}"
        );
        let detail = findings[0]["detail"].as_str().unwrap();
        assert!(detail.starts_with("cert.pem: ") && detail.contains(words), "{detail}");
    }
}

#[test]
fn check_calls_a_certificate_wrong_whose_chain_has_ended() {
    let home = Home::sqlite();
    let past = make_for(&home, &from_now(Duration::days(-400)), &from_now(Duration::days(-1)));
    let own = make_for(&home, &from_now(Duration::days(-1)), &from_now(Duration::days(90)));
    put(&home, &Pair { cert: own.cert + &past.cert, key: own.key });
    let (code, findings) = check(&home, &[]);
    assert_eq!((code, &findings[0]["ok"]), (Some(1), &Value::from(false)), "{findings:?}");
    let detail = findings[0]["detail"].as_str().unwrap();
    assert!(detail.contains("certificate 2 of the chain ended at 20"), "{detail}");
}

#[test]
fn check_warns_of_a_certificate_that_ends_in_three_days_and_of_one_for_another_name() {
    let home = Home::sqlite();
    let begin = from_now(Duration::days(-40));
    put(&home, &make_for(&home, &begin, &from_now(Duration::days(3))));
    let (code, findings) = check(&home, &[]);
    assert_eq!(
        (code, findings.len(), &findings[0]["warning"]),
        (Some(0), 1, &Value::from(true)),
        "{findings:?}"
    );
    assert!(findings[0]["detail"].as_str().unwrap().contains("ends within 3 day(s), at 20"), "{findings:?}");

    put(&home, &make_for(&home, &begin, &from_now(Duration::days(90))));
    let (code, findings) = check(&home, &["--public-url", "https://localhost:8443"]);
    assert_eq!((code, findings.len(), &findings[0]["warning"]), (Some(0), 1, &Value::Null), "{findings:?}");
    let detail = findings[0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("cert.pem can be used until 20"), "{detail}");
    let (code, findings) = check(&home, &["--public-url", "https://keys.example"]);
    assert_eq!(
        (code, findings.len(), &findings[0]["warning"]),
        (Some(0), 1, &Value::from(true)),
        "{findings:?}"
    );
    assert!(findings[0]["detail"].as_str().unwrap().contains("is not for keys.example"), "{findings:?}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_certificate_or_key() {
    let home = Home::with_users();
    let pair = make(&home, "marked");
    let marked = |text: &str| format!("\u{feff}{text}");
    put(&home, &Pair { cert: marked(&pair.cert), key: marked(&pair.key) });
    // It is for a day, which is all that can be said against it.
    let (_, findings) = check(&home, &[]);
    assert!(findings.len() == 1 && findings[0]["warning"] == true, "{findings:?}");
    let server = home.serve_with(&TLS);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    server.signal("HUP");
    server.log_until("the certificate was read again");
    server.stop();
}

#[test]
fn a_file_that_holds_no_certificate_is_named() {
    let home = Home::sqlite();
    let pair = make(&home, "absent");
    put(&home, &pair);
    // Nothing, the beginning of DER, and the wrong one of the two files.
    for content in [&b""[..], b"\x30\x82\x01\xa0\x30\x82\x01\x46", pair.key.as_bytes()] {
        fs::write(home.path().join("cert.pem"), content).unwrap();
        let (code, findings) = check(&home, &[]);
        let detail = findings[0]["detail"].as_str().unwrap();
        assert!(code == Some(1) && detail.contains("cert.pem: it holds no PEM certificate"), "{detail}");
        let said = home.serve_in_vain(&TLS);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.last_words().contains("cert.pem: it holds no PEM certificate"), "{said:?}");
    }
}

#[test]
fn a_start_serves_with_a_certificate_that_has_ended_and_the_log_says_so() {
    let home = Home::with_users();
    put(&home, &make_for(&home, "20200101000000Z", "20201231000000Z"));
    let server = home.serve_with(&TLS);
    let log = server.log_until("the certificate ended at 2020-12-31T00:00:00.000Z");
    let line = log.last().unwrap();
    assert!(line.contains("WARN") && line.contains("cert=cert.pem") && line.contains("SIGHUP"), "{line}");
    server.stop();
}

#[test]
fn a_renewed_certificate_that_ends_soon_is_told_of_at_sighup() {
    let home = Home::with_users();
    put(&home, &make_for(&home, &from_now(Duration::days(-1)), &from_now(Duration::days(90))));
    let server = home.serve_with(&TLS);
    let begun = server.log();
    assert!(!begun.iter().any(|line| line.contains("the certificate")), "{begun:?}");
    put(&server.home, &make(&server.home, "a day"));
    server.signal("HUP");
    let log = server.log_until("the certificate ends within 1 day(s)");
    assert!(log.last().unwrap().contains("WARN"), "{log:?}");
    server.stop();
}
