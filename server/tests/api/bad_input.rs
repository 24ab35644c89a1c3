//! What a call cannot be done with.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{NOWHERE, at, call, call_json, register};
use crate::support::{
    SECRET,
    browser::{Answer, send},
    redact::redacted,
    signer::{CONSUMERS, Provider},
};

/// The wrong fields of a 422, each with a sentence.
#[track_caller]
fn wrong_fields(answer: &Answer) -> Vec<String> {
    let details = answer.problem(422);
    let errors = details["errors"].as_array().unwrap();
    assert!(
        errors.iter().all(|error| error["detail"].as_str().is_some_and(|detail| detail.ends_with('.'))),
        "{details}"
    );
    let mut fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    fields.sort_unstable();
    fields
}

#[test]
fn every_field_that_is_wrong_is_told_at_once() {
    let provider = Provider::start();
    let ada = provider.ada();
    let register_as = |name: &str, secret: &str| {
        wrong_fields(&call_json(
            ada,
            Method::POST,
            CONSUMERS,
            &[],
            &json!({ "name": name, "secret": secret }),
        ))
    };
    assert_eq!(register_as("", "short"), ["name", "secret"]);
    let body = json!({ "name": "", "secret": "short" });
    let invalid = call_json(ada, Method::POST, CONSUMERS, &[], &body).problem(422);
    assert_json_snapshot!(redacted(invalid), @r#"
    {
      "detail": "Some of this cannot be accepted: errors lists every field that is wrong.",
      "errors": [
        {
          "detail": "Enter a name.",
          "field": "name"
        },
        {
          "detail": "Use at least 8 characters; this has 5.",
          "field": "secret"
        }
      ],
      "request_id": "[request_id]",
      "status": 422,
      "title": "Unprocessable Entity",
      "type": "about:blank"
    }
    "#);
    let absent = |body: &Value| wrong_fields(&call_json(ada, Method::POST, CONSUMERS, &[], body));
    let with_reason = json!({ "name": "", "secret": "short", "reason": "a\nb" });
    assert_eq!(absent(&with_reason), ["name", "reason", "secret"]);
    assert_eq!(absent(&json!({})), ["name", "secret"]);
    assert_eq!(absent(&json!({ "name": "Name" })), ["secret"]);
    for name in ["", "   ", &"x".repeat(101), "a\nb", "\u{7f}"] {
        assert_eq!(register_as(name, SECRET), ["name"], "{name:?}");
    }
    for secret in ["", "1234567", &"x".repeat(257), "12345678\t"] {
        assert_eq!(register_as("Name", secret), ["secret"], "{secret:?}");
    }
    assert_eq!(ada.get(CONSUMERS).is(200).json()["total"], 0);
    let path = at(&register(ada, &"ä".repeat(100)));
    let body = json!({
        "name": " ", "secret": "short", "callback_url": "javascript:alert(1)", "rsa_public_key": "nonsense",
        "reason": "\u{200b}",
    });
    let edited = call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &body);
    assert_eq!(wrong_fields(&edited), ["callback_url", "name", "reason", "rsa_public_key", "secret"]);
    for callback in
        ["/cb", "ftp://a/", "https://u:p@a/", "https://a/#x", "http://x;sandbox/", "https://*.example/cb"]
    {
        let body = json!({ "callback_url": callback });
        let edited = call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &body);
        assert_eq!(wrong_fields(&edited), ["callback_url"], "{callback}");
    }
    assert_eq!(ada.get(&path).is(200).json()["revision"], 1);
}

