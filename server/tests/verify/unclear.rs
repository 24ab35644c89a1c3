//! Requests that two programs could read differently: as one with a form and one without, as one for this host and one
//! for another. Sent as bytes, since client libraries do not send them.

use serde_json::json;

use crate::support::signer::{App, ECHO, Provider, REQUEST_TOKEN, Signed, raw, verify_json};

const TOOL: &str = "https://tool.example/items";
const FORM: &str = "a=1&admin=true";

/// A request with these lines besides its own, and a body; returns the status and the whole answer in lower case.
fn send(base: &str, first_line: &str, lines: &[String], body: &str) -> (u16, String) {
    let bytes = format!(
        "{first_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\nContent-Length: {}\r\n\r\n{body}",
        lines.join("\r\n"),
        body.len()
    );
    let (status, answer) = raw::exchange(base, bytes.as_bytes());
    (status, answer.to_lowercase())
}

/// Asks `/verify` as a gateway would that passes everything on.
fn ask(signed: &Signed, types: &[&str], body: &str) -> (u16, String) {
    let mut lines: Vec<_> =
        signed.forwarded().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.extend(signed.authorization.iter().map(|value| format!("Authorization: {value}")));
    lines.extend(types.iter().map(|value| format!("Content-Type:{value}")));
    send(&signed.internal, "POST /verify", &lines, body)
}

/// A request whose signature does not cover a form.
fn without_form(app: &App) -> Signed {
    app.call("POST", TOOL).sign()
}

/// What some programs read as a form and others as none.
const UNCLEAR: [&[&str]; 12] = [
    &[" text/plain", " application/x-www-form-urlencoded"],
    &[" application/x-www-form-urlencoded", " text/plain"],
    &[" application/x-www-form-urlencoded", " application/x-www-form-urlencoded"],
    &["", " application/x-www-form-urlencoded"],
    &[" application/x-www-form-urlencoded,text/plain"],
    &[" text/plain, application/x-www-form-urlencoded"],
    &[" text/plain; a=b, application/x-www-form-urlencoded"],
    &[" application/x-www-form-urlencoded\t;charset=utf-8"],
    &[" application/x-www-form-urlencoded text/plain"],
    &[" application/x-www-form-urlencoded/"],
    &[" x-www-form-urlencoded"],
    &[" application/x-www-form-urlencoded; a=\""],
];

#[test]
fn a_body_that_may_be_a_form_or_not_is_refused_and_the_log_says_why() {
    let provider = Provider::start();
    let app = provider.app_of("Unclear", "grace");
    for types in UNCLEAR {
        let (status, answer) = ask(&without_form(&app), types, FORM);
        assert_eq!(status, 401, "{types:?}: {answer}");
        assert!(answer.contains("oauth_problem=\"parameter_rejected\""), "{types:?}: {answer}");
        assert!(!answer.contains("x-latchkey-user"), "{types:?}: {answer}");
    }
    provider.log_until("a gateway's request is refused: The request has more than one Content-Type");
}

#[test]
fn an_unsigned_form_never_passes_however_its_type_is_written() {
    let provider = Provider::start();
    let app = provider.app_of("Unsigned", "grace");
    for value in [
        " application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded",
        "\tapplication/x-www-form-urlencoded",
        " \t application/x-www-form-urlencoded\t ",
        " APPLICATION/X-WWW-FORM-URLENCODED",
        " application/x-www-form-urlencoded ; charset=utf-8",
        " application/x-www-form-urlencoded;",
        " application/x-www-form-urlencoded;charset",
    ] {
        let (status, answer) = ask(&without_form(&app), &[value], FORM);
        assert_eq!(status, 401, "{value:?}: {answer}");
        assert!(answer.contains("signature_invalid"), "{value:?}: {answer}");
        let signed = app.call("POST", TOOL).form(&[("a", "1"), ("admin", "true")]).sign();
        let (status, answer) = ask(&signed, &[value], FORM);
        assert_eq!(status, 200, "{value:?}: {answer}");
    }
}

