//! `/verify/…`, asked as Envoy's `ext_authz` asks: with the original method, host, path and query as its own.

use serde_json::json;

use crate::support::signer::{FORM, Provider, Signed, raw};

/// Asks as Envoy does with the guide's configuration: `/verify` in front of the original path, the scheme as the guide
/// sets it, and of the client's headers those that are allowed.
fn ask(signed: &Signed, host: &str, more: &[&str]) -> (u16, String) {
    let url = url::Url::parse(&signed.url).unwrap();
    let uri = &signed.url[url.origin().ascii_serialization().len()..];
    let authorization = signed.authorization.iter().map(|value| format!("authorization: {value}"));
    let body = signed.form.as_deref().unwrap_or_default();
    let form = signed.form.iter().map(|_| format!("content-type: {FORM}"));
    let head = [
        format!("{} /verify{uri} HTTP/1.1", signed.verb),
        format!("host: {host}"),
        format!("content-length: {}", body.len()),
        "x-forwarded-for: 203.0.113.7".to_owned(),
        "connection: close".to_owned(),
    ];
    let lines = head.into_iter().chain(authorization).chain(form);
    let lines: Vec<_> = lines.chain(more.iter().map(|line| (*line).to_owned())).collect();
    let (status, answer) =
        raw::exchange(&signed.internal, format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes());
    (status, answer.to_lowercase())
}

const HTTPS: &str = "x-forwarded-proto: https";
/// What a client may add where Envoy hands on more headers than the guide names.
const CLAIMS: [&str; 5] = [
    "x-forwarded-method: GET",
    "x-forwarded-host: api.example",
    "x-forwarded-uri: /items",
    "x-original-method: GET",
    "x-original-url: https://api.example/items",
];
/// What Envoy adds to every question.
const OF_ENVOY: &str = "x-envoy-internal: true";

#[test]
fn envoy_s_own_method_host_path_and_query_tell_the_request() {
    let provider = Provider::start();
    let app = provider.app_of("Envoy", "grace");
    for path in [
        "/",
        "/items",
        "/items/a%2Fb+c",
        "/items?",
        "/items;v=1",
        "//items",
        "/verify",
        "/verify/json",
        "/json",
        "/json/more",
        "/metrics",
        "/healthz",
    ] {
        for verb in ["GET", "POST", "DELETE", "PROPFIND"] {
            let signed = app.call(verb, &format!("https://api.example:8443{path}")).sign();
            assert!(signed.url.ends_with(path), "{}", signed.url);
            let (status, answer) = ask(&signed, "api.example:8443", &[HTTPS]);
            assert_eq!(status, 200, "{verb} {path}: {answer}");
            assert!(answer.contains("\r\nx-latchkey-user: grace\r\n"), "{answer}");
            let (status, answer) = ask(&signed, "api.example:8443", &[HTTPS]);
            assert_eq!((status, answer.contains("nonce_used")), (401, true), "{verb} {path}: {answer}");
        }
    }
    let query = [("q", "Änderung 1+2;3"), ("q", ""), ("a", "b&c=d%e")];
    let signed = app.call("PUT", "https://api.example/items").query(&query).sign();
    assert_eq!(ask(&signed, "api.example", &[HTTPS]).0, 200, "{}", signed.url);
    let form = app.call("POST", "https://api.example/items").form(&[("title", "Änderung & co")]).sign();
    assert_eq!(ask(&form, "api.example", &[HTTPS]).0, 200);
}

