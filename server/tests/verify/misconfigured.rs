//! What the log says of a gateway that describes requests wrongly: which parts, what they hold, what to set; and how often.

use crate::support::signer::{Provider, Signed, raw};

const TOOL: &str = "https://tool.example/items";

/// The description with other values.
fn with(signed: &Signed, values: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut described = signed.forwarded();
    for (name, value) in &mut described {
        if let Some((_, other)) = values.iter().find(|(changed, _)| changed == name) {
            (*other).clone_into(value);
        }
    }
    described
}

/// Makes the log say something that is no description's fault, and returns every line before it.
fn log_before_a_marker(provider: &Provider, signed: &Signed) -> Vec<String> {
    let mut lines: Vec<_> =
        signed.forwarded().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.extend(
        ["text/plain", "application/x-www-form-urlencoded"].map(|value| format!("Content-Type: {value}")),
    );
    let bytes = format!(
        "POST /verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n{}\r\n\r\n",
        lines.join("\r\n")
    );
    let (status, answer) = raw::exchange(&signed.internal, bytes.as_bytes());
    assert_eq!(status, 401, "{answer}");
    provider.log_until("a gateway's request is refused")
}

#[test]
fn every_unusable_part_is_told_with_its_value_and_what_to_set() {
    let provider = Provider::start();
    let signed = provider.app_of("Parts", "grace").get(TOOL).sign();
    let described = with(&signed, &[("X-Forwarded-Proto", "wss"), ("X-Forwarded-Host", "a, b")]);
    signed.described(&described).refused_at_verify("parameter_rejected");
    let log = provider.log_until("the gateway is misconfigured");
    let line = log.last().unwrap();
    for words in [
        "x-forwarded-proto is \"wss\" (neither http nor https), set it to http or https",
        "x-forwarded-host is \"a, b\" (several values: ",
        "set it to the one host",
        "127.0.0.1",
    ] {
        assert!(line.contains(words), "{words}: {line}");
    }
    signed.verify().is(200);
}

#[test]
fn a_gateway_is_told_of_once_a_minute_however_many_clients_make_it_ask_so() {
    let provider = Provider::start();
    let signed = provider.app_of("Flood", "grace").get(TOOL).sign();
    for number in 0..30 {
        let described = with(
            &signed,
            &[("X-Forwarded-Proto", "https,http"), ("X-Forwarded-Uri", &format!("/#{number}"))],
        );
        signed.described(&described).refused_at_verify("parameter_rejected");
    }
    let log = log_before_a_marker(&provider, &signed);
    let told: Vec<_> = log.iter().filter(|line| line.contains("misconfigured")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("\"/#0\""), "{told:?}");
}

#[test]
fn no_query_and_no_password_of_a_description_is_in_the_log() {
    for (name, value) in [
        ("X-Forwarded-Uri", "evil?oauth_signature=hush"),
        ("X-Forwarded-Uri", "/items?oauth_signature=hush#x"),
        ("X-Forwarded-Host", "ada:hush@tool.example"),
    ] {
        let provider = Provider::start();
        let signed = provider.app_of("Secrets", "grace").get(TOOL).sign();
        signed.described(&with(&signed, &[(name, value)])).refused_at_verify("parameter_rejected");
        let log = log_before_a_marker(&provider, &signed);
        assert!(log.iter().any(|line| line.contains(&name.to_lowercase())), "{log:?}");
        assert!(!log.iter().any(|line| line.contains("hush")), "{log:?}");
    }
}
