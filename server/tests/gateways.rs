//! Gateways in front of an API, configured as `docs/guides/protect-an-api.md` says: nginx, Caddy, HAProxy and Apache run for
//! real.

mod bounds;
mod ingress;
mod place;
mod targets;
mod traefik;
mod unclear;

use place::{IDENTITY, Place, haproxy_configuration, haproxy_script};
use serde_json::json;

use crate::support::{foreign::Administrator, gateway::Gateway, guide::replace, signer::raw};

/// What every gateway has to do with calls that have no form.
fn lets_the_right_calls_through(mut place: Place) {
    let words = json!([["q", "Änderung 1/2"], ["tag", "b"], ["tag", "a"], ["reserved", "a+b&c=d%e;~!*'()"]]);
    let arrived = place.passes("GET", "/items/a%2Fb", json!({ "query": words }));
    assert!(arrived.request_line.starts_with("GET /items/a%2Fb?q=%C3%84nderung"), "{arrived:?}");
    place.passes("DELETE", "/items/7", json!({}));
    let arrived = place.passes("POST", "/items", json!({ "json": { "a": 1 }, "query": words }));
    assert_eq!(arrived.body, "{\"a\": 1}");
    place.passes("GET", "/ask-latchkey/items", json!({}));

    let forged = json!({
        "x-latchkey-user": "ada", "X_Latchkey_User": "ada", "X-Latchkey-Consumer-Key": "other", "X-LATCHKEY-CONSUMER-NAME": "other",
        "X-Original-Method": "GET", "X-Original-URL": "http://other.example/",
        "X-Forwarded-Method": "GET", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "other.example",
        "X-Forwarded-Uri": "/other", "X-Latchkey-Form": "a=b",
    });
    place.passes("PUT", "/items/7", json!({ "headers": forged, "json": {} }));
    let token = place.app.token.take();
    place.passes("GET", "/items", json!({ "headers": forged }));
    place.app.token = token;
}

fn refuses_all_others(mut place: Place) {
    place.passes("GET", "/items", json!({}));
    place.app.secret.push('x');
    place.is_refused("GET", "/items", json!({}), "signature_invalid");
    place.app.secret.pop();
    let unsigned = json!({ "unsigned": true, "headers": { "X-Latchkey-User": "ada" } });
    place.is_refused("POST", "/items", unsigned, "parameter_absent");

    // On the page, and the very next request is refused.
    let ada = place.server.signed_in("ada");
    let key = place.app.key.clone();
    let revision = place.server.home.json(&["consumer", "show", &key], "")["revision"].to_string();
    ada.call("disapprove", &[("key", &key), ("revision", &revision)]).is(200);
    place.is_refused("GET", "/items", json!({}), "consumer_key_rejected");
    // By commands, which the server notices after a moment.
    Administrator::of(&place.server).consumer("approve", &key, &[]);
    place.passes("GET", "/items", json!({}));
    place.server.home.json(&["user", "disable", "grace"], "");
    while place.call("GET", "/items", json!({}))["status"] == 200 {
        place.upstream.arrived();
    }
    place.is_refused("GET", "/items", json!({}), "permission_denied");
}

