//! What was done, by whom, from where.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{at, call, call_json, register};
use crate::support::{Browser, redact::redacted, signer::Provider};

#[track_caller]
fn lines(ada: &Browser, query: &str) -> Vec<Value> {
    let page = ada.get(&format!("/api/v1/activity?{query}")).is(200).json();
    page["items"].as_array().unwrap().clone()
}

fn actions(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["action"].as_str().unwrap()).collect()
}

#[test]
fn everything_done_to_a_consumer_is_told_newest_first() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Told");
    let path = at(&key);
    call(ada, Method::POST, &format!("{path}/approve"), &[]).is(200);
    call(ada, Method::POST, &format!("{path}/approve"), &[]).is(200);
    let body = json!({ "name": "Renamed", "secret": "another secret" });
    call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &body).is(200);
    call(ada, Method::POST, &format!("{path}/disapprove"), &[]).is(200);
    call(ada, Method::DELETE, &path, &[]).is(204);
    call(ada, Method::DELETE, &path, &[]).is(204);
    register(ada, "Another");
    let told = lines(ada, &format!("consumer={key}"));
    let expected = [
        "consumer_removed",
        "consumer_disapproved",
        "consumer_edited",
        "consumer_approved",
        "consumer_registered",
    ];
    assert_eq!(actions(&told), expected);
    for line in &told {
        assert_eq!((&line["actor"], &line["address"]), (&json!("ada"), &json!("127.0.0.1")), "{line}");
        assert_eq!(line["consumer_key"], json!(key));
        assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    let ids: Vec<_> = told.iter().map(|line| line["id"].as_i64().unwrap()).collect();
    assert!(ids.iter().rev().is_sorted(), "{ids:?}");
    assert_eq!((&told[4]["before"], &told[4]["after"]["name"]), (&Value::Null, &json!("Told")));
    assert_eq!((&told[0]["before"]["status"], &told[0]["after"]), (&json!("disapproved"), &Value::Null));
    assert!(!json!(told).to_string().contains("another secret"));
}

#[test]
fn a_line_has_the_consumer_as_it_was_and_as_it_is_and_no_secret() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Told");
    let path = at(&key);
    call(ada, Method::POST, &format!("{path}/approve"), &[]).is(200);
    let body = json!({ "name": "Renamed", "secret": "another secret" });
    call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &body).is(200);
    let told = lines(ada, &format!("consumer={key}"));
    assert_json_snapshot!(redacted(told[0].clone()), @r#"
    {
      "action": "consumer_edited",
      "actor": "ada",
      "address": "127.0.0.1",
      "after": {
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
        "name": "Renamed",
        "networks": [],
        "note": null,
        "owner": null,
        "reason": null,
        "request_fingerprint": null,
        "requested_from": null,
        "requested_times": 0,
        "resembles": null,
        "revision": 3,
        "rsa_public_key": null,
        "secret_changed": true,
        "status": "approved",
        "trusted": false,
        "trusted_wished": false,
        "updated_at": "[updated_at]"
      },
      "at": "[at]",
      "before": {
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
        "name": "Told",
        "networks": [],
        "note": null,
        "owner": null,
        "reason": null,
        "request_fingerprint": null,
        "requested_from": null,
        "requested_times": 0,
        "resembles": null,
        "revision": 2,
        "rsa_public_key": null,
        "status": "approved",
        "trusted": false,
        "trusted_wished": false,
        "updated_at": "[updated_at]"
      },
      "consumer_key": "[consumer_key]",
      "id": "[id]",
      "reason": null
    }
    "#);
    assert!(!json!(told).to_string().contains("another secret"));
}

#[test]
fn the_dance_is_told_with_who_decided_and_for_whom() {
    let provider = Provider::start();
    let app = provider.app_of("Dances", "grace");
    let told = lines(provider.ada(), &format!("consumer={}", app.key));
    assert_eq!(actions(&told)[..2], ["token_issued", "access_allowed"]);
    assert_eq!((&told[0]["actor"], &told[1]["actor"]), (&json!("grace"), &json!("grace")));
    app.echo().send().is(200);
    app.echo().send().is(200);
    assert_eq!(
        lines(provider.ada(), &format!("consumer={}", app.key)).len(),
        told.len(),
        "calls are no activity"
    );
}

#[test]
fn the_list_comes_in_pages_and_of_one_consumer_alone() {
    let provider = Provider::start();
    let ada = provider.ada();
    let keys = ["One", "Two", "Three"].map(|name| register(ada, name));
    for key in &keys {
        call(ada, Method::POST, &format!("{}/approve", at(key)), &[]).is(200);
    }
    let all = lines(ada, "");
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ada.get(&format!("/api/v1/activity?limit=2{cursor}")).is(200).json();
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all);
    let of_one = lines(ada, &format!("consumer={}", keys[1]));
    assert_eq!(actions(&of_one), ["consumer_approved", "consumer_registered"]);
    assert!(lines(ada, "consumer=00000000-0000-4000-8000-000000000000").is_empty());
}
