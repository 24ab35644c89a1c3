//! Parameters that are octets, not text, are signed like any other (RFC 5849 section 3.6).

use serde_json::json;

use crate::support::signer::{ECHO, Provider, Signed, raw, verify_json};

const TOOL: &str = "https://tool.example/items";

/// Latin-1, a hash, and what no reader of UTF-8 takes; as they are percent-encoded.
const BINARY: [(&str, &str); 4] = [
    ("name", "Jos%E9"),
    ("price", "%A355"),
    ("info_hash", "%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A"),
    ("%FF%00", "%C0%AF%ED%A0%80"),
];

/// Asks `/verify` with these lines of octets besides the Authorization header.
fn ask(signed: &Signed, lines: &[&[u8]], body: &[u8]) -> (u16, String) {
    let head = format!(
        "POST /verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\nAuthorization: {}",
        body.len(),
        signed.authorization.as_deref().unwrap()
    );
    let head = [&[head.as_bytes()][..], lines].concat().join(&b"\r\n"[..]);
    raw::exchange(&signed.internal, &[&head[..], b"\r\n\r\n", body].concat())
}

/// With one percent-encoded octet raw.
fn with_raw(text: &str, encoded: &str, octet: u8) -> Vec<u8> {
    let (before, after) = text.split_once(encoded).unwrap();
    [before.as_bytes(), &[octet], after.as_bytes()].concat()
}

#[test]
fn binary_names_and_values_are_verified_in_a_query_and_in_a_form() {
    let provider = Provider::start();
    let app = provider.app_of("Binary", "grace");
    for is_form in [false, true] {
        let call = |path: &str| {
            let call = app.call("POST", path).octets(&BINARY);
            if is_form { call.form(&[("a", "1")]) } else { call }
        };
        assert_eq!(call(ECHO).send().is(200).json()["user"], "grace");
        call(TOOL).sign().verify().is(200);
        assert_eq!(call(TOOL).sign().verify_json().json()["active"], true);
        let mut changed = call(ECHO).sign();
        changed.target = changed.target.replace("%E9", "%E8");
        changed.form = changed.form.map(|form| form.replace("%E9", "%E8"));
        changed.send().refused_at_api(401, "signature_invalid");
    }
}

#[test]
fn echo_shows_what_is_not_utf_8_percent_encoded_and_says_which_it_is() {
    let provider = Provider::start();
    let app = provider.app_of("Shown", "grace");
    let echo = app.echo().octets(&BINARY).query(&[("text", "Jos%E9")]).send().is(200).json();
    let own: Vec<_> = echo["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|pair| !pair[0].as_str().unwrap().starts_with("oauth_"))
        .collect();
    let [name, price, info_hash, other] = BINARY;
    assert_eq!(json!(own), json!([other, info_hash, name, price, ["text", "Jos%E9"]]));
    // The five of the protocol stand between the name and the price.
    assert_eq!(echo["percent_encoded"], json!([0, 1, 2, 8]));
    let text = app.echo().query(&[("name", "José")]).send().is(200).json();
    assert_eq!((&text["parameters"][0], &text["percent_encoded"]), (&json!(["name", "José"]), &json!(null)));
}

#[test]
fn raw_octets_in_a_described_url_are_verified_like_any_other() {
    let provider = Provider::start();
    let app = provider.app_of("Raw", "grace");
    let latin_1 = || {
        let signed = app.get("https://tool.example/find").octets(&[("name", "Jos%E9")]).sign();
        let url = with_raw(&signed.url, "%E9", 0xe9);
        (signed, url)
    };
    let utf_8 = || {
        let signed = app.get("https://tool.example/José").query(&[("name", "José")]).sign();
        (signed, "https://tool.example/José?name=José".as_bytes().to_vec())
    };
    for described in [&latin_1 as &dyn Fn() -> (Signed, Vec<u8>), &utf_8] {
        let (signed, url) = described();
        let (status, answer) =
            ask(&signed, &[b"X-Original-Method: GET", &[&b"X-Original-URL: "[..], &url].concat()], b"");
        assert_eq!((status, answer.contains("x-latchkey-user: grace")), (200, true), "{answer}");
        let (signed, url) = described();
        let uri = &url["https://tool.example".len()..];
        let lines: [&[u8]; 4] = [
            b"X-Forwarded-Method: GET",
            b"X-Forwarded-Proto: https",
            b"X-Forwarded-Host: tool.example",
            &[&b"X-Forwarded-Uri: "[..], uri].concat(),
        ];
        let (status, answer) = ask(&signed, &lines, b"");
        assert_eq!((status, answer.contains("x-latchkey-user: grace")), (200, true), "{answer}");
    }
    let (signed, url) = utf_8();
    let asked = json!({
        "method": "GET", "url": String::from_utf8(url).unwrap(), "authorization": signed.authorization
    });
    assert_eq!(verify_json(&provider.internal, &asked.to_string()).json()["active"], true);
    // Another octet is another request.
    let (signed, url) = latin_1();
    let url = [&url[..url.len() - 1], b"\xe8"].concat();
    let (status, answer) =
        ask(&signed, &[b"X-Original-Method: GET", &[&b"X-Original-URL: "[..], &url].concat()], b"");
    assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{answer}");
}

#[test]
fn raw_octets_in_a_form_are_verified_like_any_other() {
    let provider = Provider::start();
    let app = provider.app_of("Raw form", "grace");
    let signed = app.call("POST", TOOL).form(&[("a", "1")]).octets(&[("name", "Jos%E9")]).sign();
    let form = with_raw(signed.form.as_deref().unwrap(), "%E9", 0xe9);
    let lines: [&[u8]; 3] = [
        b"X-Original-Method: POST",
        b"X-Original-URL: https://tool.example/items",
        b"Content-Type: application/x-www-form-urlencoded",
    ];
    let (status, answer) = ask(&signed, &lines, &form);
    assert_eq!((status, answer.contains("x-latchkey-user: grace")), (200, true), "{answer}");
}

#[test]
fn values_of_the_protocol_have_to_be_utf_8() {
    let provider = Provider::start();
    let app = provider.app_of("Text", "grace");
    for value in ["%E9", "%FF", "%C3%28", "%ED%A0%80", "%C0%AF"] {
        let mut signed = app.echo().sign();
        signed.authorization =
            signed.authorization.map(|field| format!("{field}, oauth_verifier=\"{value}\""));
        let told = signed.send().refused_at_api(400, "parameter_rejected");
        assert_eq!(told["oauth_parameters_rejected"], "oauth_verifier", "{told}");
        assert!(told["oauth_problem_advice"].as_str().unwrap().contains("UTF-8"), "{told}");
        assert_eq!(signed.verify().refused_at_verify("parameter_rejected"), "oauth_verifier");
        assert_eq!(signed.verify_json().refused_at_json("parameter_rejected"), "oauth_verifier");
        let query = app.echo().octets(&[("oauth_verifier", value)]);
        query.is_refused_everywhere(400, "parameter_rejected");
    }
    let bytes = format!(
        "GET {ECHO} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: OAuth oauth_nonce=\""
    );
    let bytes = [bytes.as_bytes(), b"\xff\xfe\"\r\n\r\n"].concat();
    let (status, answer) = raw::exchange(&provider.url, &bytes);
    assert_eq!(status, 400, "{answer}");
    assert!(answer.contains("\"oauth_problem\":\"parameter_rejected\""), "{answer}");
}
