//! Who may call what.

use http::Method;
use serde_json::json;

use super::{NOWHERE, at, call, call_json, register};
use crate::support::{
    SECRET,
    browser::{Answer, send},
    signer::{App, CONSUMERS, Provider},
};

/// Every call that needs *Configure Server*, for a consumer with this key.
fn calls(key: &str) -> Vec<(Method, String)> {
    vec![
        (Method::GET, CONSUMERS.to_owned()),
        (Method::POST, CONSUMERS.to_owned()),
        (Method::GET, at(key)),
        (Method::PATCH, at(key)),
        (Method::POST, format!("{}/approve", at(key))),
        (Method::POST, format!("{}/disapprove", at(key))),
        (Method::DELETE, at(key)),
        (Method::GET, "/api/v1/activity".to_owned()),
    ]
}

/// A request that every call accepts: valid JSON, and any revision.
fn signed(app: &App, method: &Method, path: &str) -> Answer {
    let request = app.call(method.as_str(), path).header("if-match", "*").sign();
    if matches!(*method, Method::POST | Method::PATCH) {
        return request.send_json(&json!({ "name": "Changed", "secret": SECRET }));
    }
    request.send()
}

#[test]
fn nobody_gets_anything_without_credentials() {
    let provider = Provider::start();
    let key = provider.pending("Swept").key;
    let mut forged = provider.visitor();
    forged.cookie = Some("latchkey=forged".to_owned());
    let body = json!({ "name": "Changed", "secret": SECRET });
    for visitor in [&provider.visitor(), &forged] {
        for (method, path) in calls(&key) {
            let answer = call(visitor, method.clone(), &path, &[("if-match", "*")]);
            answer.problem(401);
            assert_eq!(answer.header("www-authenticate"), "OAuth realm=\"Latchkey\"", "{method} {path}");
            call_json(visitor, method, &path, &[("if-match", "*")], &body).problem(401);
        }
        for path in ["/api/v1/whoami", "/api/v1/echo"] {
            call(visitor, Method::GET, path, &[]).problem(401);
        }
    }
    assert_eq!(provider.ada().get(CONSUMERS).is(200).json()["items"][0]["name"], "Swept");
}

#[test]
fn whoever_may_not_configure_the_server_gets_nothing_by_session_or_signature() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Swept").dance(&grace);
    let alone = app.alone();
    for (method, path) in calls(&app.key).into_iter().chain(calls(NOWHERE)).chain(calls("nonsense")) {
        let body = json!({ "name": "Changed", "secret": SECRET });
        call_json(&grace, method.clone(), &path, &[("if-match", "*")], &body).problem(403);
        call(&grace, method.clone(), &path, &[]).problem(403);
        signed(&app, &method, &path).problem(403);
        signed(&alone, &method, &path).problem(403);
    }
    let listed = provider.ada().get(CONSUMERS).is(200).json();
    assert_eq!((&listed["total"], &listed["items"][0]["name"]), (&json!(1), &json!("Swept")));
    assert_eq!(listed["items"][0]["status"], "approved");
}

#[test]
fn an_administrator_may_call_everything_by_session_or_signature() {
    let provider = Provider::start();
    let app = provider.app_of("Console", "ada");
    let body = json!({ "name": "Changed", "secret": SECRET });
    for by_session in [true, false] {
        let key = register(provider.ada(), "Swept");
        for ((method, path), expected) in
            calls(&key).into_iter().zip([200, 201, 200, 200, 200, 200, 204, 200])
        {
            let answer = if by_session {
                call_json(provider.ada(), method.clone(), &path, &[("if-match", "*")], &body)
            } else {
                signed(&app, &method, &path)
            };
            assert_eq!(answer.status, expected, "{method} {path}: {answer:?}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let line = provider.ada().get("/api/v1/activity?limit=1").is(200).json();
    assert_eq!(line["items"][0]["actor"], "ada", "what a consumer does, the user has done");
}

#[test]
fn a_permission_that_is_taken_away_counts_for_sessions_and_tokens() {
    let provider = Provider::start();
    provider.home.json(&["user", "permit", "grace"], "");
    let grace = provider.signed_in("grace");
    let app = provider.app("Console").dance(&grace);
    app.get(CONSUMERS).send().is(200);
    provider.home.json(&["user", "forbid", "grace"], "");
    let forbidden = || [app.get(CONSUMERS).send().status, grace.get(CONSUMERS).status];
    crate::support::signer::until("grace may not any more", || (forbidden() == [403, 403]).then_some(()));
    app.get("/api/v1/whoami").send().is(200);
}

#[test]
fn changes_by_a_session_have_to_come_from_our_own_pages() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Swept");
    let changes = calls(&key).into_iter().filter(|(method, _)| *method != Method::GET);
    for (method, path) in changes {
        let bare = || ada.bare(method.clone(), &path).header("if-match", "*");
        for request in [
            bare(),
            bare().header("origin", "https://other.example"),
            bare().header("origin", "null"),
            bare().header("sec-fetch-site", "cross-site"),
            bare().header("sec-fetch-site", "same-site").header("origin", &provider.url),
        ] {
            let request = request.header("content-type", "application/json");
            send(request.body(json!({ "name": "Changed", "secret": SECRET }).to_string()).unwrap()).is(403);
        }
    }
    let listed = ada.get(CONSUMERS).is(200).json();
    assert_eq!((&listed["total"], &listed["items"][0]["revision"]), (&json!(1), &json!(1)));
}

#[test]
fn a_change_that_another_site_asks_for_is_refused_with_problem_details() {
    let provider = Provider::start();
    let request = provider.ada().bare(Method::DELETE, &at(NOWHERE)).header("sec-fetch-site", "cross-site");
    send(request.body(()).unwrap()).problem(403);
}

#[test]
fn a_signed_change_needs_no_session_and_may_come_from_anywhere() {
    let provider = Provider::start();
    let app = provider.app_of("Console", "ada");
    for (name, value) in [("origin", "https://tool.example"), ("sec-fetch-site", "cross-site")] {
        let call = app.call("DELETE", &at(NOWHERE)).header(name, value);
        call.send().is(204);
    }
}

#[test]
fn a_session_of_a_disabled_user_ends() {
    let provider = Provider::start();
    provider.home.json(&["user", "permit", "grace"], "");
    let grace = provider.signed_in("grace");
    grace.get(CONSUMERS).is(200);
    provider.home.json(&["user", "disable", "grace"], "");
    crate::support::signer::until("it ends", || (grace.get(CONSUMERS).status == 401).then_some(()));
    grace.get("/api/v1/whoami").problem(401);
}
