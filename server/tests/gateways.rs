//! Gateways in front of an API, configured as `docs/guides/protect-an-api.md` says: nginx, Caddy, HAProxy and Apache run for
//! real.

mod bounds;
mod targets;
mod unclear;

use crate::support;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};
use support::{
    Home, Server,
    foreign::{Administrator, Application, REQUESTS_OAUTHLIB},
    gateway::{Arrived, Gateway, Upstream},
    guide::{replace, snippet},
    signer::raw,
};

const GUIDE: &str = "protect-an-api.md";
const IDENTITY: [&str; 3] = ["X-Latchkey-User", "X-Latchkey-Consumer-Key", "X-Latchkey-Consumer-Name"];

/// A client in front of a gateway, with Latchkey beside it and an API behind it.
struct Place {
    gateway: Gateway,
    upstream: Upstream,
    app: Application,
    server: Server,
}

impl Place {
    /// `start` gets the addresses of `/verify`'s listener and of the API.
    fn with(start: impl Fn(&str, &str) -> Gateway) -> Self {
        let server = Home::with_users().serve();
        let internal = server.line("internal listener on http://");
        let upstream = Upstream::start();
        let gateway = start(&internal, &upstream.address);
        let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Änderungen & co");
        app.dance(&server, "grace", "oob");
        Self { gateway, upstream, app, server }
    }

    /// Behind each gateway that can be run.
    fn all() -> [Self; 5] {
        [Self::nginx(), Self::nginx_with_forms(), Self::caddy(), Self::haproxy(), Self::apache()]
    }

    fn nginx() -> Self {
        Self::nginx_and(&[])
    }

    /// nginx with the guide's first configuration, after these changes to it.
    fn nginx_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| Gateway::nginx(&nginx_site("api.conf", changes, internal, api)))
    }

    fn nginx_with_forms() -> Self {
        Self::with(|internal, api| {
            let site = nginx_site("api-with-forms.conf", &[], internal, api);
            Gateway::nginx(&replace(&site, &[("127.0.0.1:8079", "127.0.0.1:{inner}")]))
        })
    }

    fn caddy() -> Self {
        Self::caddy_and(&[])
    }

    /// Caddy with the guide's configuration, after these changes to it.
    fn caddy_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| {
            let words = [
                ("api.example", "http://127.0.0.1:{port}"),
                ("127.0.0.1:3001", internal),
                ("127.0.0.1:8080", api),
            ];
            Gateway::caddy(&replace(&replace(&snippet(GUIDE, "Caddyfile"), changes), &words))
        })
    }

    fn haproxy() -> Self {
        Self::haproxy_and(&[])
    }

    /// HAProxy with the guide's configuration, after these changes to it.
    fn haproxy_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| {
            Gateway::haproxy(&haproxy_configuration(changes, api), &haproxy_script(internal))
        })
    }

    fn apache() -> Self {
        Self::apache_and(&[], &[])
    }

    /// Apache with the guide's site and script, after these changes to them.
    fn apache_and(site_changes: &[(&str, &str)], script_changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| {
            let words = [
                ("*:443", "127.0.0.1:{port}"),
                ("    SSLEngine on\n", ""),
                ("    SSLCertificateFile    /etc/ssl/certs/api.example.pem\n", ""),
                ("    SSLCertificateKeyFile /etc/ssl/private/api.example.key\n", ""),
                ("/etc/apache2/latchkey-apache.lua", "latchkey-apache.lua"),
                ("127.0.0.1:8080", api),
            ];
            let site = replace(&replace(&snippet(GUIDE, "api-apache.conf"), site_changes), &words);
            Gateway::apache(&site, &replace(&apache_script(internal), script_changes))
        })
    }

    #[track_caller]
    fn call(&mut self, verb: &str, path: &str, more: Value) -> Value {
        self.app.call(verb, &format!("{}{path}", self.gateway.url), more)
    }

    /// A call that reaches the API, with the caller's name added.
    #[track_caller]
    fn passes(&mut self, verb: &str, path: &str, more: Value) -> Arrived {
        let answer = self.call(verb, path, more);
        assert_eq!((&answer["status"], &answer["body"]), (&json!(200), &json!("done")), "{answer}");
        let arrived = self.upstream.arrived();
        let user: &[&str] = if self.app.token.is_some() { &["grace"] } else { &[] };
        assert_eq!(arrived.header(IDENTITY[0]), user, "{arrived:?}");
        assert_eq!(arrived.header(IDENTITY[1]), [self.app.key.as_str()]);
        assert_eq!(arrived.header(IDENTITY[2]), ["%C3%84nderungen%20%26%20co"]);
        arrived
    }

    /// A call that the gateway answers by itself with Latchkey's challenge.
    #[track_caller]
    fn is_refused(&mut self, verb: &str, path: &str, more: Value, problem: &str) {
        let answer = self.call(verb, path, more);
        assert_eq!(answer["status"], 401, "{answer}");
        let challenge = answer["challenge"].as_str().unwrap_or_else(|| panic!("a challenge: {answer}"));
        let expected = format!("OAuth realm=\"Latchkey\", oauth_problem=\"{problem}\"");
        assert!(challenge.starts_with(&expected), "{challenge}");
        self.upstream.is_left_alone();
    }
}

/// The guide's script for Apache with the test's addresses.
fn apache_script(internal: &str) -> String {
    replace(&snippet(GUIDE, "latchkey-apache.lua"), &script_words(internal))
}

/// The guide's configuration for HAProxy, changed, without TLS and with the test's addresses.
fn haproxy_configuration(changes: &[(&str, &str)], api: &str) -> String {
    let words = [
        ("bind :443 ssl crt /etc/haproxy/api.example.pem", "bind 127.0.0.1:{port}"),
        ("/etc/haproxy/latchkey.lua", "latchkey.lua"),
        ("127.0.0.1:8080", api),
    ];
    replace(&replace(&snippet(GUIDE, "haproxy.cfg"), changes), &words)
}

/// The guide's script for HAProxy with the test's addresses.
fn haproxy_script(internal: &str) -> String {
    replace(&snippet(GUIDE, "latchkey.lua"), &script_words(internal))
}

/// The test's addresses in the guide's scripts.
fn script_words(internal: &str) -> [(&str, &str); 2] {
    [("127.0.0.1:3001", internal), ("\"https\", \"api.example\"", "\"http\", \"127.0.0.1:{port}\"")]
}

/// A configuration for nginx from the guide, changed, without TLS and with the test's addresses.
fn nginx_site(file: &str, changes: &[(&str, &str)], internal: &str, api: &str) -> String {
    let words = [
        ("listen 443 ssl;", "listen 127.0.0.1:{port};"),
        ("    ssl_certificate     /etc/ssl/certs/api.example.pem;\n", ""),
        ("    ssl_certificate_key /etc/ssl/private/api.example.key;\n", ""),
        ("https://api.example$request_uri", "http://127.0.0.1:{port}$request_uri"),
        ("127.0.0.1:3001", internal),
        ("127.0.0.1:8080", api),
    ];
    replace(&replace(&snippet(GUIDE, file), changes), &words)
}

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

/// A list in the guide's configuration for Traefik.
fn traefik_list(name: &str) -> Vec<String> {
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
