//! What the API says about itself.

use http::Method;
use serde_json::{Value, json};

use super::call_json;
use crate::{
    permissions::{Line, TABLE},
    support::signer::Provider,
};

fn operations() -> impl Iterator<Item = &'static Line> {
    TABLE.iter().filter(|line| line.is_operation())
}

#[test]
fn openapi_lists_every_call_and_where_the_server_is() {
    let provider = Provider::start();
    let answer = provider.visitor().get("/api/v1/openapi.json").is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], provider.url);
    for line in operations() {
        let (method, path) = (line.method().as_str().to_lowercase(), line.path());
        let operation = &document["paths"][path][&method];
        assert!(operation["summary"].is_string(), "{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}");
        assert!(answers.contains_key("401"), "{method} {path}");
    }
}

#[test]
fn every_reference_in_openapi_leads_somewhere() {
    let provider = Provider::start();
    let document = provider.visitor().get("/api/v1/openapi.json").is(200);
    let json = document.json();
    let references: Vec<_> =
        document.text().split("\"$ref\":").skip(1).map(|rest| rest.split('"').nth(1).unwrap()).collect();
    assert!(references.len() > 10);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(json.pointer(pointer).is_some(), "{reference}");
    }
}

/// The schema of the JSON that an operation takes, if it takes any; without what only says that it may be absent.
fn body<'a>(document: &'a Value, line: &Line) -> Option<&'a Value> {
    let method = line.method().as_str().to_lowercase();
    let content = &document["paths"][line.path()][&method]["requestBody"]["content"];
    let schema = content.get("application/json")?.get("schema")?;
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let named = alternatives.chain([schema]).find_map(|schema| schema["$ref"].as_str());
    Some(document.pointer(named.expect("bodies have a name").strip_prefix('#').unwrap()).unwrap())
}

#[test]
fn openapi_forbids_further_members_of_a_body_as_the_server_does() {
    let provider = Provider::start();
    let document = provider.visitor().get("/api/v1/openapi.json").is(200).json();
    let app = provider.app_of("Kept", "grace");
    let mut count = 0;
    for line in operations() {
        let Some(schema) = body(&document, line) else { continue };
        assert_eq!(schema["additionalProperties"], false, "{} {}: {schema}", line.method(), line.path());
        let path = line.path().replace("{key}", &app.key).replace("{username}", "grace");
        let sent =
            json!({ "name": "Changed", "secret": "a consumer secret", "username": "bob", "further": true });
        let known = |name: &str| name == "further" || schema["properties"].get(name).is_some();
        let sent: Value =
            sent.as_object().unwrap().clone().into_iter().filter(|(name, _)| known(name)).collect();
        call_json(provider.ada(), line.method(), &path, &[("if-match", "*")], &sent).problem(400);
        count += 1;
    }
    assert!(count >= 7, "{count}");
    // Nothing of it was done.
    app.echo().send().is(200);
}

#[test]
fn a_page_shows_every_call_to_people_without_sign_in() {
    let provider = Provider::start();
    let answer = provider.visitor().get("/api/v1/docs").is(200);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.header("content-security-policy").contains("default-src 'self'"));
    for path in operations().map(Line::path) {
        assert!(answer.text().contains(path), "{path}");
    }
}

#[test]
fn a_prefix_is_in_the_servers_address_and_in_locations() {
    let public = "https://tools.example/keys";
    let provider = Provider::with(&[("LATCHKEY_PUBLIC_URL", public)]);
    for path in ["/api/v1/openapi.json", "/keys/api/v1/openapi.json"] {
        assert_eq!(provider.visitor().get(path).is(200).json()["servers"][0]["url"], public);
    }
    let body = serde_json::json!({ "name": "Located", "secret": crate::support::SECRET });
    let made = super::call_json(provider.ada(), Method::POST, "/api/v1/consumers", &[], &body).is(201);
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let location = made.header("location").replace("https://tools.example", "");
    assert_eq!(location, format!("/keys/api/v1/consumers/{key}"));
    provider.ada().get(&location).is(200);
}
