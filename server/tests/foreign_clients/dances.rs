//! Libraries for one service or framework each, which sign in a way of their own: the whole dance where they have one, and calls.

use serde_json::{Value, json};

use super::{CALLBACK, is_understood, words};
use crate::support::{
    Home,
    foreign::{
        Administrator, Application, DISCOGS, FLICKRAPI, JIRA, LTI, LWP_AUTHEN_OAUTH, Library, MWOAUTH,
        PASSPORT_OAUTH1, TWYTHON,
    },
    signer::verify_json,
};

/// For what oauthlib signs outside the header: of parameters whose names begin with `oauth_` it decodes the values once too
/// often, so that no server can verify one with a `%`.
const PLAIN_CALLBACK: &str = "http://app.example:8080/signed-in?from=home&to=c:d";

/// Every kind of callback that the library knows, each followed by calls.
fn dances(library: &Library, callbacks: &[&str], calls: &[(&str, Value)]) {
    let server = Home::with_users().serve();
    let mut app = Application::start(library, &server, "Änderungen & co");
    for callback in callbacks {
        app.dance(&server, "grace", callback);
        for (verb, call) in calls {
            is_understood(&mut app, &server, (*verb, call), Some("grace"));
        }
    }
}

/// Calls that every library of requests' can make.
fn calls() -> [(&'static str, Value); 6] {
    [
        ("GET", json!({})),
        ("GET", json!({ "query": words() })),
        ("DELETE", json!({ "query": words() })),
        ("POST", json!({ "form": words() })),
        ("PUT", json!({ "form": words() })),
        ("POST", json!({ "json": { "title": "Änderung" }, "query": words() })),
    ]
}

#[test]
fn twython_dances_with_callback_and_verifier_in_the_query() {
    dances(&TWYTHON, &[PLAIN_CALLBACK, "oob"], &calls());
}

#[test]
fn flickrapi_dances_with_its_callback_in_the_form() {
    dances(&FLICKRAPI, &[PLAIN_CALLBACK, "oob"], &calls());
}

#[test]
fn discogs_client_dances_with_its_callback_in_the_form_beside_other_members() {
    let body = json!({ "title": "Änderung" });
    let calls = [
        ("GET", json!({})),
        ("GET", json!({ "query": words() })),
        ("DELETE", json!({ "query": words() })),
        ("POST", json!({ "json": body, "query": words() })),
        ("PUT", json!({ "json": body })),
    ];
    dances(&DISCOGS, &[PLAIN_CALLBACK, "oob"], &calls);
}

#[test]
fn lwp_authen_oauth_dances_with_callback_and_verifier_in_the_form() {
    // It encodes bytes beyond ASCII twice, so that no server could verify them.
    let plain = json!([["q", "a b"], ["reserved", "a+b&c=d%e;~!*'()"], ["empty", ""]]);
    let calls = [
        ("GET", json!({})),
        ("GET", json!({ "query": plain })),
        ("DELETE", json!({ "query": plain })),
        // The form of any other method it does not sign.
        ("POST", json!({ "form": plain })),
    ];
    dances(&LWP_AUTHEN_OAUTH, &[CALLBACK, "oob"], &calls);
}

#[test]
fn mwoauth_dances_with_the_steps_title_in_the_query() {
    dances(&MWOAUTH, &[CALLBACK, "oob"], &calls());
}

#[test]
fn passport_oauth1_signs_a_user_in() {
    // It has no callback but a URL.
    dances(&PASSPORT_OAUTH1, &[CALLBACK], &[("GET", json!({})), ("GET", json!({ "query": words() }))]);
}

#[test]
fn a_tool_that_jira_calls_with_an_rsa_key_hears_who_it_is() {
    let server = Home::with_users().serve();
    let tool = format!("http://{}/verify/json", server.line("internal listener on http://"));
    let mut app = Application::start(&JIRA, &server, "Jira's friend");
    app.method = "RSA-SHA1";
    app.dance(&server, "grace", CALLBACK);
    let answer = app.call("GET", &tool, json!({}));
    assert_eq!(answer["name"], "grace", "{answer}");
    let verdicts = answer["verdicts"].as_array().unwrap();
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| verdict["active"] == true), "{answer}");
    assert!(verdicts.iter().all(|verdict| verdict["consumer_key"] == app.key), "{answer}");

    Administrator::of(&server).consumer("disapprove", &app.key, &[]);
    let refused = app.call("GET", &tool, json!({}));
    assert_eq!(refused["status"], 401, "{refused}");
    assert_eq!(refused["verdicts"][0]["problem"], "consumer_key_rejected", "{refused}");
}

#[test]
fn a_tool_takes_the_launch_form_that_lti_signs_once_and_unchanged() {
    let server = Home::with_users().serve();
    let internal = format!("http://{}", server.line("internal listener on http://"));
    let mut app = Application::start(&LTI, &server, "Learning platform");
    let url = "https://tool.example/launch";
    let form = json!([
        ["lti_message_type", "basic-lti-launch-request"],
        ["lti_version", "LTI-1p0"],
        ["resource_link_id", "42"],
        ["context_title", "Änderung 1/2 & co"],
        ["roles", "Learner"],
    ]);
    let signed = app.sign("POST", url, json!({ "form": form }));
    let body = signed["body"].as_str().unwrap();
    let ask = |body: &str| {
        let described = json!({ "method": "POST", "url": url, "form_body": body });
        verify_json(&internal, &described.to_string()).is(200).json()
    };
    assert!(body.contains("roles=Learner"), "{body}");
    let changed = ask(&body.replace("roles=Learner", "roles=Instructor"));
    assert_eq!((&changed["active"], &changed["problem"]), (&json!(false), &json!("signature_invalid")));
    let verdict = ask(body);
    assert_eq!((&verdict["active"], &verdict["user"]), (&json!(true), &Value::Null), "{verdict}");
    assert_eq!(verdict["consumer_key"], app.key, "{verdict}");
    assert_eq!(ask(body)["problem"], "nonce_used");
}
