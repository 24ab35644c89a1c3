//! Who is signed in through a consumer, over the API.

use http::Method;
use serde_json::{Value, json};

use super::{NOWHERE, at, call, call_json};
use crate::support::{Browser, signer::Provider};

fn users(ada: &Browser, key: &str) -> Vec<Value> {
    let page = ada.get(&format!("{}/tokens", at(key))).is(200).json();
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

#[test]
fn who_is_signed_in_is_listed_with_times_and_without_a_token() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Dances");
    assert!(users(ada, &app.key).is_empty());
    let app = app.dance(&provider.signed_in("grace"));
    let again = app.dance(&provider.signed_in("grace"));
    let answer = ada.get(&format!("{}/tokens", at(&app.key))).is(200);
    let (token, secret) = app.token.as_ref().unwrap();
    assert!(!answer.text().contains(&**token) && !answer.text().contains(&**secret), "{answer:?}");
    let listed = users(ada, &app.key);
    assert_eq!(listed.len(), 1, "a user, not each token: {listed:?}");
    let user = listed[0].as_object().unwrap();
    assert!(user.keys().eq(["id", "last_used_at", "protocol", "since", "user"]), "{user:?}");
    assert_eq!((&user["user"], &user["protocol"]), (&json!("grace"), &json!("OAuth 1.0a")));
    again.echo().send().is(200);
}

#[test]
fn one_user_is_signed_out_on_the_next_request_and_the_others_are_not() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Dances");
    let (for_grace, for_ada) = (app.dance(&provider.signed_in("grace")), app.dance(ada));
    for_grace.echo().send().is(200);
    let [_, grace]: [Value; 2] = users(ada, &app.key).try_into().unwrap();
    for id in [grace["id"].as_str().unwrap(), "GRACE"] {
        let path = format!("{}/tokens/{id}", at(&app.key));
        call_json(ada, Method::DELETE, &path, &[], &json!({ "reason": "She has left." })).is(204);
        for_grace.echo().is_refused_everywhere(401, "token_revoked");
        for_ada.echo().send().is(200);
    }
    let names: Vec<_> = users(ada, &app.key).iter().map(|user| user["user"].clone()).collect();
    assert_eq!(names, ["ada"]);
    let told = ada.get(&format!("/api/v1/activity?consumer={}&limit=2", app.key)).is(200).json();
    let line = &told["items"][0];
    assert_eq!((&line["action"], &line["actor"]), (&json!("tokens_revoked"), &json!("ada")));
    assert_eq!(
        (&line["before"], &line["reason"]),
        (&json!({ "username": "grace" }), &json!("She has left."))
    );
    assert_ne!(told["items"][1]["action"], "tokens_revoked", "twice is once");
}

#[test]
fn the_list_comes_in_pages() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Dances");
    let _ = (app.dance(&provider.signed_in("grace")), app.dance(ada));
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{}/tokens?limit=1&cursor={cursor}", at(&app.key));
        let page = ada.get(&path).is(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        names.push(page["items"][0]["user"].as_str().unwrap().to_owned());
        let Some(next) = page["next_cursor"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(names, ["ada", "grace"]);
    for odd in ["cursor=x", "limit=0", "limit=1&limit=1", "user=grace"] {
        ada.get(&format!("{}/tokens?{odd}", at(&app.key))).problem(400);
    }
}

#[test]
fn of_a_consumer_or_a_user_that_is_not_there_the_answer_says_so() {
    let provider = Provider::start();
    let ada = provider.ada();
    let app = provider.app("Dances");
    ada.get(&format!("{}/tokens", at(NOWHERE))).problem(404);
    ada.get(&format!("{}/tokens", at("no%20key"))).problem(404);
    for path in [
        format!("{}/tokens/grace", at(NOWHERE)),
        format!("{}/tokens/nobody", at(&app.key)),
        format!("{}/tokens/%00", at(&app.key)),
    ] {
        call(ada, Method::DELETE, &path, &[]).problem(404);
    }
}
