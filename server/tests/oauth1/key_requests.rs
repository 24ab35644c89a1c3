//! Keys that outside programs ask for.

mod bodies;
mod limits;
mod wishes;

use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::{
    SECRET,
    browser::{Answer, send},
    signer::{App, CONSUMERS, Provider, send_json},
};

const PATH: &str = "/oauth/requestKey";
const OTHER_METHODS: [Method; 5] = [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS];

/// Asks for a key as an address behind a trusted proxy does.
fn ask(provider: &Provider, address: &str, body: &Value) -> Answer {
    let request = Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", address);
    send_json(request, body)
}

fn behind_a_proxy() -> Provider {
    Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")])
}

fn body() -> Value {
    json!({ "name": "Friend", "secret": SECRET })
}

#[track_caller]
fn key(answer: Answer) -> String {
    let answer = answer.is(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body["key"].as_str().unwrap().to_owned()
}

#[track_caller]
fn consumer(provider: &Provider, key: &str) -> Value {
    provider.ada().get(&format!("{CONSUMERS}/{key}")).is(200).json()
}

fn listed(provider: &Provider) -> u64 {
    provider.ada().get(CONSUMERS).is(200).json()["total"].as_u64().unwrap()
}

#[test]
fn a_key_that_is_asked_for_waits_for_approval() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    let shown = consumer(&provider, &key);
    assert_eq!((&shown["name"], &shown["status"]), (&json!("Friend"), &json!("pending")));
    assert_eq!((&shown["trusted"], &shown["created_by"]), (&json!(false), &json!("by request")));
    let app = App { key, ..provider.pending("Other") };
    app.ask("oob").send().refused(401, "consumer_key_refused");
    provider.decide("approve", &app);
    app.ask("oob").send().is(200);
}

#[test]
fn the_address_is_what_a_trusted_proxy_or_network_says_with_or_without_a_port() {
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.0/8, fd00::/8")]);
    for (forwarded, address) in [
        ("203.0.113.7:51008", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("1.1.1.1, 203.0.113.8, 10.1.2.3:8080, fd00::7,", "203.0.113.8"),
        ("\"::ffff:203.0.113.9\"", "203.0.113.9"),
        ("unknown", "127.0.0.1"),
    ] {
        let key = key(ask(&provider, forwarded, &json!({ "name": address, "secret": SECRET })));
        assert_eq!(consumer(&provider, &key)["requested_from"], address, "{forwarded}");
    }
}

#[test]
fn a_page_of_another_site_cannot_have_a_browser_ask() {
    let provider = behind_a_proxy();
    let by_browser = |headers: &[(&str, &str)]| {
        let request =
            Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", "203.0.113.7");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        send(request.body(body().to_string()).unwrap())
    };
    // More than an address may ask: the visitor of that page is not held to have asked.
    for _ in 0..3 {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "none"), ("origin", "https://evil.example")],
        ] {
            let answer = by_browser(headers).is(403);
            let words = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(words.starts_with("A page of another site "), "{words}");
        }
    }
    assert_eq!(listed(&provider), 0);
    key(by_browser(&[("origin", provider.url.as_str()), ("sec-fetch-site", "same-origin")]));
    key(by_browser(&[("origin", provider.url.as_str())]));
    key(by_browser(&[]));
}

/// Asks by another method than POST; returns the answer.
fn by_method(provider: &Provider, method: Method) -> Answer {
    send(Request::builder().method(method).uri(format!("{}{PATH}", provider.url)).body(()).unwrap())
}

#[test]
fn another_method_than_post_is_refused_and_counts_for_nothing() {
    let provider = Provider::start();
    for method in OTHER_METHODS.into_iter().cycle().take(20) {
        assert_eq!(by_method(&provider, method).is(405).header("allow"), "POST");
    }
    key(ask(&provider, "", &body()));
}

#[test]
fn a_server_that_takes_no_requests_says_so_and_names_no_address_for_them() {
    let provider = Provider::with(&[("LATCHKEY_KEY_REQUESTS", "off")]);
    for body in [body(), json!({}), json!("nonsense")] {
        let answer = ask(&provider, "", &body).is(404);
        let words = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(words.starts_with("This server takes no requests for keys."), "{words}");
    }
    for method in OTHER_METHODS {
        by_method(&provider, method).is(404);
    }
    assert_eq!(listed(&provider), 0);
    let services = provider.visitor().get("/rootservices").is(200);
    assert!(!services.text().contains("requestKey"), "{}", services.text());
    assert!(services.text().contains("oauthRequestTokenUrl"), "{}", services.text());
}

#[test]
fn the_approval_page_is_for_administrators() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    let path = format!("/oauth/approveKey?key={key}");
    let page = provider.ada().get(&path).is(200);
    // The script opens the dialog of this one.
    assert!(page.text().contains(&format!(r#""asked_for":{{"key":"{key}""#)), "{}", page.text());
    provider.signed_in("grace").get(&path).is(403);
    let sent = provider.visitor().get(&path).is(303);
    assert_eq!(sent.header("location"), format!("/sign-in?next={}", oauth::encode(&path)));
    for (unknown, words) in [
        ("", "This link names no consumer key."),
        ("?key=", "This link names no consumer key."),
        ("?key=nonsense", "There is no consumer with the key nonsense."),
        ("?key=%3Cb%3E", "There is no consumer with the key &lt;b&gt;."),
        (
            "?key=00000000-0000-4000-8000-000000000000",
            "There is no consumer with the key 00000000-0000-4000-8000-000000000000.",
        ),
    ] {
        let page = provider.ada().get(&format!("/oauth/approveKey{unknown}")).is(404);
        assert!(page.text().contains(words), "{unknown}: {}", page.text());
        assert!(page.text().contains(&key) && page.text().contains("Friend"), "the list is shown: {unknown}");
    }
    assert_eq!(consumer(&provider, &key)["status"], "pending", "looking decides nothing");
}