#[test]
fn a_body_that_is_no_json_object_is_400_and_another_media_type_415() {
    let provider = Provider::start();
    let ada = provider.ada();
    let path = at(&register(ada, "Kept"));
    for (method, path) in [(Method::POST, CONSUMERS), (Method::PATCH, &path)] {
        let send_as = |kind: Option<&str>, body: &[u8]| {
            let request = ada.request(method.clone(), path).header("if-match", "*");
            let request =
                kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
            send(request.body(body.to_vec()).unwrap())
        };
        for body in [
            &b"{"[..],
            b"",
            b"null",
            b"[]",
            b"\"text\"",
            b"\xff",
            b"{\"name\":\"a\",\"secret\":5}",
            b"{\"name\":[]}",
            b"{\"name\":\"a name\",\"secret\":\"long enough\",\"approved\":true}",
        ] {
            let details = send_as(Some("application/json"), body).problem(400);
            assert!(!details.to_string().contains("invalid type"), "{details}");
        }
        let latin_1 = send_as(Some("application/json"), b"{\"name\":\"Jos\xe9\"}").problem(400);
        let detail = latin_1["detail"].as_str().unwrap();
        assert!(detail.contains("UTF-8") && !detail.contains("column"), "{detail}");
        let good = json!({ "name": "Changed", "secret": SECRET }).to_string();
        for kind in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/jsonp"),
            Some(""),
        ] {
            send_as(kind, good.as_bytes()).problem(415);
        }
        let status = send_as(Some("Application/JSON; charset=utf-8"), good.as_bytes()).status;
        assert!((200..300).contains(&status), "{status}");
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(64 * 1024));
        send_as(Some("application/json"), large.as_bytes()).problem(413);
    }
}

