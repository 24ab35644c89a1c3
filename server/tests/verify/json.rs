//! A request that a tool describes in JSON.

use http::Request;
use serde_json::{Value, json};

use crate::support::{
    browser::{Answer, send},
    signer::{Place, Provider, verify_json},
};

const TOOL: &str = "https://tool.example/items";

#[track_caller]
fn is_malformed(answer: Answer) {
    let answer = answer.is(400);
    assert!(!answer.text().contains("active"), "{answer:?}");
}

#[test]
fn a_right_request_is_active_with_its_user_and_consumer() {
    let provider = Provider::start();
    let app = provider.app_of("Änderungen & co", "grace");
    let answer = app.get(TOOL).query(&[("a", "b c")]).sign().verify_json().is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let expected = json!({
        "active": true, "user": "grace", "consumer_key": app.key, "consumer_name": "Änderungen & co",
    });
    assert_eq!(answer.json(), expected);
    let alone = app.alone().get(TOOL).sign().verify_json().is(200).json();
    assert_eq!((&alone["active"], &alone["user"]), (&json!(true), &Value::Null));
    for place in [Place::Query, Place::Form] {
        let signed = app.call("POST", TOOL).place(place).form(&[("a", "1")]).sign();
        assert_eq!(signed.verify_json().json()["active"], true, "{place:?}");
    }
}

#[test]
fn the_method_may_come_in_any_case_and_absent_members_or_null_are_the_same() {
    let provider = Provider::start();
    let app = provider.app("Members");
    let signed = app.get(TOOL).place(Place::Query).sign();
    let bare = json!({ "method": "get", "url": signed.url });
    assert_eq!(verify_json(&provider.internal, &bare.to_string()).json()["active"], true);
    let unsigned = json!({ "method": "GET", "url": TOOL });
    verify_json(&provider.internal, &unsigned.to_string()).refused_at_json("parameter_absent");
}

#[test]
fn what_is_no_url_is_told_as_a_problem() {
    let provider = Provider::start();
    let app = provider.app("No URL");
    for (url, mistake) in [
        ("", "http://"),
        ("/items", "http://"),
        ("tool.example", "http://"),
        ("ftp://tool.example/", "http://"),
        ("wss://tool.example/", "wss://"),
        ("https://", "host"),
        ("https://a,b/", "host"),
        ("https://ä.example/", "host"),
        ("https://a b/", "space"),
        ("https://a:70000/", "port"),
        ("https://u@tool.example/", "user name"),
    ] {
        let mut signed = app.get(TOOL).sign();
        url.clone_into(&mut signed.url);
        let answer = signed.verify_json();
        answer.refused_at_json("parameter_rejected");
        assert!(answer.json()["advice"].as_str().unwrap().contains(mistake), "{url}: {answer:?}");
    }
}

#[test]
fn malformed_json_is_400() {
    let provider = Provider::start();
    let ask = |body: &str| verify_json(&provider.internal, body);
    for body in
        ["", "{", "[]", "null", "\"text\"", "nonsense", "{\"method\":\"GET\"}", "{\"url\":\"http://a/\"}"]
    {
        is_malformed(ask(body));
    }
    for (name, value) in
        [("method", json!(5)), ("url", json!(null)), ("authorization", json!([])), ("form_body", json!({}))]
    {
        let mut body = json!({ "method": "GET", "url": TOOL });
        body[name] = value;
        is_malformed(ask(&body.to_string()));
    }
    let bytes = b"{\"method\":\"GET\",\"url\":\"\xff\"}".to_vec();
    is_malformed(send(Request::post(format!("{}/verify/json", provider.internal)).body(bytes).unwrap()));
}

#[test]
fn only_post_asks_and_no_header_of_a_client_counts() {
    let provider = Provider::start();
    assert_eq!(provider.inside("/verify/json").is(405).header("allow"), "POST");
    let app = provider.app("Headers");
    let signed = app.get(TOOL).sign();
    let request = Request::post(format!("{}/verify/json", provider.internal));
    let request = request.header("authorization", signed.authorization.as_deref().unwrap());
    let described = json!({ "method": "GET", "url": TOOL }).to_string();
    send(request.body(described).unwrap()).refused_at_json("parameter_absent");
    assert_eq!(signed.verify_json().json()["active"], true);
}

/// A gateway lets its client's request pass after any 200, so it gets none for a description that its client may have sent.
#[test]
fn what_comes_by_a_gateway_describes_nothing_in_json() {
    let provider = Provider::start();
    let signed = provider.app("Gateways").get(TOOL).sign();
    let described = signed.description().to_string();
    let by_nginx = [("X-Original-Method", "GET"), ("X-Original-URL", TOOL)];
    let of_envoy = [("X-Envoy-Internal", "true"), ("X-Envoy-Expected-Rq-Timeout-Ms", "200")];
    let single = by_nginx.into_iter().chain(of_envoy);
    let single = single.map(|(name, value)| vec![(name.to_owned(), value.to_owned())]);
    let forwarded = signed.forwarded();
    let each = forwarded.iter().map(|field| vec![field.clone()]);
    for fields in single.chain(each).chain([forwarded.clone()]) {
        let request = Request::post(format!("{}/verify/json", provider.internal));
        let request = request.header("content-type", "application/json");
        let request = fields.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = send(request.body(described.clone()).unwrap()).is(401);
        assert!(!answer.text().contains("active"), "{fields:?}: {answer:?}");
    }
    assert_eq!(signed.verify_json().json()["active"], true);
}

#[test]
fn a_host_and_scheme_in_capitals_and_a_default_port_are_the_same_url() {
    let provider = Provider::start();
    let app = provider.app("Same");
    for url in ["HTTPS://Tool.Example/items", "https://tool.example:443/items"] {
        let mut signed = app.get(TOOL).sign();
        url.clone_into(&mut signed.url);
        assert_eq!(signed.verify_json().json()["active"], true, "{url}");
    }
    for url in ["http://tool.example/items", "https://tool.example:80/items", "https://tool.example/Items"] {
        let mut signed = app.get(TOOL).sign();
        url.clone_into(&mut signed.url);
        signed.verify_json().refused_at_json("signature_invalid");
    }
}
