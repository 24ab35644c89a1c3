//! Targets that a gateway has to describe as they came, or no signature would hold: escapes, octets beyond ASCII, prefixes.

use serde_json::json;

use super::place::Place;
use crate::support::signer::raw;

/// What programs on the way like to decode, join or split.
const TARGET: &str = "/items/a%2Fb;v=1?q=%C3%84+1&r=a%2Bb%3B&q=";

impl Place {
    /// Sends a target in octets with the signature of another spelling; returns the status.
    fn send_octets(&mut self, target: &str, signed: &str) -> u16 {
        let signed = self.app.sign("GET", &format!("{}{signed}", self.gateway.url), json!({}));
        let authorization = signed["headers"]["Authorization"].as_str().unwrap();
        let host = self.gateway.url.strip_prefix("http://").unwrap();
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: {authorization}\r\n\r\n"
        );
        raw::exchange(&self.gateway.url, head.as_bytes()).0
    }
}

#[test]
fn every_gateway_hands_escapes_plus_signs_and_semicolons_on_as_they_came() {
    for mut place in Place::all() {
        let arrived = place.passes("GET", TARGET, json!({}));
        assert!(arrived.request_line.starts_with(&format!("GET {TARGET} HTTP/1.")), "{arrived:?}");
    }
}

#[test]
fn octets_beyond_ascii_in_a_query_are_verified_or_refused_by_the_gateway_itself() {
    let (octets, encoded) = ("/items?name=José&q=Ä", "/items?name=Jos%C3%A9&q=%C3%84");
    for mut place in [Place::nginx(), Place::nginx_with_forms(), Place::caddy(), Place::apache()] {
        assert_eq!(place.send_octets(octets, encoded), 200);
        let arrived = place.upstream.arrived();
        assert!(arrived.request_line.starts_with(&format!("GET {octets} ")), "{arrived:?}");
        assert_eq!(place.send_octets("/items?name=José&q=ä", encoded), 401, "another value than was signed");
        place.upstream.is_left_alone();
    }
    let mut place = Place::haproxy();
    assert_eq!(place.send_octets(octets, encoded), 400);
    place.upstream.is_left_alone();
    place.passes("GET", encoded, json!({}));
}

#[test]
fn a_prefix_that_clients_sign_may_be_kept_or_stripped_behind_the_question() {
    for mut place in [Place::nginx(), Place::caddy(), Place::haproxy(), Place::apache()] {
        let arrived = place.passes("GET", "/api/items?q=a%2Fb", json!({}));
        assert!(arrived.request_line.starts_with("GET /api/items?q=a%2Fb "), "{arrived:?}");
    }
    // Of nginx's locations the first one, which asks.
    let asking =
        "http://127.0.0.1:8080;\n        proxy_set_header Host                     $host;\n        # These";
    let stripping = asking.replace("8080;", "8080/;");
    let nginx = [("location / {", "location /api/ {"), (asking, &*stripping)];
    let caddy = [("\t\treverse_proxy", "\t\turi strip_prefix /api\n\t\treverse_proxy")];
    let haproxy =
        [("    default_backend", "    http-request replace-path /api(/.*) \\1\n    default_backend")];
    let apache = [("ProxyPass / ", "ProxyPass /api/ ")];
    let apache = Place::apache_and(&apache, &[]);
    for mut place in
        [Place::nginx_and(&nginx), Place::caddy_and(&caddy), Place::haproxy_and(&haproxy), apache]
    {
        let arrived = place.passes("GET", "/api/items?q=a%2Fb", json!({}));
        assert!(arrived.request_line.starts_with("GET /items?q=a%2Fb "), "{arrived:?}");
        assert_eq!(place.send_octets("/api/items", "/items"), 401, "the path that was asked for is signed");
        place.upstream.is_left_alone();
    }
}
