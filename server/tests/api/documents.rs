//! What the API says about itself.

use http::Method;

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
