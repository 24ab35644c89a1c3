//! Requests as bytes that gateway, Latchkey and API could read differently: none of them reaches the API.

use serde_json::json;

use super::{place::Place, traefik::traefik_list};
use crate::support::{
    Home,
    foreign::{Application, REQUESTS_OAUTHLIB},
    signer::raw,
};

/// What an API may take for a form, and its framings.
pub(super) const TYPES: [&[&str]; 8] = [
    &["Content-Type: application/x-www-form-urlencoded"],
    &["Content-Type:\tapplication/x-www-form-urlencoded"],
    &["Content-Type: application/x-www-form-urlencoded\t"],
    &["Content-Type: application/x-www-form-urlencoded; charset=utf-8"],
    &["Content-Type: application/x-www-form-urlencoded,text/plain"],
    &["Content-Type: text/plain, application/x-www-form-urlencoded"],
    &["Content-Type: application/x-www-form-urlencoded", "Content-Type: text/plain"],
    &["Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded"],
];
const FORM: [(&str, &str); 2] = [
    ("Content-Length: 14", "a=1&admin=true"),
    ("Transfer-Encoding: chunked", "e\r\na=1&admin=true\r\n0\r\n\r\n"),
];

impl Place {
    /// Sends a request whose signature covers `/items` and no form; returns the status.
    fn send(&mut self, verb: &str, target: &str, lines: &[&str], body: &str) -> u16 {
        let signed = self.app.sign(verb, &format!("{}/items", self.gateway.url), json!({}));
        let authorization = signed["headers"]["Authorization"].as_str().unwrap();
        let host = self.gateway.url.strip_prefix("http://").unwrap();
        let own = [
            format!("{verb} {target} HTTP/1.1"),
            format!("Host: {host}"),
            "Connection: close".to_owned(),
            format!("Authorization: {authorization}"),
        ];
        let head: Vec<&str> = own.iter().map(String::as_str).chain(lines.iter().copied()).collect();
        raw::exchange(&self.gateway.url, format!("{}\r\n\r\n{body}", head.join("\r\n")).as_bytes()).0
    }
}

fn lets_no_unsigned_form_through(mut place: Place) {
    for verb in ["POST", "GET"] {
        for types in TYPES {
            for (framing, body) in FORM {
                let status = place.send(verb, "/items", &[types, &[framing]].concat(), body);
                assert!([400, 401, 415].contains(&status), "{verb} {types:?} {framing}: {status}");
                place.upstream.is_left_alone();
            }
        }
    }
    place.passes("GET", "/items", json!({}));
}

fn lets_no_other_target_through(mut place: Place) {
    for target in ["/items#admin", "/items?admin#", "/items#?admin", "*", "items", "@evil.example/items"] {
        let status = place.send("GET", target, &[], "");
        assert!([400, 401].contains(&status), "{target}: {status}");
        place.upstream.is_left_alone();
    }
    place.passes("GET", "/items", json!({}));
}

#[test]
fn nginx_lets_no_unsigned_form_through_however_it_is_called() {
    lets_no_unsigned_form_through(Place::nginx());
}

#[test]
fn nginx_with_forms_lets_no_unsigned_form_through_however_it_is_called() {
    lets_no_unsigned_form_through(Place::nginx_with_forms());
}

#[test]
fn caddy_lets_no_unsigned_form_through_however_it_is_called() {
    lets_no_unsigned_form_through(Place::caddy());
}

#[test]
fn haproxy_lets_no_unsigned_form_through_however_it_is_called() {
    lets_no_unsigned_form_through(Place::haproxy());
}

#[test]
fn apache_lets_no_unsigned_form_through_however_it_is_called() {
    lets_no_unsigned_form_through(Place::apache());
}

#[test]
fn nginx_lets_no_target_through_of_which_a_part_is_not_signed() {
    lets_no_other_target_through(Place::nginx());
}

#[test]
fn nginx_with_forms_lets_no_target_through_of_which_a_part_is_not_signed() {
    lets_no_other_target_through(Place::nginx_with_forms());
}

#[test]
fn caddy_lets_no_target_through_of_which_a_part_is_not_signed() {
    lets_no_other_target_through(Place::caddy());
}

#[test]
fn haproxy_lets_no_target_through_of_which_a_part_is_not_signed() {
    lets_no_other_target_through(Place::haproxy());
}

#[test]
fn apache_lets_no_target_through_of_which_a_part_is_not_signed() {
    lets_no_other_target_through(Place::apache());
}

/// Traefik sends the form along where the type begins with a form's (the guide's longer rule), and no body otherwise.
#[test]
fn traefik_gets_no_for_an_unsigned_form_however_it_is_called() {
    let server = Home::with_users().serve();
    let internal = format!("http://{}", server.line("internal listener on http://"));
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Traefik");
    app.dance(&server, "grace", "oob");
    assert!(traefik_list("authRequestHeaders").contains(&"Content-Type".to_owned()));
    for types in TYPES {
        // Go has removed the blanks around a value.
        let values: Vec<&str> =
            types.iter().map(|line| line.split_once(':').unwrap().1.trim_matches([' ', '\t'])).collect();
        let shows_form =
            values.iter().any(|value| value.to_lowercase().starts_with("application/x-www-form-urlencoded"));
        let signed = app.sign("POST", "https://api.example/items", json!({}));
        let types: String =
            values.iter().fold(String::new(), |all, value| all + "Content-Type: " + value + "\r\n");
        let (framing, form) = if shows_form { FORM[1] } else { ("Content-Length: 0", "") };
        let question = format!(
            "GET /verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {}\r\n{types}\
             X-Forwarded-Method: POST\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: api.example\r\n\
             X-Forwarded-Uri: /items\r\n{framing}\r\n\r\n{form}",
            signed["headers"]["Authorization"].as_str().unwrap(),
        );
        let (status, answer) = raw::exchange(&internal, question.as_bytes());
        assert_eq!(status, 401, "{values:?}: {answer}");
    }
}
