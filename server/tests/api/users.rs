//! Users by the API: listed, added by a link, and what administrators do to them.

use http::Method;
use serde_json::{Value, json};

use super::{call, call_json};
use crate::support::{
    Browser, PASSWORD,
    browser::{Answer, send},
    signer::Provider,
};

const USERS: &str = "/api/v1/users";
const NEW: &str = "another horse battery";

fn act(who: &Browser, username: &str, verb: &str) -> Answer {
    call(who, Method::POST, &format!("{USERS}/{username}/{verb}"), &[])
}

/// The token of a link in an answer.
fn token(answer: &Value, base: &str) -> String {
    let url = answer["password_link"]["url"].as_str().unwrap();
    url.strip_prefix(&format!("{base}/set-password?token=")).expect(url).to_owned()
}

fn set_password(visitor: &Browser, token: &str, password: &str) -> Answer {
    visitor.post("/set-password", &[("token", token), ("password", password), ("password_again", password)])
}

#[test]
fn a_user_is_added_and_sets_the_password_by_the_link_in_the_answer() {
    let provider = Provider::start();
    let ada = provider.ada();
    let body = json!({ "username": "bob", "name": "Bob Marsh", "configure_server": true });
    let added = call_json(ada, Method::POST, USERS, &[], &body).is(201);
    assert_eq!(added.header("location"), "/api/v1/users/bob");
    let added = added.json();
    let user = &added["user"];
    assert_eq!((&user["username"], &user["name"]), (&json!("bob"), &json!("Bob Marsh")));
    assert_eq!((&user["has_password"], &user["last_signed_in_at"]), (&json!(false), &Value::Null));
    assert!(added["password_link"]["expires_at"].as_str().unwrap().ends_with('Z'), "{added}");
    let mut visitor = provider.visitor();
    set_password(&visitor, &token(&added, &provider.url), NEW).is(303);
    visitor.sign_in("bob", NEW);
    let shown = ada.get(&format!("{USERS}/BOB")).is(200).json();
    assert_eq!((&shown["has_password"], &shown["sessions"]), (&json!(true), &json!(1)));
    assert!(!shown.to_string().contains("argon2"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_new_user_is_told_field_by_field() {
    let provider = Provider::start();
    let ada = provider.ada();
    for (body, fields) in [
        (
            json!({ "username": "no name!", "name": "a\nb", "reason": "a\nb" }),
            &["username", "name", "reason"][..],
        ),
        (json!({}), &["username"]),
        (json!({ "username": "GRACE" }), &["username"]),
    ] {
        let problem = call_json(ada, Method::POST, USERS, &[], &body).problem(422);
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.iter().map(|error| error["field"].as_str().unwrap()).collect::<Vec<_>>(), fields);
    }
    let body = json!({ "username": "bob", "password": PASSWORD });
    call_json(ada, Method::POST, USERS, &[], &body).problem(400);
}

#[test]
fn users_are_listed_by_name_page_by_page_and_found_by_a_part_of_it() {
    let provider = Provider::start();
    let ada = provider.ada();
    let names = |query: &str| {
        let page = ada.get(&format!("{USERS}?{query}")).is(200).json();
        let items = page["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect();
        (names, page["next_cursor"].clone())
    };
    assert_eq!(names("limit=1"), (vec!["ada".to_owned()], json!("ada")));
    assert_eq!(names("limit=1&cursor=ada"), (vec!["grace".to_owned()], Value::Null));
    assert_eq!(names("q=RAC&cursor="), (vec!["grace".to_owned()], Value::Null));
    for wrong in ["cursor=a%20b", "limit=0", "name=x", "q=a&q=b"] {
        ada.get(&format!("{USERS}?{wrong}")).problem(400);
    }
}

#[test]
fn each_deed_answers_with_the_user_as_it_is_then_and_twice_is_once() {
    let provider = Provider::start();
    let ada = provider.ada();
    for (verb, member, value) in [
        ("permit", "configure_server", true),
        ("forbid", "configure_server", false),
        ("disable", "disabled", true),
        ("enable", "disabled", false),
    ] {
        for _ in 0..2 {
            assert_eq!(act(ada, "grace", verb).is(200).json()[member], json!(value), "{verb}");
        }
        act(ada, "nobody", verb).problem(404);
        act(ada, "no%20name", verb).problem(404);
    }
    let grace = provider.signed_in("grace");
    assert_eq!(act(ada, "grace", "sign-out").is(200).json()["sessions"], json!(0));
    grace.get("/account/applications").is(303);
}

fn patch(who: &Browser, username: &str, body: &Value) -> Answer {
    call_json(who, Method::PATCH, &format!("{USERS}/{username}"), &[], body)
}

#[test]
fn an_edit_does_all_that_it_names_or_nothing() {
    let provider = Provider::start();
    let ada = provider.ada();
    let shown = ada.get(&format!("{USERS}/grace")).is(200).json();
    assert_eq!(patch(ada, "GRACE", &json!({})).is(200).json(), shown);
    let both = json!({ "configure_server": true, "disabled": true, "reason": "On leave." });
    for _ in 0..2 {
        let edited = patch(ada, "grace", &both).is(200).json();
        assert_eq!((&edited["configure_server"], &edited["disabled"]), (&json!(true), &json!(true)));
    }
    let lines = ada.get("/api/v1/activity?about=grace&limit=2").is(200).json();
    for (n, action) in ["user_disabled", "user_permitted"].into_iter().enumerate() {
        let line = &lines["items"][n];
        assert_eq!((&line["action"], &line["reason"]), (&json!(action), &json!("On leave.")));
    }
    for (body, status) in [
        (json!({ "disabled": "no" }), 400),
        (json!({ "disabled": false, "name": "Grace" }), 400),
        (json!({ "disabled": false, "reason": "a\nb" }), 422),
    ] {
        patch(ada, "grace", &body).problem(status);
    }
    assert_eq!(ada.get(&format!("{USERS}/grace")).is(200).json()["disabled"], true);
    for body in [json!({ "disabled": true }), json!({ "configure_server": false, "disabled": false })] {
        patch(ada, "ada", &body).problem(409);
    }
    patch(ada, "nobody", &json!({})).problem(404);
}

#[test]
fn every_deed_takes_a_reason_that_stands_in_the_activity() {
    let provider = Provider::start();
    let ada = provider.ada();
    let newest = || ada.get("/api/v1/activity?limit=1").is(200).json()["items"][0].clone();
    let added = json!({ "username": "bob", "reason": "The new one." });
    call_json(ada, Method::POST, USERS, &[], &added).is(201);
    assert_eq!(
        (&newest()["reason"], &newest()["after"]["username"]),
        (&json!("The new one."), &json!("bob"))
    );
    for verb in ["permit", "forbid", "disable", "enable", "sign-out", "reset", "reset-password"] {
        let path = format!("{USERS}/grace/{verb}");
        call_json(ada, Method::POST, &path, &[], &json!({ "reason": " She asked. " })).is(200);
        let line = newest();
        assert_eq!(line["reason"], "She asked.", "{verb}");
        for (body, status) in [("{", 400), (r#"{"why":"x"}"#, 400), (r#"{"reason":"a\tb"}"#, 422)] {
            let request = ada.request(Method::POST, &path).header("content-type", "application/json");
            send(request.body(body.to_owned()).unwrap()).problem(status);
        }
        assert_eq!(newest()["id"], line["id"], "{verb}: nothing of it was done");
    }
}

#[test]
fn the_last_administrator_who_can_sign_in_stays_one() {
    let provider = Provider::start();
    let ada = provider.ada();
    // Who has not set a password yet cannot sign in.
    let body = json!({ "username": "bob", "configure_server": true });
    let added = call_json(ada, Method::POST, USERS, &[], &body).is(201).json();
    for verb in ["disable", "forbid"] {
        let problem = act(ada, "ada", verb).problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("last administrator"), "{problem}");
    }
    set_password(&provider.visitor(), &token(&added, &provider.url), NEW).is(303);
    act(ada, "ada", "forbid").is(200);
    act(ada, "bob", "permit").problem(403);
}

#[test]
fn a_reset_makes_a_link_once_and_a_disabled_user_gets_none() {
    let provider = Provider::start();
    let ada = provider.ada();
    let first = act(ada, "grace", "reset-password").is(200).json();
    let second = act(ada, "grace", "reset-password").is(200).json();
    let visitor = provider.visitor();
    set_password(&visitor, &token(&first, &provider.url), NEW).is(410);
    set_password(&visitor, &token(&second, &provider.url), NEW).is(303);
    set_password(&visitor, &token(&second, &provider.url), PASSWORD).is(410);
    provider.visitor().sign_in("grace", NEW);
    let activity = ada.get("/api/v1/activity?limit=500").is(200);
    assert!(!activity.text().contains(&token(&second, &provider.url)));
    act(ada, "grace", "disable").is(200);
    act(ada, "grace", "reset-password").problem(409);
}
