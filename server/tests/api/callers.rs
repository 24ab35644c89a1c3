//! `echo` and `whoami`: for authors of clients.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

use super::call;
use crate::support::{
    redact::redacted,
    signer::{ECHO, Provider},
};

#[test]
fn whoami_tells_user_and_consumer_as_far_as_there_are_any() {
    let provider = Provider::start();
    let app = provider.app_of("Who", "grace");
    let consumer = json!({ "key": app.key, "name": "Who" });
    let grace = json!({ "username": "grace", "display_name": "grace", "configure_server": false });
    let who = |app: &crate::support::signer::App| app.get("/api/v1/whoami").send().is(200).json();
    assert_eq!(who(&app), json!({ "user": grace, "consumer": consumer }));
    assert_eq!(who(&app.alone()), json!({ "user": null, "consumer": consumer }));
    let ada = provider.ada().get("/api/v1/whoami").is(200);
    assert_eq!(ada.header("cache-control"), "no-store");
    let user = json!({ "username": "ada", "display_name": "ada", "configure_server": true });
    assert_eq!(ada.json(), json!({ "user": user, "consumer": null }));
}

#[test]
fn echo_shows_what_the_signature_covers() {
    let provider = Provider::start();
    let app = provider.app_of("Echoes", "grace");
    let call = app.call("PATCH", ECHO).with("oauth_nonce", "the nonce").with("oauth_version", "1.0");
    let answer =
        call.query(&[("b5", "=%3D"), ("a3", "2 q"), ("a3", "a"), ("c@", ""), ("a2", "r b")]).send().is(200);
    let mut echo = answer.json();
    let read = echo["parameters"].take();
    let expected = json!({
        "method": "PATCH", "base_string_uri": format!("{}{ECHO}", provider.url), "parameters": null,
        "user": "grace", "consumer": { "key": app.key, "name": "Echoes" },
    });
    assert_eq!(echo, expected);
    // As encoded names and values sort: RFC 5849 section 3.4.1.3.2.
    let own = [
        ["a2", "r b"],
        ["a3", "2 q"],
        ["a3", "a"],
        ["b5", "=%3D"],
        ["c@", ""],
        ["oauth_consumer_key", &app.key],
    ];
    assert_eq!(read.as_array().unwrap()[..6], own.map(|pair| json!(pair)));
    assert_eq!(read[6], json!(["oauth_nonce", "the nonce"]));
    assert!(!read.to_string().contains("oauth_signature\""), "{read}");
}

#[test]
fn echo_takes_any_method_and_body_but_needs_a_signature() {
    let provider = Provider::start();
    let app = provider.app("Any");
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        assert_eq!(app.call(verb, ECHO).send().is(200).json()["method"], verb);
    }
    app.call("POST", ECHO).sign().send_json(&json!({ "any": ["body", 1] })).is(200);
    // A session is not a signature.
    let told = call(provider.ada(), Method::GET, ECHO, &[]).problem(401);
    let words = told["detail"].as_str().unwrap();
    assert!(
        words.contains("a browser's session signs nothing") && !words.contains("session cookie"),
        "{words}"
    );
}

#[test]
fn a_request_with_a_session_and_a_signature_is_the_consumers() {
    let provider = Provider::start();
    let app = provider.app_of("Both", "grace");
    let cookie = provider.ada().cookie.clone().unwrap();
    let both = app.get("/api/v1/whoami").header("cookie", &cookie);
    assert_eq!(both.send().is(200).json()["user"]["username"], "grace");
    let wrong = both.with("oauth_signature", "wrong");
    wrong.send().refused_at_api(401, "signature_invalid");
}

#[test]
fn a_refused_signature_is_explained_in_the_body() {
    let provider = Provider::start();
    let app = provider.app("Refused");
    let refused = app.with_secret("another").echo().send().refused_at_api(401, "signature_invalid");
    assert_json_snapshot!(redacted(refused), @r#"
    {
      "detail": "The signature does not match the request; compare your base string with the server's view of method, URL and parameters, and check both secrets.",
      "oauth_problem": "signature_invalid",
      "oauth_problem_advice": "The signature does not match the request; compare your base string with the server's view of method, URL and parameters, and check both secrets.",
      "request_id": "[request_id]",
      "status": 401,
      "title": "Unauthorized",
      "type": "about:blank"
    }
    "#);
    let absent = app.echo().without("oauth_nonce").without("oauth_timestamp").send();
    assert_json_snapshot!(redacted(absent.refused_at_api(400, "parameter_absent")), @r#"
    {
      "detail": "The request lacks oauth_timestamp, oauth_nonce; send and sign what is missing.",
      "oauth_parameters_absent": "oauth_timestamp&oauth_nonce",
      "oauth_problem": "parameter_absent",
      "oauth_problem_advice": "The request lacks oauth_timestamp, oauth_nonce; send and sign what is missing.",
      "request_id": "[request_id]",
      "status": 400,
      "title": "Bad Request",
      "type": "about:blank"
    }
    "#);
}