#[test]
fn a_member_that_is_unknown_doubled_or_of_another_type_is_named_and_its_value_is_not() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Kept");
    let approve = format!("{}/approve", at(&key));
    for (path, body, named) in [
        (CONSUMERS, r#"{"name":"a","secret":"hunter2hunter2","approved":true}"#, "approved"),
        (CONSUMERS, r#"{"name":"a","secret":["hunter2"]}"#, "secret"),
        (CONSUMERS, r#"{"name":"a","name":"b","secret":"hunter2hunter2"}"#, "name"),
        (&approve, r#"{"reason":"hunter2","reason":"b"}"#, "reason"),
        (&approve, r#"{"reason":["hunter2"]}"#, "reason"),
        (&approve, r#"{"because":"hunter2"}"#, "because"),
    ] {
        let request = ada.request(Method::POST, path).header("content-type", "application/json");
        let problem = send(request.body(body.to_owned()).unwrap()).problem(400);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("member \"{named}\"")), "{detail}");
        assert!(!detail.contains("hunter2"), "{detail}");
    }
    for (path, member) in [
        (at(&key), "name"),
        (at(&key), "secret"),
        (at(&key), "trusted"),
        (at(&key), "may_administer"),
        (at(&key), "allow_oauth_1_0"),
        (at(&key), "sign_everybody_out"),
        ("/api/v1/users/grace".to_owned(), "disabled"),
        ("/api/v1/users/grace".to_owned(), "configure_server"),
    ] {
        let answer = call_json(ada, Method::PATCH, &path, &[("if-match", "*")], &json!({ member: null }));
        let problem = answer.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains(&format!("member \"{member}\"")), "{problem}");
    }
    // Its elements are no members, however many there are.
    let list = json!(["a", SECRET, null, null, null]);
    call_json(ada, Method::POST, CONSUMERS, &[], &list).problem(400);
    let kept = ada.get(CONSUMERS).is(200).json();
    assert_eq!((&kept["total"], &kept["items"][0]["status"]), (&json!(1), &json!("pending")));
}

#[test]
fn a_query_that_cannot_be_understood_is_400_and_an_empty_parameter_is_absent() {
    let provider = Provider::start();
    let key = register(provider.ada(), "Listed");
    for query in [
        "status=open",
        "status=Approved",
        "sort=size",
        "order=up",
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=ten",
        "limit=99999999999999999999",
        "cursor=nonsense",
        "cursor=&cursor=",
        "limit=&limit=5",
        "page=",
        "limit=5&limit=6",
    ] {
        provider.ada().get(&format!("{CONSUMERS}?{query}")).problem(400);
    }
    for query in ["limit=0", "limit=501", "limit=x", "cursor=x", "consumer=x/y", "page="] {
        provider.ada().get(&format!("/api/v1/activity?{query}")).problem(400);
    }
    for list in [CONSUMERS, "/api/v1/activity"] {
        let first = provider.ada().get(&format!("{list}?limit=500")).is(200).json();
        let with_empty = provider.ada().get(&format!("{list}?limit=500&cursor=")).is(200).json();
        assert_eq!(with_empty, first, "an empty cursor is that of the first page");
    }
    let document = provider.visitor().get("/api/v1/openapi.json").is(200).json();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let names = parameters.filter(|of| of["in"] == "query").map(|of| of["name"].as_str().unwrap());
        let empty: Vec<_> = names.map(|name| format!("{name}=")).collect();
        let path = path.replace("{key}", &key);
        if !empty.is_empty() {
            provider.ada().get(&format!("{path}?{}", empty.join("&"))).is(200);
        }
    }
    provider.ada().get(&format!("{CONSUMERS}?limit=500")).is(200);
    provider.ada().get("/api/v1/activity?limit=500").is(200);
}

#[test]
fn what_is_not_there_is_404_and_what_cannot_be_done_with_it_405() {
    let provider = Provider::start();
    let ada = provider.ada();
    for path in [
        at(NOWHERE),
        at("nonsense"),
        at("%20"),
        at("a.b"),
        "/api/v1/nothing".into(),
        "/api/v1".into(),
        "/api/v1/".into(),
    ] {
        ada.get(&path).problem(404);
    }
    for no_key in ["%20", "a%20b", "a%22b", "%C3%A9", &"k".repeat(65)] {
        call(ada, Method::DELETE, &at(no_key), &[]).problem(404);
    }
    for nobodys in [NOWHERE, "nonsense", "a.b", &"k".repeat(64)] {
        call(ada, Method::DELETE, &at(nobodys), &[]).is(204);
    }
    call(ada, Method::POST, &format!("{}/approve", at(NOWHERE)), &[]).problem(404);
    call(ada, Method::POST, &format!("{}/approve", at("nonsense")), &[]).problem(404);
    call(ada, Method::POST, &format!("{}/remove", at(NOWHERE)), &[]).problem(404);
    for (method, path) in [
        (Method::PUT, CONSUMERS.to_owned()),
        (Method::DELETE, CONSUMERS.to_owned()),
        (Method::PUT, at(NOWHERE)),
        (Method::GET, format!("{}/approve", at(NOWHERE))),
        (Method::POST, "/api/v1/activity".to_owned()),
        (Method::POST, "/api/v1/whoami".to_owned()),
    ] {
        call(ada, method, &path, &[]).problem(405);
    }
}

#[test]
fn a_path_that_is_no_text_is_refused_with_problem_details() {
    let provider = Provider::start();
    let ada = provider.ada();
    let told = [
        ada.get(&at("%FF")),
        ada.get("/api/v1/users/%FF"),
        call(ada, Method::DELETE, &format!("{}/tokens/%FF", at(NOWHERE)), &[]),
    ];
    for answer in told {
        let told = answer.problem(404);
        assert!(told["detail"].as_str().unwrap().contains("not UTF-8"), "{told}");
    }
}

#[test]
fn a_missing_field_is_wrong_input_and_not_the_servers_fault() {
    let provider = Provider::start();
    for body in [
        json!({}),
        json!({ "name": "No secret" }),
        json!({ "secret": SECRET }),
        json!({ "name": null, "secret": null }),
    ] {
        let answer = call_json(provider.ada(), Method::POST, CONSUMERS, &[], &body);
        assert!([400, 422].contains(&answer.status), "{body}: {answer:?}");
        assert_ne!(answer.problem(answer.status)["detail"], Value::Null);
    }
}
