//! Registering, editing, deciding about and removing consumers.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{NOWHERE, at, call, call_json, register};
use crate::support::{
    SECRET,
    redact::redacted,
    signer::{CONSUMERS, Provider},
};

#[test]
fn a_consumer_is_registered_pending_and_found_where_the_answer_says() {
    let provider = Provider::start();
    let ada = provider.ada();
    let body = json!({ "name": "  Änderungen & co ", "secret": SECRET });
    let made = call_json(ada, Method::POST, CONSUMERS, &[], &body).is(201);
    let consumer = made.json();
    assert_json_snapshot!(redacted(consumer.clone()), @r#"
    {
      "allow_oauth_1_0": false,
      "callback_url": null,
      "callback_urls": [],
      "contact": null,
      "created_at": "[created_at]",
      "created_by": "ada",
      "disapproved_until": null,
      "ends_at": null,
      "functional_user": null,
      "has_secret": true,
      "key": "[key]",
      "last_used_at": null,
      "may_administer": false,
      "name": "Änderungen & co",
      "networks": [],
      "note": null,
      "owner": null,
      "reason": null,
      "request_fingerprint": null,
      "requested_from": null,
      "requested_times": 0,
      "resembles": null,
      "revision": 1,
      "rsa_public_key": null,
      "status": "pending",
      "trusted": false,
      "trusted_wished": false,
      "updated_at": "[updated_at]"
    }
    "#);
    assert!(consumer["created_at"].as_str().unwrap().ends_with('Z'), "{consumer}");
    assert_eq!(made.header("etag"), "\"1\"");
    let key = consumer["key"].as_str().unwrap();
    let location = made.header("location").replace(&provider.url, "");
    assert_eq!(location, at(key));
    let shown = ada.get(&location).is(200);
    assert_eq!((shown.json(), shown.header("etag")), (consumer, "\"1\""));
    assert_eq!(shown.header("cache-control"), "no-store");
}

#[test]
fn a_change_says_what_it_is_based_on() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Before"));
    let rename = |name: &str, headers: &[(&str, &str)]| {
        call_json(ada, Method::PATCH, &path, headers, &json!({ "name": name }))
    };
    rename("Absent", &[]).problem(428);
    for stale in ["\"0\"", "\"2\"", "W/\"1\"", "\"nonsense\""] {
        rename("Stale", &[("if-match", stale)]).problem(412);
    }
    for unreadable in ["1", "", "\"1", "\"1\", 2"] {
        let told = rename("Unreadable", &[("if-match", unreadable)]).problem(400);
        assert!(told["detail"].as_str().unwrap().contains("with its quotation marks"), "{told}");
    }
    assert_eq!(ada.get(&path).is(200).json()["name"], "Before");
    let changed = rename("Second", &[("if-match", "\"1\"")]).is(200);
    assert_eq!((changed.header("etag"), &changed.json()["name"]), ("\"2\"", &json!("Second")));
    let late = rename("Third", &[("if-match", "\"1\"")]).problem(412);
    assert_json_snapshot!(redacted(late), @r#"
    {
      "detail": "The consumer is at revision \"2\" now: somebody changed it. Look at it again, then decide.",
      "request_id": "[request_id]",
      "status": 412,
      "title": "Precondition Failed",
      "type": "about:blank"
    }
    "#);
    rename("Third", &[("if-match", "\"7\", \"2\"")]).is(200);
    let any = rename("Fourth", &[("if-match", "*")]).is(200);
    assert_eq!((any.header("etag"), &any.json()["revision"]), ("\"4\"", &json!(4)));
    let shown = ada.get(&path).is(200);
    assert_eq!((shown.json(), shown.header("etag")), (any.json(), "\"4\""));
}

#[test]
fn of_two_changes_at_once_based_on_the_same_one_is_told_that_it_came_late() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Race"));
    let rename = |n: usize| {
        let body = json!({ "name": format!("Name {n}") });
        call_json(ada, Method::PATCH, &path, &[("if-match", "\"1\"")], &body).status
    };
    let mut statuses: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|n| scope.spawn(move || rename(n))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
}

#[test]
fn every_property_can_be_changed_and_what_is_absent_stays() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Edited"));
    let edit = |body: Value| call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &body).is(200).json();
    let callback = "https://app.example/cb";
    assert_eq!(edit(json!({ "trusted": true, "callback_url": callback }))["callback_url"], callback);
    let named = edit(json!({ "name": "Named" }));
    assert_eq!((&named["trusted"], &named["callback_url"]), (&json!(true), &json!(callback)));
    let without = edit(json!({ "callback_url": null, "trusted": false }));
    assert_eq!((&without["trusted"], &without["callback_url"]), (&json!(false), &Value::Null));
    let before = edit(json!({ "may_administer": true }));
    assert_eq!(before["may_administer"], true);
    assert_eq!(edit(json!({})), before, "nothing is no change");
    let after = edit(json!({ "secret": "another secret" }));
    assert_eq!(after["revision"], before["revision"].as_i64().unwrap() + 1);
}

#[test]
fn deciding_twice_is_no_error_and_no_change() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Decided"));
    for (verb, status, revision) in
        [("approve", "approved", 2), ("disapprove", "disapproved", 3), ("approve", "approved", 4)]
    {
        for _ in 0..2 {
            let decided = call(ada, Method::POST, &format!("{path}/{verb}"), &[]).is(200);
            let etag = format!("\"{revision}\"");
            assert_eq!((decided.header("etag"), &decided.json()["status"]), (&*etag, &json!(status)));
        }
    }
}

#[test]
fn a_pending_consumer_can_be_disapproved_at_once() {
    let provider = Provider::start();
    let app = provider.pending("Never");
    assert_eq!(provider.decide("disapprove", &app)["status"], "disapproved");
    app.ask("oob").send().refused(401, "consumer_key_rejected");
}

#[test]
fn removing_is_done_when_it_is_gone_however_often_it_is_asked() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Removed"));
    for path in [&*path, &path, &at(NOWHERE)] {
        let answer = call(ada, Method::DELETE, path, &[]).is(204);
        assert!(answer.body.is_empty());
    }
    call(ada, Method::DELETE, &at("no%20key"), &[]).problem(404);
    ada.get(&path).problem(404);
    call(ada, Method::POST, &format!("{path}/approve"), &[]).problem(404);
    call(ada, Method::POST, &format!("{path}/disapprove"), &[]).problem(404);
    call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &json!({ "name": "Gone" })).problem(404);
    assert_eq!(ada.get(CONSUMERS).is(200).json()["total"], 0);
}
