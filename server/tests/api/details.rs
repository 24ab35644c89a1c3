//! The details of a consumer over the API, and the reason that every change takes.

use http::Method;
use serde_json::{Value, json};

use super::{at, call, call_json, register};
use crate::support::{
    SECRET,
    browser::send,
    signer::{CONSUMERS, FORM, Provider},
};

/// The newest line about a consumer.
fn newest(provider: &Provider, key: &str) -> Value {
    let page = provider.ada().get(&format!("/api/v1/activity?consumer={key}&limit=1")).is(200).json();
    page["items"][0].clone()
}

#[test]
fn details_are_patched_one_by_one_and_null_takes_them_away() {
    let provider = Provider::start();
    let path = at(&register(provider.ada(), "Detailed"));
    let edited = |body: &Value| {
        call_json(provider.ada(), Method::PATCH, &path, &[("if-match", "*")], body).is(200).json()
    };
    let full = json!({
        "owner": "Quality", "contact": "quality@app.example", "note": "one\r\ntwo", "functional_user": "GRACE",
        "networks": ["10.1.2.3/8", "2001:db8::7/128"], "ends_at": "2099-01-31T13:00:00+01:00",
    });
    let saved = edited(&full);
    for (name, value) in [
        ("owner", json!("Quality")),
        ("contact", json!("quality@app.example")),
        ("note", json!("one\ntwo")),
        ("functional_user", json!("grace")),
        ("networks", json!(["10.0.0.0/8", "2001:db8::7"])),
        ("ends_at", json!("2099-01-31T12:00:00.000Z")),
    ] {
        assert_eq!(saved[name], value, "{name}");
    }
    assert_eq!(provider.ada().get(&path).is(200).json(), saved);
    assert_eq!(edited(&full), saved, "twice is once");
    let renamed = edited(&json!({ "name": "Renamed" }));
    assert_eq!((&renamed["owner"], &renamed["networks"]), (&saved["owner"], &saved["networks"]));
    for name in ["owner", "contact", "note", "functional_user", "ends_at"] {
        assert_eq!(edited(&json!({ name: null }))[name], Value::Null, "{name}");
    }
    assert_eq!(edited(&json!({ "networks": null }))["networks"], json!([]));
}

#[test]
fn every_wrong_detail_is_listed() {
    let provider = Provider::start();
    let path = at(&register(provider.ada(), "Detailed"));
    let refused = |body: &Value| {
        let answer = call_json(provider.ada(), Method::PATCH, &path, &[("if-match", "*")], body);
        let errors = answer.problem(422)["errors"].as_array().unwrap().clone();
        let mut fields: Vec<_> =
            errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
        fields.sort_unstable();
        fields
    };
    let all = json!({
        "owner": "x".repeat(101), "contact": "a\tb", "note": "\u{0}", "functional_user": "a b",
        "networks": ["10.0.0.0/8", "nonsense"], "ends_at": "2099-02-30", "name": "",
    });
    let fields = ["contact", "ends_at", "functional_user", "name", "networks", "note", "owner"];
    assert_eq!(refused(&all), fields);
    assert_eq!(refused(&json!({ "name": "\u{200b}\u{3164}" })), ["name"], "nothing of it can be seen");
    assert_eq!(refused(&json!({ "functional_user": "nobody" })), ["functional_user"]);
    assert_eq!(refused(&json!({ "reason": "a\nb" })), ["reason"]);
    let bad = call_json(
        provider.ada(),
        Method::PATCH,
        &path,
        &[("if-match", "*")],
        &json!({ "networks": "10.0.0.0/8" }),
    );
    bad.problem(400);
}

#[test]
fn every_change_takes_a_reason_and_a_decision_keeps_it() {
    let provider = Provider::start();
    let ada = provider.ada();
    let body = json!({ "name": "Reasoned", "secret": SECRET, "reason": "As agreed." });
    let made = call_json(ada, Method::POST, CONSUMERS, &[], &body).is(201).json();
    let key = made["key"].as_str().unwrap();
    assert_eq!(
        (&made["reason"], newest(&provider, key)["reason"].clone()),
        (&Value::Null, json!("As agreed."))
    );
    let decide =
        |verb: &str, body: &Value| call_json(ada, Method::POST, &format!("{}/{verb}", at(key)), &[], body);
    let approved = decide("approve", &json!({ "reason": " Checked. " })).is(200).json();
    assert_eq!((&approved["status"], &approved["reason"]), (&json!("approved"), &json!("Checked.")));
    let line = newest(&provider, key);
    assert_eq!((&line["reason"], &line["after"]["reason"]), (&json!("Checked."), &json!("Checked.")));
    let patch = json!({ "owner": "Quality", "reason": "They said so." });
    let edited = call_json(ada, Method::PATCH, &at(key), &[("if-match", "*")], &patch).is(200).json();
    assert_eq!(edited["reason"], "Checked.", "an edit decides nothing");
    assert_eq!(newest(&provider, key)["reason"], "They said so.");
    for body in [json!({}), json!(null), json!({ "reason": null })] {
        assert_eq!(decide("disapprove", &body).is(200).json()["reason"], Value::Null, "{body}");
    }
    let removed = call_json(ada, Method::DELETE, &at(key), &[], &json!({ "reason": "Not used." }));
    assert_eq!(removed.status, 204);
    assert_eq!(newest(&provider, key)["reason"], "Not used.");
}

#[test]
fn a_decision_without_a_body_needs_none_and_a_body_that_says_something_else_is_refused() {
    let provider = Provider::start();
    let (ada, app) = (provider.ada(), provider.pending("Decided"));
    let path = format!("{}/approve", at(&app.key));
    let other = |body: &Value| call_json(ada, Method::POST, &path, &[], body);
    other(&json!({ "reasons": "x" })).problem(400);
    for body in [json!("x"), json!(["x"]), json!([null]), json!({ "reason": 5 })] {
        other(&body).problem(400);
    }
    other(&json!({ "reason": "x".repeat(501) })).problem(422);
    let form = ada.request(Method::POST, &path).header("content-type", FORM);
    send(form.body("reason=Checked".to_owned()).unwrap()).problem(415);
    assert_eq!(ada.get(&at(&app.key)).json()["status"], "pending", "nothing was decided");
    call(ada, Method::POST, &path, &[]).is(200);
    let console = provider.console("Console").dance(ada);
    let in_form = console.call("POST", &format!("{}/disapprove", at(&app.key)));
    let in_form = in_form.place(crate::support::signer::Place::Form).sign();
    assert_eq!(
        in_form.send().is(200).json()["status"],
        "disapproved",
        "the protocol's own form says nothing"
    );
}