#[test]
fn our_own_listener_refuses_the_same_as_bad_requests() {
    let provider = Provider::start();
    let app = provider.app_of("Own", "grace");
    let send = |signed: &Signed, path: &str, types: &[&str], body: &str| {
        let mut lines = vec![format!("Authorization: {}", signed.authorization.as_deref().unwrap())];
        lines.extend(types.iter().map(|value| format!("Content-Type:{value}")));
        send(&provider.url, &format!("POST {path}"), &lines, body)
    };
    for types in UNCLEAR {
        for (signed, path) in [(app.call("POST", ECHO).sign(), ECHO), (app.ask("oob").sign(), REQUEST_TOKEN)]
        {
            let (status, answer) = send(&signed, path, types, FORM);
            assert_eq!(status, 400, "{types:?}: {answer}");
            assert!(answer.contains("oauth_problem=\"parameter_rejected\""), "{types:?}: {answer}");
        }
    }
    // Twython's, of a body that it does not send.
    let (status, answer) = send(&app.call("POST", ECHO).sign(), ECHO, &[" application/     json"], "");
    assert_eq!(status, 200, "{answer}");
    for value in ["\tapplication/x-www-form-urlencoded", " application/x-www-form-urlencoded; charset=utf-8"]
    {
        let (status, answer) = send(&app.call("POST", ECHO).sign(), ECHO, &[value], FORM);
        assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{value:?}: {answer}");
        let signed = app.call("POST", ECHO).form(&[("a", "1"), ("admin", "true")]).sign();
        let (status, answer) = send(&signed, ECHO, &[value], FORM);
        assert_eq!((status, answer.contains("\"admin\"")), (200, true), "{value:?}: {answer}");
    }
}

#[test]
fn a_description_whose_parts_reach_into_each_other_is_refused_and_the_log_names_the_part() {
    let provider = Provider::start();
    let app = provider.app_of("Parts", "grace");
    let signed = app.get(TOOL).sign();
    for (name, value) in [
        ("X-Forwarded-Uri", "evil"),
        ("X-Forwarded-Uri", ".evil.example/items"),
        ("X-Forwarded-Uri", "@evil.example/items"),
        ("X-Forwarded-Uri", ":8443/items"),
        ("X-Forwarded-Uri", "http://evil.example/items"),
        ("X-Forwarded-Uri", "/items#x"),
        ("X-Forwarded-Host", "evil@tool.example"),
        ("X-Forwarded-Host", "tool.example/items?"),
        ("X-Forwarded-Host", "tool.example, evil.example"),
        ("X-Forwarded-Host", "tool.example\tevil.example"),
        ("X-Forwarded-Proto", "https,http"),
        ("X-Forwarded-Proto", "https://tool.example/items?"),
        ("X-Forwarded-Method", "GET /evil"),
        ("X-Original-URL", "https://tool.example/items#"),
        ("X-Original-Method", "G(E)T"),
    ] {
        let by_nginx = [("X-Original-Method", "GET"), ("X-Original-URL", TOOL)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut described =
            if name.starts_with("X-Original") { by_nginx.to_vec() } else { signed.forwarded() };
        let changed = described.iter_mut().find(|(other, _)| other == name).unwrap();
        value.clone_into(&mut changed.1);
        signed.described(&described).refused_at_verify("parameter_rejected");
    }
    // Once a minute for each gateway: the first of them.
    let log = provider.log_until("the gateway is misconfigured");
    let told = log.last().unwrap();
    assert!(
        told.contains("misconfigured: x-forwarded-uri is \"evil\" (it does not begin with /), set it to "),
        "{told}"
    );
    for userinfo in ["https://evil@tool.example/items", "https://evil:secret@tool.example/items"] {
        let described = [("X-Original-Method", "GET"), ("X-Original-URL", userinfo)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        signed.described(&described).refused_at_verify("parameter_rejected");
    }
    // Nothing of all that used up its nonce.
    signed.verify().is(200);
}

#[test]
fn a_tool_describes_a_method_and_a_url_without_a_fragment() {
    let provider = Provider::start();
    let app = provider.app_of("Tool", "grace");
    let signed = app.get(TOOL).sign();
    for (method, url) in [
        ("GET", "https://tool.example/items#"),
        ("GET", "https://tool.example/items#?a=b"),
        ("GET", "https://tool.example#/items"),
        ("", TOOL),
        ("GET ", TOOL),
        ("GET /", TOOL),
        ("GET,POST", TOOL),
        ("GÉT", TOOL),
    ] {
        let asked = json!({ "method": method, "url": url, "authorization": signed.authorization });
        verify_json(&provider.internal, &asked.to_string()).refused_at_json("parameter_rejected");
    }
    assert_eq!(signed.verify_json().json()["active"], true);
}
