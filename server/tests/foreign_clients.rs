//! OAuth libraries that others wrote: the whole dance, every kind of call, and the errors of refused calls.

mod dances;
mod openapi;

use crate::support;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use support::{
    Home, PASSWORD, Server, consent,
    foreign::{
        Administrator, Application, Library, NET_OAUTH, NEWMAN, NPM_OAUTH, NPM_OAUTH_1_0A, REQUESTS_OAUTHLIB,
        refusal,
    },
};

/// An application's address with a query of its own, which has to survive.
const CALLBACK: &str = "http://app.example:8080/signed-in?from=%C3%A4%20b&to=c%2Bd";
const ECHO: &str = "/api/v1/echo";

fn refused(status: u64, problem: &str) -> (u64, String) {
    (status, problem.to_owned())
}

/// Umlauts, other scripts, everything that has to be encoded, and nothing at all.
fn words() -> Value {
    json!([["q", "Änderung 1/2"], ["reserved", "a+b&c=d%e;~!*'()"], ["empty", ""], ["script", "☆ 日本"]])
}

/// Each kind of call that this library can sign.
fn calls(library: &Library) -> Vec<(&'static str, Value)> {
    let twice = json!([["tag", "b"], ["tag", "a"], ["tag", "a b"]]);
    let body = json!({ "title": "Änderung", "a": 1 });
    let mut calls = vec![
        ("GET", json!({})),
        ("GET", json!({ "query": words() })),
        ("DELETE", json!({ "query": words() })),
        ("POST", json!({ "form": words() })),
        ("PUT", json!({ "form": words() })),
        ("POST", json!({ "json": body })),
        ("PUT", json!({ "json": body, "query": words() })),
    ];
    let (in_query, in_form) = library.repeats;
    calls.extend(in_query.then(|| ("GET", json!({ "query": twice }))));
    calls.extend(in_form.then(|| ("POST", json!({ "form": twice }))));
    calls
}

/// The parameters of a call in the order of their encoded names and values.
fn sorted(call: &Value) -> Vec<(String, String)> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let pairs = ["query", "form"].iter().filter_map(|place| call[place].as_array()).flatten();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut pairs: Vec<_> = pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    pairs.sort_by_key(|(name, value)| (encode(name), encode(value)));
    pairs
}

/// Makes a call, and asserts that the server has read what the library has sent.
#[track_caller]
fn is_understood(app: &mut Application, server: &Server, (verb, call): (&str, &Value), user: Option<&str>) {
    let answer = app.call(verb, ECHO, call.clone());
    assert_eq!(answer["status"], 200, "{} {verb} {call}: {answer}", app.method);
    let echo: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(echo["method"], verb);
    assert_eq!(echo["base_string_uri"], format!("{}{ECHO}", server.url));
    assert_eq!(echo["user"], json!(user));
    assert_eq!(echo["consumer"]["key"], app.key);
    let read: Vec<(String, String)> = serde_json::from_value(echo["parameters"].clone()).unwrap();
    let (oauth, own): (Vec<_>, _) = read.into_iter().partition(|(name, _)| name.starts_with("oauth_"));
    assert_eq!(own, sorted(call), "{verb} {call}");
    assert!(oauth.contains(&("oauth_signature_method".to_owned(), app.method.to_owned())), "{oauth:?}");
    assert!(oauth.iter().all(|(name, _)| name != "oauth_signature"), "{oauth:?}");
}

/// Every method that the library knows: the dance with either kind of callback, then every kind of call.
fn dances_and_calls(library: &Library) {
    let server = Home::with_users().serve();
    let mut app = Application::start(library, &server, "Änderungen & co");
    for method in library.methods {
        app.method = method;
        for callback in [CALLBACK, "oob"] {
            let credentials = app.dance(&server, "grace", callback);
            assert_eq!(credentials["latchkey_user"], "grace");
        }
        for (verb, call) in calls(library) {
            is_understood(&mut app, &server, (verb, &call), Some("grace"));
        }
    }
    app.token = None;
    is_understood(&mut app, &server, ("GET", &json!({ "query": words() })), None);
}

#[test]
fn requests_oauthlib_dances_and_signs_every_call_by_every_method() {
    dances_and_calls(&REQUESTS_OAUTHLIB);
}

#[test]
fn npm_oauth_dances_and_signs_every_call_by_every_method() {
    dances_and_calls(&NPM_OAUTH);
}

#[test]
fn npm_oauth_1_0a_dances_and_signs_every_call_by_every_method() {
    dances_and_calls(&NPM_OAUTH_1_0A);
}

#[test]
fn net_oauth_dances_and_signs_every_call_by_every_method() {
    dances_and_calls(&NET_OAUTH);
}

#[test]
fn newman_dances_and_signs_every_call_by_every_method() {
    dances_and_calls(&NEWMAN);
}

