//! Networks of a consumer behind a gateway: the address is the one that the gateway sees, whatever the client says.

use http::Method;
use serde_json::json;

use super::place::Place;
use crate::support::signer::{CONSUMERS, send_json};

/// An address that no request of these tests comes from.
const ELSEWHERE: &str = "203.0.113.7";

fn bind(place: &Place, networks: &[&str]) {
    let ada = place.server.signed_in("ada");
    let request = ada.request(Method::PATCH, &format!("{CONSUMERS}/{}", place.app.key));
    send_json(request.header("if-match", "*"), &json!({ "networks": networks })).is(200);
}

fn tells_the_address_of_its_client(mut place: Place) {
    let claims = json!({ "headers": { "X-Forwarded-For": ELSEWHERE, "X-Real-IP": ELSEWHERE } });
    bind(&place, &[ELSEWHERE]);
    place.is_refused("GET", "/items", json!({}), "consumer_key_refused");
    place.is_refused("GET", "/items", claims.clone(), "consumer_key_refused");
    bind(&place, &["127.0.0.1"]);
    place.passes("GET", "/items", json!({}));
    place.passes("GET", "/items", claims);
}

#[test]
fn nginx_tells_the_address_of_its_client() {
    tells_the_address_of_its_client(Place::nginx());
}

#[test]
fn nginx_with_forms_tells_the_address_of_its_client() {
    tells_the_address_of_its_client(Place::nginx_with_forms());
}

#[test]
fn caddy_tells_the_address_of_its_client() {
    tells_the_address_of_its_client(Place::caddy());
}

#[test]
fn haproxy_tells_the_address_of_its_client() {
    tells_the_address_of_its_client(Place::haproxy());
}

#[test]
fn apache_tells_the_address_of_its_client() {
    tells_the_address_of_its_client(Place::apache());
}
