//! Permissions that end, and changes that another site asks for; the table of who may is in `permissions.rs`.

use http::Method;
use serde_json::json;

use super::{NOWHERE, at, register};
use crate::{
    permissions::{Line, May, TABLE},
    support::{
        SECRET,
        browser::send,
        signer::{CONSUMERS, Provider},
    },
};

#[test]
fn a_permission_that_is_taken_away_counts_for_sessions_and_tokens() {
    let provider = Provider::start();
    provider.home.json(&["user", "permit", "grace"], "");
    let grace = provider.signed_in("grace");
    let app = provider.console("Console").dance(&grace);
    app.get(CONSUMERS).send().is(200);
    provider.home.json(&["user", "forbid", "grace"], "");
    let forbidden = || [app.get(CONSUMERS).send().status, grace.get(CONSUMERS).status];
    crate::support::signer::until("grace may not any more", || (forbidden() == [403, 403]).then_some(()));
    app.get("/api/v1/whoami").send().is(200);
}

#[test]
fn a_token_administers_only_while_its_consumer_may() {
    let provider = Provider::start();
    let app = provider.app_of("Tool", "ada");
    let denied = || {
        for (verb, path) in [("GET", CONSUMERS.to_owned()), ("DELETE", at(NOWHERE))] {
            let details = app.call(verb, &path).send().problem(403);
            let words = details["detail"].as_str().unwrap();
            assert!(words.contains("not through this consumer") && words.ends_with('.'), "{details}");
        }
        app.echo().send().is(200);
        let who = app.get("/api/v1/whoami").send().is(200).json();
        assert_eq!(who["user"]["configure_server"], true, "{who}");
    };
    denied();
    provider.edit(&app, &json!({ "may_administer": true }));
    app.get(CONSUMERS).send().is(200);
    app.call("DELETE", &at(NOWHERE)).send().is(204);
    app.alone().get(CONSUMERS).send().problem(403);
    provider.edit(&app, &json!({ "may_administer": false }));
    denied();
}

#[test]
fn a_consumer_that_may_administer_does_so_for_administrators_alone() {
    let provider = Provider::start();
    let app = provider.console("Console").dance(&provider.signed_in("grace"));
    let details = app.get(CONSUMERS).send().problem(403);
    assert!(details["detail"].as_str().unwrap().contains("Configure Server"), "{details}");
    app.alone().get(CONSUMERS).send().problem(403);
}

#[test]
fn changes_by_a_session_have_to_come_from_our_own_pages() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Swept");
    let operations = TABLE.iter().filter(|line| line.is_operation() && line.may == May::ConfigureServer);
    let path = |line: &Line| line.path().replace("{key}", &key).replace("{username}", "grace");
    let calls = operations.map(|line| (line.method(), path(line)));
    for (method, path) in calls.filter(|(method, _)| *method != Method::GET) {
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
    let app = provider.console("Console").dance(provider.ada());
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