#[test]
fn oauth_parameters_are_read_in_the_query_and_in_a_form_as_in_the_header() {
    let server = Home::with_users().serve();
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Elsewhere");
    app.dance(&server, "grace", "oob");
    for (verb, call) in [
        ("GET", json!({ "place": "QUERY", "query": words() })),
        ("POST", json!({ "place": "QUERY", "json": {} })),
        ("POST", json!({ "place": "BODY", "form": words() })),
        ("PUT", json!({ "place": "BODY", "form": words(), "query": words() })),
    ] {
        is_understood(&mut app, &server, (verb, &call), Some("grace"));
    }
}

/// At each step of the way, for each reason that an administrator or a mistake may give.
fn hears_why(library: &Library) {
    let server = Home::with_users().serve();
    let mut app = Application::start(library, &server, "Refused");
    let administrator = Administrator::of(&server);

    app.method = "PLAINTEXT";
    assert_eq!(refusal(&app.request_token("oob")), refused(400, "signature_method_rejected"));
    app.method = "HMAC-SHA1";
    app.secret.push('x');
    assert_eq!(refusal(&app.request_token("oob")), refused(401, "signature_invalid"));
    app.secret.pop();
    let key = std::mem::replace(&mut app.key, server.home.register("Pending"));
    assert_eq!(refusal(&app.request_token("oob")), refused(401, "consumer_key_refused"));
    "00000000-0000-4000-8000-000000000000".clone_into(&mut app.key);
    assert_eq!(refusal(&app.request_token("oob")), refused(401, "consumer_key_unknown"));
    app.key = key;

    let temporary = app.request_token(CALLBACK);
    assert_eq!(refusal(&app.access_token(&temporary, "early")), refused(401, "token_not_authorized"));
    let token = temporary["oauth_token"].as_str().unwrap();
    let allowed = consent::decide(&server.signed_in("grace"), &server.url, token, "allow");
    let verifier = consent::verifier(&allowed, token, CALLBACK);
    assert_eq!(refusal(&app.access_token(&temporary, "wrong")), refused(401, "verifier_invalid"));
    administrator.consumer("disapprove", &app.key, &[]);
    assert_eq!(refusal(&app.access_token(&temporary, &verifier)), refused(401, "consumer_key_rejected"));
    administrator.consumer("approve", &app.key, &[]);
    let credentials = app.access_token(&temporary, &verifier);
    assert_eq!(refusal(&app.access_token(&temporary, &verifier)), refused(401, "token_used"));

    let text = |name: &str| credentials[name].as_str().unwrap_or_else(|| panic!("{credentials}")).to_owned();
    app.token = Some((text("oauth_token"), text("oauth_token_secret")));
    assert_eq!(refusal(&app.call("GET", ECHO, json!({}))), refused(401, "token_revoked"));

    app.dance(&server, "grace", CALLBACK);
    let call = ("POST", json!({ "form": words() }));
    is_understood(&mut app, &server, (call.0, &call.1), Some("grace"));
    administrator.consumer("disapprove", &app.key, &[]);
    for (verb, call) in [("GET", json!({})), call.clone()] {
        assert_eq!(refusal(&app.call(verb, ECHO, call)), refused(401, "consumer_key_rejected"));
    }
    assert_eq!(refusal(&app.request_token("oob")), refused(401, "consumer_key_rejected"));
    administrator.consumer("approve", &app.key, &[]);
    is_understood(&mut app, &server, (call.0, &call.1), Some("grace"));
    administrator.consumer("edit", &app.key, &["--sign-everybody-out"]);
    assert_eq!(refusal(&app.call("GET", ECHO, json!({}))), refused(401, "token_revoked"));
}

#[test]
fn requests_oauthlib_hears_why_it_is_refused() {
    hears_why(&REQUESTS_OAUTHLIB);
}

#[test]
fn npm_oauth_hears_why_it_is_refused() {
    hears_why(&NPM_OAUTH);
}

#[test]
fn npm_oauth_1_0a_hears_why_it_is_refused() {
    hears_why(&NPM_OAUTH_1_0A);
}

#[test]
fn net_oauth_hears_why_it_is_refused() {
    hears_why(&NET_OAUTH);
}

#[test]
fn a_user_who_is_not_signed_in_signs_in_first_and_comes_back_to_the_question() {
    let server = Home::with_users().serve();
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Sign in");
    let temporary = app.request_token(CALLBACK);
    let token = temporary["oauth_token"].as_str().unwrap();
    let who = ("grace", PASSWORD);
    let allowed = consent::sign_in_and_decide(&mut server.visitor(), &server.url, token, who, "allow");
    let credentials = app.access_token(&temporary, &consent::verifier(&allowed, token, CALLBACK));
    assert_eq!(credentials["latchkey_user"], "grace", "{credentials}");
}

#[test]
fn a_user_who_denies_is_sent_back_and_the_application_hears_it() {
    let server = Home::with_users().serve();
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Denied");
    let temporary = app.request_token(CALLBACK);
    let token = temporary["oauth_token"].as_str().unwrap();
    let denied = consent::decide(&server.signed_in("grace"), &server.url, token, "deny");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [pair("oauth_token", token), pair("oauth_problem", "permission_denied")];
    assert_eq!(consent::handed_over(&denied, CALLBACK), expected);
    assert_eq!(refusal(&app.access_token(&temporary, "none")), refused(401, "permission_denied"));
}
