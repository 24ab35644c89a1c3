//! Headers, URLs and bodies that are too large.

use http::Request;

use crate::support::{
    browser::send,
    signer::{ACCESS_TOKEN, ECHO, FORM, Provider, REQUEST_TOKEN, Signed, raw, verify_json},
};

const KIB: usize = 1024;

/// The same request with an opaque body of this many bytes.
fn with_body(signed: &Signed, target: &str, bytes: usize) -> crate::support::browser::Answer {
    let request = Request::post(target).header("content-type", "application/octet-stream");
    let request = request.header("authorization", signed.authorization.as_deref().unwrap());
    send(request.body(vec![b'x'; bytes]).unwrap())
}

#[test]
fn a_body_may_hold_64_kib_and_not_one_byte_more() {
    let provider = Provider::start();
    let app = provider.app("Bodies");
    let signed = app.call("POST", ECHO).sign();
    let details = with_body(&signed, &signed.target, 64 * KIB + 1).problem(413);
    assert_eq!(details["title"], "Payload Too Large");
    with_body(&signed, &signed.target, 64 * KIB).is(200);
    let asked = app.ask("oob").sign();
    assert_eq!(with_body(&asked, &asked.target, 64 * KIB + 1).status, 413);
    with_body(&asked, &asked.target, 64 * KIB).is(200);
    for path in [ACCESS_TOKEN, "/oauth/requestKey", "/api/v1/consumers", "/oauth/authorize"] {
        let target = format!("{}{path}", provider.url);
        assert_eq!(with_body(&signed, &target, 64 * KIB + 1).status, 413, "{path}");
    }
}

#[test]
fn a_form_of_64_kib_is_signed_like_any_other() {
    let provider = Provider::start();
    let app = provider.app("Forms");
    let value = "x".repeat(64 * KIB - 2);
    let fits = app.call("POST", ECHO).form(&[("a", &value)]).sign();
    assert_eq!(fits.form.as_ref().unwrap().len(), 64 * KIB);
    fits.send().is(200);
    app.call("POST", ECHO).form(&[("ab", &value)]).send().problem(413);
}

#[test]
fn a_description_may_hold_256_kib_and_not_one_byte_more() {
    let provider = Provider::start();
    let app = provider.app("Descriptions");
    let described = app.get("https://tool.example/items").sign().description().to_string();
    let padded = |length: usize| format!("{described}{}", " ".repeat(length - described.len()));
    let too_much = verify_json(&provider.internal, &padded(256 * KIB + 1));
    assert_eq!(too_much.status, 413);
    let enough = verify_json(&provider.internal, &padded(256 * KIB)).is(200);
    assert_eq!(enough.json()["active"], true);
    assert_eq!(verify_json(&provider.internal, &"{".repeat(300 * KIB)).status, 413);
}

#[test]
fn a_form_that_is_too_large_for_a_gateway_is_a_refusal_like_every_other() {
    let provider = Provider::start();
    let app = provider.app("Forms");
    let form = |length: usize| {
        app.call("POST", "https://tool.example/items").form(&[("a", &"x".repeat(length - 2))]).sign()
    };
    form(256 * KIB).verify().is(200);
    form(256 * KIB + 1).verify().refused_at_verify("parameter_rejected");
}

#[test]
fn oversized_headers_and_urls_are_refused_and_the_program_goes_on() {
    let provider = Provider::start();
    let app = provider.app("Headers");
    let large = |bytes: usize| "x".repeat(bytes);
    for bytes in [8 * KIB, 64 * KIB, 300 * KIB, 2048 * KIB] {
        for base in [&provider.url, &provider.internal] {
            let path = if base == &provider.url { ECHO } else { "/verify" };
            let header = format!("OAuth oauth_nonce=\"{}\"", large(bytes));
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
            for request in [
                format!("{head}Authorization: {header}\r\n\r\n"),
                format!("{head}Cookie: latchkey={}\r\n\r\n", large(bytes)),
                format!("{head}{}: x\r\n\r\n", large(bytes)),
                format!(
                    "GET {path}?oauth_nonce={} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    large(bytes)
                ),
                format!("{head}{}\r\n", "A: b\r\n".repeat(bytes / 6)),
            ] {
                let (status, answer) = raw::exchange(base, request.as_bytes());
                // 0: it hung up, which is an answer too.
                assert!(
                    status == 0 || (400..500).contains(&status),
                    "{bytes}: {}",
                    answer.lines().next().unwrap()
                );
            }
        }
    }
    app.echo().send().is(200);
    app.echo().sign().verify().is(200);
}

#[test]
fn what_is_no_http_is_no_reason_to_stop() {
    let provider = Provider::start();
    let app = provider.app("Nonsense");
    for bytes in [
        &b"\0\xff\xfe\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /oauth/requestToken HTTP/1.1\r\nHost: a\r\nContent-Length: nonsense\r\n\r\n",
        b"POST /oauth/requestToken HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /oauth/requestToken HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        b"POST /oauth/requestToken HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\n",
    ] {
        let (status, answer) = raw::exchange(&provider.url, bytes);
        assert!(status == 0 || (400..500).contains(&status), "{answer}");
    }
    app.echo().send().is(200);
}

#[test]
fn a_long_token_key_signature_or_verifier_is_wrong_like_a_short_one() {
    let provider = Provider::start();
    let app = provider.app_of("Long", "grace");
    let long = "x".repeat(10_000);
    app.echo().with("oauth_token", &long).is_refused_everywhere(401, "token_rejected");
    app.echo().with("oauth_signature", &long).is_refused_everywhere(401, "signature_invalid");
    app.echo().with("oauth_consumer_key", &long).is_refused_everywhere(401, "consumer_key_unknown");
    app.ask(&format!("https://app.example/{long}")).send().refused(400, "parameter_rejected");
    let (temporary, _) = app.allowed(&provider.signed_in("grace"));
    app.exchange(&temporary, &long).send().refused(401, "verifier_invalid");
    let asked = Request::post(format!("{}{REQUEST_TOKEN}", provider.url)).header("content-type", FORM);
    send(asked.body(format!("oauth_token={long}")).unwrap()).refused(400, "parameter_absent");
}