#[test]
fn another_path_method_host_or_scheme_than_was_signed_is_refused() {
    let provider = Provider::start();
    let app = provider.app_of("Others", "grace");
    let signed = app.get("https://api.example/items").sign();
    for (verb, url) in [
        ("POST", "https://api.example/items"),
        ("GET", "https://api.example/items/"),
        ("GET", "https://api.example//items"),
        ("GET", "https://api.example/verify/items"),
        ("GET", "https://api.example/items?admin=1"),
    ] {
        let other = Signed { verb: verb.to_owned(), url: url.to_owned(), ..signed.clone() };
        let (status, answer) = ask(&other, "api.example", &[HTTPS]);
        assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{verb} {url}: {answer}");
    }
    for (host, scheme) in [("other.example", HTTPS), ("api.example", "x-forwarded-proto: http")] {
        let (status, answer) = ask(&signed, host, &[scheme]);
        assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{host} {scheme}: {answer}");
    }
    let claims = [&[HTTPS][..], &CLAIMS].concat();
    let admin = Signed { url: "https://api.example/admin".to_owned(), ..signed.clone() };
    let (status, answer) = ask(&admin, "api.example", &claims);
    assert_eq!((status, answer.contains("signature_invalid")), (401, true), "{answer}");
    assert_eq!(ask(&signed, "api.example", &claims).0, 200, "a client's own description changes nothing");
}

#[test]
fn a_target_with_a_number_sign_is_refused_and_not_cut_off_there() {
    let provider = Provider::start();
    let signed = provider.app("Cut off").get("https://api.example/items").query(&[("a", "1")]).sign();
    for more in ["#", "#&b=2"] {
        let longer = Signed { url: format!("{}{more}", signed.url), ..signed.clone() };
        let (status, answer) = ask(&longer, "api.example", &[HTTPS]);
        assert_eq!((status, answer.contains("# as %23")), (401, true), "{more}: {answer}");
        assert!(answer.contains("oauth_problem=\"parameter_rejected\""), "{more}: {answer}");
    }
    assert_eq!(ask(&signed, "api.example", &[HTTPS]).0, 200);
}

#[test]
fn the_address_that_envoy_hands_on_is_held_against_a_consumer_s_networks() {
    let provider = Provider::start();
    let app = provider.app("Bound");
    let ask_from = |networks: &str| {
        provider.edit(&app, &json!({ "networks": [networks] }));
        ask(&app.get("https://api.example/items").sign(), "api.example", &[HTTPS])
    };
    assert_eq!(ask_from("203.0.113.0/24").0, 200);
    let (status, answer) = ask_from("198.51.100.0/24");
    assert_eq!((status, answer.contains("consumer_key_refused")), (401, true), "{answer}");
}

#[test]
fn without_the_scheme_a_request_is_refused_and_the_log_says_why() {
    let provider = Provider::start();
    let signed = provider.app("Schemeless").get("https://api.example/items").sign();
    let (status, answer) = ask(&signed, "api.example", &[]);
    assert_eq!((status, answer.contains("parameter_rejected")), (401, true), "{answer}");
    provider.log_until("the gateway is misconfigured");
    assert_eq!(ask(&signed, "api.example", &[HTTPS]).0, 200);
}

#[test]
fn no_path_of_a_client_chooses_the_json_mode() {
    let provider = Provider::start();
    let app = provider.app("Chooser");
    let described = app.get("https://api.example/items").sign().description();
    // What its answer, a 200 either way, would let pass.
    for body in [described.to_string(), json!({ "method": "GET", "url": "https://api.example/" }).to_string()]
    {
        for host in ["localhost", "127.0.0.1", "api.example"] {
            let signed = app.call("POST", "https://api.example/json").sign();
            let asked = Signed { authorization: None, form: Some(body.clone()), ..signed };
            for path in ["/json", "/json?", "/json?a", "/%6Ason", "//json", "/./json", "/json/", "/JSON"] {
                let asked = Signed { url: format!("https://api.example{path}"), ..asked.clone() };
                let claims = CLAIMS.map(|claim| vec![HTTPS, claim]);
                let all = [&[HTTPS, OF_ENVOY][..], &CLAIMS].concat();
                // The last ones where the guide's scheme was left out.
                let without = [vec![OF_ENVOY], [&[OF_ENVOY][..], &CLAIMS].concat()];
                for more in [vec![HTTPS]].into_iter().chain(claims).chain([all]).chain(without) {
                    let (status, answer) = ask(&asked, host, &more);
                    assert_eq!(status, 401, "{host} {path} {more:?}: {answer}");
                    assert!(!answer.contains("\"active\""), "{host} {path} {more:?}: {answer}");
                }
            }
        }
    }
    assert_eq!(app.get("https://api.example/items").sign().verify_json().json()["active"], true);
}