/// A form that Latchkey cannot see is refused in plain words, even with a valid signature.
fn tells_that_forms_cannot_pass(mut place: Place) {
    let answer = place.call("POST", "/items", json!({ "form": [["title", "Änderung"]] }));
    assert_eq!(answer["status"], 415, "{answer}");
    assert!(answer["body"].as_str().unwrap().starts_with("Send the parameters in the query"), "{answer}");
    place.upstream.is_left_alone();
    // Some libraries call an empty body a form.
    let typed =
        json!({ "headers": { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0" } });
    place.passes("DELETE", "/items/7", typed);
}

/// A browser asks before it sends, and signs nothing: that reaches the API in nobody's name, and nothing like it does.
fn lets_preflights_through(mut place: Place) {
    let host = place.gateway.url.strip_prefix("http://").unwrap().to_owned();
    let gateway = place.gateway.url.clone();
    let ask = |verb: &str, fields: &str| {
        let head =
            format!("{verb} /items/a%2Fb?q=1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n");
        raw::exchange(&gateway, head.as_bytes())
    };
    let origin = "Origin: https://page.example\r\n";
    let method = "Access-Control-Request-Method: PUT\r\n";
    let names = "X-Latchkey-User: ada\r\nX-Latchkey-Consumer-Key: key\r\nx-latchkey-consumer-name: name\r\n";
    let (status, answer) = ask("OPTIONS", &format!("{origin}{method}{names}"));
    assert_eq!(status, 200, "{answer}");
    let arrived = place.upstream.arrived();
    assert!(arrived.request_line.starts_with("OPTIONS /items/a%2Fb?q=1 "), "{arrived:?}");
    assert_eq!(arrived.header("Access-Control-Request-Method"), ["PUT"]);
    for name in IDENTITY {
        assert!(arrived.header(name).is_empty(), "{arrived:?}");
    }
    let override_by = "X-HTTP-Method-Override: OPTIONS\r\n";
    for (verb, fields) in [
        ("OPTIONS", origin.to_owned()),
        ("GET", format!("{origin}{method}")),
        ("POST", format!("{origin}{method}{override_by}Content-Length: 0\r\n")),
        ("options", format!("{origin}{method}")),
    ] {
        let (status, answer) = ask(verb, &fields);
        assert!([400, 401, 405, 501].contains(&status), "{verb} {fields}: {answer}");
        place.upstream.is_left_alone();
    }
    place.passes("OPTIONS", "/items", json!({}));
}

#[test]
fn every_gateway_lets_preflights_through_in_nobody_s_name_and_nothing_like_them() {
    for place in Place::all() {
        lets_preflights_through(place);
    }
}

#[test]
fn nginx_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself() {
    lets_the_right_calls_through(Place::nginx());
}

#[test]
fn nginx_refuses_all_others_and_a_disapproved_consumer_at_once() {
    refuses_all_others(Place::nginx());
}

#[test]
fn nginx_tells_that_forms_cannot_pass() {
    tells_that_forms_cannot_pass(Place::nginx());
}

#[test]
fn nginx_with_forms_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself() {
    lets_the_right_calls_through(Place::nginx_with_forms());
}

#[test]
fn nginx_with_forms_refuses_all_others_and_a_disapproved_consumer_at_once() {
    refuses_all_others(Place::nginx_with_forms());
}

#[test]
fn nginx_with_forms_shows_a_form_to_latchkey_before_it_lets_it_through() {
    let mut place = Place::nginx_with_forms();
    let form = json!([["title", "Änderung & co"], ["tag", "b"], ["tag", "a"]]);
    let arrived = place.passes("POST", "/items", json!({ "form": form, "query": [["dry", "1"]] }));
    assert_eq!(arrived.body, "title=%C3%84nderung+%26+co&tag=b&tag=a");
    place.passes("PUT", "/items/7", json!({ "form": form, "place": "BODY" }));
    let charset = json!({ "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" });
    place.passes("POST", "/items", json!({ "form": form, "headers": charset }));
    let long = json!({ "form": [["text", "x".repeat(60_000)]] });
    place.passes("POST", "/items", long);
    // Two headers for one, if the gateway wrote the form down as it is.
    let broken = json!({ "form": [["a", "b"]], "instead": "a=b\r\nX-Original-Method: GET" });
    place.is_refused("POST", "/items", broken, "signature_invalid");
    place.is_refused(
        "POST",
        "/items",
        json!({ "form": form, "instead": "title=other" }),
        "signature_invalid",
    );
}

#[test]
fn caddy_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself() {
    lets_the_right_calls_through(Place::caddy());
}

#[test]
fn caddy_refuses_all_others_and_a_disapproved_consumer_at_once() {
    refuses_all_others(Place::caddy());
}

#[test]
fn caddy_tells_that_forms_cannot_pass() {
    tells_that_forms_cannot_pass(Place::caddy());
}

#[test]
fn haproxy_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself() {
    lets_the_right_calls_through(Place::haproxy());
}

#[test]
fn haproxy_refuses_all_others_and_a_disapproved_consumer_at_once() {
    refuses_all_others(Place::haproxy());
}

#[test]
fn haproxy_tells_that_forms_cannot_pass() {
    tells_that_forms_cannot_pass(Place::haproxy());
}

#[test]
fn apache_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself() {
    lets_the_right_calls_through(Place::apache());
}

#[test]
fn apache_refuses_all_others_and_a_disapproved_consumer_at_once() {
    refuses_all_others(Place::apache());
}

#[test]
fn apache_tells_that_forms_cannot_pass() {
    tells_that_forms_cannot_pass(Place::apache());
}

#[test]
fn apache_lets_nothing_through_where_its_script_fails() {
    let asking = "    local answered, status, headers = ";
    let failing = format!("    error(\"it fails\")\n{asking}");
    let mut place = Place::apache_and(&[], &[(asking, &failing)]);
    for verb in ["GET", "OPTIONS"] {
        let answer = place.call(verb, "/items", json!({}));
        assert_eq!(answer["status"], 500, "{answer}");
        place.upstream.is_left_alone();
    }
}

#[test]
fn haproxy_lets_nothing_through_where_its_script_fails() {
    let mut place = Place::with(|internal, api| {
        let asking = "    local answer = ";
        let failing = format!("    error(\"it fails\")\n{asking}");
        let script = replace(&haproxy_script(internal), &[(asking, &failing)]);
        Gateway::haproxy(&haproxy_configuration(&[], api), &script)
    });
    for verb in ["GET", "OPTIONS"] {
        let answer = place.call(verb, "/items", json!({}));
        assert_eq!(answer["status"], 503, "{answer}");
        place.upstream.is_left_alone();
    }
}
