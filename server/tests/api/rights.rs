//! The rights that an administrator gives a consumer: trusted, and may administer.

use http::Method;
use serde_json::{Value, json};

use super::{at, call, call_json, register};
use crate::support::{
    Browser, SECRET,
    browser::Answer,
    signer::{CONSUMERS, Provider},
};

const CALLBACK: &str = "https://app.example/cb";

fn patch(ada: &Browser, key: &str, body: &Value) -> Answer {
    call_json(ada, Method::PATCH, &at(key), &[("if-match", "*")], body)
}

/// The field at fault.
#[track_caller]
fn refused(ada: &Browser, key: &str, body: &Value) -> String {
    let details = patch(ada, key, body).problem(422);
    let [error] = details["errors"].as_array().unwrap().as_slice() else { panic!("{details}") };
    assert!(error["detail"].as_str().unwrap().ends_with('.'), "{details}");
    error["field"].as_str().unwrap().to_owned()
}

#[test]
fn a_consumer_without_a_callback_cannot_be_trusted() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "App");
    assert_eq!(refused(ada, &key, &json!({ "trusted": true })), "trusted");
    assert_eq!(refused(ada, &key, &json!({ "trusted": true, "callback_url": null })), "trusted");
    assert_eq!(refused(ada, &key, &json!({ "trusted": true, "callback_url": "" })), "trusted");
    assert_eq!(refused(ada, &key, &json!({ "trusted": true, "callback_url": "oob" })), "callback_url");
    let both = patch(ada, &key, &json!({ "trusted": true, "callback_url": CALLBACK })).is(200).json();
    assert_eq!(
        (&both["trusted"], &both["revision"]),
        (&json!(true), &json!(2)),
        "what was refused changed nothing"
    );
}

#[test]
fn a_trusted_consumer_keeps_a_callback_until_the_trust_is_taken_away() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "App");
    patch(ada, &key, &json!({ "trusted": true, "callback_url": CALLBACK })).is(200);
    assert_eq!(refused(ada, &key, &json!({ "callback_url": null })), "callback_url");
    assert_eq!(refused(ada, &key, &json!({ "callback_url": " " })), "callback_url");
    let moved = patch(ada, &key, &json!({ "callback_url": "https://app.example/other" })).is(200).json();
    assert_eq!(moved["trusted"], true);
    for verb in ["disapprove", "approve"] {
        let decided = call(ada, Method::POST, &format!("{}/{verb}", at(&key)), &[]).is(200).json();
        assert_eq!(decided["trusted"], true, "{verb}");
    }
    let taken = patch(ada, &key, &json!({ "trusted": false, "callback_url": null })).is(200).json();
    assert_eq!((&taken["trusted"], &taken["callback_url"]), (&json!(false), &Value::Null));
}

#[test]
fn trusted_and_may_administer_exclude_each_other() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "App");
    patch(ada, &key, &json!({ "trusted": true, "callback_url": CALLBACK })).is(200);
    assert_eq!(refused(ada, &key, &json!({ "may_administer": true })), "may_administer");
    let exchanged = patch(ada, &key, &json!({ "trusted": false, "may_administer": true })).is(200).json();
    assert_eq!((&exchanged["trusted"], &exchanged["may_administer"]), (&json!(false), &json!(true)));
    assert_eq!(refused(ada, &key, &json!({ "trusted": true })), "trusted");
    let said = provider.home.run(&["consumer", "approve", &key, "--trusted"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().contains("May administer Latchkey"), "{said:?}");
    let fresh = register(ada, "Both at once");
    let both = json!({ "trusted": true, "may_administer": true, "callback_url": CALLBACK });
    assert_eq!(refused(ada, &fresh, &both), "trusted");
}

#[test]
fn each_change_of_a_right_shows_in_the_activity() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "App");
    provider.home.json(&["consumer", "edit", &key, "--may-administer", "true"], "");
    patch(ada, &key, &json!({ "may_administer": false, "trusted": true, "callback_url": CALLBACK })).is(200);
    let told = ada.get(&format!("/api/v1/activity?consumer={key}")).is(200).json();
    let changed = |line: usize, right: &str| {
        let line = &told["items"][line];
        [line["before"][right].as_bool().unwrap(), line["after"][right].as_bool().unwrap()]
    };
    assert_eq!(
        (&told["items"][0]["actor"], &told["items"][1]["actor"]),
        (&json!("ada"), &json!("the command line"))
    );
    assert_eq!((changed(0, "trusted"), changed(0, "may_administer")), ([false, true], [true, false]));
    assert_eq!((changed(1, "trusted"), changed(1, "may_administer")), ([false, false], [false, true]));
}

#[test]
fn nothing_registers_a_consumer_with_a_right_and_a_wish_cannot_be_edited() {
    let provider = Provider::start();
    let ada = provider.ada();
    for right in ["trusted", "trusted_wished", "may_administer"] {
        let body = json!({ "name": "App", "secret": SECRET, right: true });
        call_json(ada, Method::POST, CONSUMERS, &[], &body).problem(400);
    }
    assert_eq!(ada.get(CONSUMERS).is(200).json()["total"], 0);
    let key = register(ada, "App");
    patch(ada, &key, &json!({ "trusted_wished": true })).problem(400);
    for body in [json!({ "may_administer": "true" }), json!({ "trusted": 1 })] {
        patch(ada, &key, &body).problem(400);
    }
    assert_eq!(ada.get(&at(&key)).is(200).json()["revision"], 1);
}

#[test]
fn of_a_callback_taken_away_and_a_trust_given_at_once_only_one_is_done() {
    let provider = Provider::start();
    let ada = provider.ada();
    for _ in 0..5 {
        let key = register(ada, "Race");
        patch(ada, &key, &json!({ "callback_url": CALLBACK })).is(200);
        let send = |body: Value| patch(ada, &key, &body).status;
        let statuses = std::thread::scope(|scope| {
            let (send, trust, take) = (&send, json!({ "trusted": true }), json!({ "callback_url": null }));
            let trusting = scope.spawn(move || send(trust));
            let taking = scope.spawn(move || send(take));
            [trusting.join().unwrap(), taking.join().unwrap()]
        });
        assert!(matches!(statuses, [200, 422] | [422, 200]), "{statuses:?}");
        let shown = ada.get(&at(&key)).is(200).json();
        assert_eq!(shown["trusted"] == true, !shown["callback_url"].is_null(), "{shown}");
    }
}
