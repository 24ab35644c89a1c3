//! Traefik, which is not run here: what it asks by the guide's configuration, and the answer.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};

use super::place::{GUIDE, IDENTITY};
use crate::support::{
    Home,
    foreign::{Application, REQUESTS_OAUTHLIB},
    guide::snippet,
};

/// A list in the guide's configuration for Traefik.
pub(super) fn traefik_list(name: &str) -> Vec<String> {
    let configuration = snippet(GUIDE, "api.yml");
    let mut lists =
        configuration.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": ["));
    let list = lists.next().unwrap();
    assert!(lists.all(|other| other == list), "both middlewares are alike");
    list.trim_end_matches(']').split(", ").map(str::to_owned).collect()
}

/// Asks as Traefik's forwardAuth does, by GET: with selected headers of the request, and with its form.
fn traefik_asks(internal: &str, method: &str, uri: &str, signed: &Value, with_form: bool) -> String {
    let chosen = traefik_list("authRequestHeaders");
    let chosen =
        chosen.iter().filter_map(|name| Some(format!("{name}: {}\r\n", signed["headers"][name].as_str()?)));
    let body = signed["body"].as_str().filter(|_| with_form);
    let body =
        body.map(|form| format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{form}\r\n0\r\n\r\n", form.len()));
    let mut stream = TcpStream::connect(internal).unwrap();
    write!(
        stream,
        "GET /verify HTTP/1.1\r\nHost: {internal}\r\nUser-Agent: Go-http-client/1.1\r\nConnection: close\r\n{}\
         X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Method: {method}\r\nX-Forwarded-Proto: https\r\n\
         X-Forwarded-Host: api.example\r\nX-Forwarded-Uri: {uri}\r\nAccept-Encoding: gzip\r\n{}",
        chosen.collect::<String>(),
        body.as_deref().unwrap_or("\r\n")
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.to_lowercase()
}

#[test]
fn traefik_gets_the_right_answer_to_the_question_that_it_is_documented_to_ask() {
    let server = Home::with_users().serve();
    let internal = server.line("internal listener on http://");
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Traefik");
    app.dance(&server, "grace", "oob");
    let path = "/items/a%2Fb?q=%C3%84nderung+1&q=";
    let url = format!("https://api.example{path}");
    let mut ask = |verb: &str, more: Value, with_form: bool| {
        traefik_asks(&internal, verb, path, &app.sign(verb, &url, more), with_form)
    };
    let form = json!({ "form": [["title", "Änderung & co"]] });
    for (verb, more, with_form) in [
        ("GET", json!({}), false),
        ("DELETE", json!({}), false),
        ("POST", json!({ "json": {} }), false),
        ("POST", form.clone(), true),
    ] {
        let answer = ask(verb, more, with_form);
        assert!(answer.starts_with("http/1.1 200"), "{verb}: {answer}");
        for name in traefik_list("authResponseHeaders") {
            assert!(IDENTITY.contains(&name.as_str()), "{name}");
            assert!(answer.contains(&format!("\r\n{}: ", name.to_lowercase())), "{name}: {answer}");
        }
    }
    let answer = ask("POST", form, false);
    assert!(answer.starts_with("http/1.1 401"), "without its form: {answer}");
    assert!(
        answer.contains("www-authenticate: oauth realm=\"latchkey\", oauth_problem=\"signature_invalid\""),
        "{answer}"
    );
}
