//! Whole bodies of answers, as outside programs read them: a member that goes, comes or changes its name shows here. Those of a
//! consumer and of the activity stand where these are tested.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{NOWHERE, at, call, call_json, register};
use crate::support::{
    Browser, SECRET,
    redact::redacted,
    signer::{CONSUMERS, Provider},
};

const USERS: &str = "/api/v1/users";

fn shown(who: &Browser, path: &str) -> Value {
    redacted(who.get(path).is(200).json())
}

#[test]
fn a_page_of_a_list_has_items_a_cursor_and_a_total() {
    let provider = Provider::start();
    let ada = provider.ada();
    let keys = ["First", "Second"].map(|name| register(ada, name));
    let page = ada.get(&format!("{CONSUMERS}?limit=1")).is(200).json();
    let members: Vec<_> = page.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["items", "next_cursor", "total"]);
    assert_eq!((&page["items"][0]["key"], &page["total"]), (&json!(keys[1]), &json!(2)));
    assert!(page["next_cursor"].is_string(), "{page}");
}

#[test]
fn users_and_who_is_signed_in_have_these_members() {
    let provider = Provider::start();
    let ada = provider.ada();
    assert_json_snapshot!(shown(ada, &format!("{USERS}/grace")), @r#"
    {
      "configure_server": false,
      "created_at": "[created_at]",
      "disabled": false,
      "has_password": true,
      "last_signed_in_at": null,
      "name": null,
      "second_factor": false,
      "sessions": 0,
      "username": "grace"
    }
    "#);
    let body = json!({ "username": "bob", "name": "Bob Marsh" });
    let added = call_json(ada, Method::POST, USERS, &[], &body).is(201).json();
    assert_json_snapshot!(redacted(added), @r#"
    {
      "password_link": {
        "expires_at": "[expires_at]",
        "url": "[url]"
      },
      "user": {
        "configure_server": false,
        "created_at": "[created_at]",
        "disabled": false,
        "has_password": false,
        "last_signed_in_at": null,
        "name": "Bob Marsh",
        "second_factor": false,
        "sessions": 0,
        "username": "bob"
      }
    }
    "#);
    let app = provider.app_of("Dances", "grace");
    assert_json_snapshot!(shown(ada, &format!("{}/tokens", at(&app.key))), @r#"
    {
      "items": [
        {
          "id": "[id]",
          "last_used_at": null,
          "protocol": "OAuth 1.0a",
          "since": "[since]",
          "user": "grace"
        }
      ],
      "next_cursor": null
    }
    "#);
}

#[test]
fn what_is_refused_is_told_as_problem_details_with_a_number_to_quote() {
    let provider = Provider::start();
    let ada = provider.ada();
    let grace = provider.signed_in("grace");
    assert_json_snapshot!(redacted(grace.get(CONSUMERS).problem(403)), @r#"
    {
      "detail": "This needs a user with the Configure Server permission.",
      "request_id": "[request_id]",
      "status": 403,
      "title": "Forbidden",
      "type": "about:blank"
    }
    "#);
    assert_json_snapshot!(redacted(ada.get(&at(NOWHERE)).problem(404)), @r#"
    {
      "detail": "There is no consumer with the key 00000000-0000-4000-8000-000000000000.",
      "request_id": "[request_id]",
      "status": 404,
      "title": "Not Found",
      "type": "about:blank"
    }
    "#);
    let taken = json!({ "name": "Again", "secret": SECRET, "key": "taken" });
    call_json(ada, Method::POST, CONSUMERS, &[], &taken).is(201);
    assert_json_snapshot!(redacted(call_json(ada, Method::POST, CONSUMERS, &[], &taken).problem(409)), @r#"
    {
      "detail": "The key taken is taken: a consumer has it already, or had it before it was removed. Bring another key along, or none for a new one.",
      "errors": [
        {
          "detail": "The key taken is taken: a consumer has it already, or had it before it was removed. Bring another key along, or none for a new one.",
          "field": "key"
        }
      ],
      "request_id": "[request_id]",
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);
    let app = provider.app_of("Signs", "grace");
    let unsigned = provider.visitor().get(CONSUMERS).problem(401);
    assert_json_snapshot!(redacted(unsigned), @r#"
    {
      "detail": "Sign the request with OAuth 1.0a, or send the session cookie of a signed-in browser.",
      "request_id": "[request_id]",
      "status": 401,
      "title": "Unauthorized",
      "type": "about:blank"
    }
    "#);
    let refused = app.echo().with("oauth_timestamp", "1").send().problem(401);
    let acceptable = refused["oauth_acceptable_timestamps"].as_str().unwrap().to_owned();
    assert!(acceptable.split_once('-').is_some_and(|(from, to)| from < to), "{acceptable}");
    let members: Vec<_> = refused.as_object().unwrap().keys().map(String::as_str).collect();
    let told = [
        "detail",
        "oauth_acceptable_timestamps",
        "oauth_problem",
        "oauth_problem_advice",
        "request_id",
        "status",
        "title",
        "type",
    ];
    assert_eq!(members, told);
    let huge = json!({ "name": "x".repeat(70_000), "secret": SECRET });
    assert_json_snapshot!(redacted(call_json(ada, Method::POST, CONSUMERS, &[], &huge).problem(413)), @r#"
    {
      "detail": "A body may hold 64 KiB at most.",
      "request_id": "[request_id]",
      "status": 413,
      "title": "Payload Too Large",
      "type": "about:blank"
    }
    "#);
    let text = ada.request(Method::POST, CONSUMERS).header("content-type", "text/plain").body("{}").unwrap();
    assert_json_snapshot!(redacted(crate::support::browser::send(text).problem(415)), @r#"
    {
      "detail": "Send JSON, with Content-Type: application/json.",
      "request_id": "[request_id]",
      "status": 415,
      "title": "Unsupported Media Type",
      "type": "about:blank"
    }
    "#);
    let path = at(&register(ada, "Second"));
    assert_json_snapshot!(redacted(call(ada, Method::PATCH, &path, &[]).problem(428)), @r#"
    {
      "detail": "Send If-Match with the ETag of the consumer as you saw it, so that nobody's change is overwritten; or *.",
      "request_id": "[request_id]",
      "status": 428,
      "title": "Precondition Required",
      "type": "about:blank"
    }
    "#);
}
