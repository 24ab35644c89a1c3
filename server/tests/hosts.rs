//! Which hosts the program answers for: its own, so that a site whose name leads to this machine (DNS rebinding) learns
//! nothing.

use std::process::Command;

use crate::support::{
    Home, Server, finish,
    signer::{Provider, raw},
};

fn ask(base: &str, path: &str, fields: &str) -> (u16, String) {
    raw::exchange(base, format!("GET {path} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n").as_bytes())
}

fn internal(server: &Server) -> String {
    format!("http://{}", server.line("internal listener on http://"))
}

#[test]
fn the_public_listener_answers_for_its_own_hosts_alone() {
    let server = Home::with_users().serve();
    let own = server.url.strip_prefix("http://").unwrap();
    for host in [own, "127.0.0.1", "localhost:3000", "LOCALHOST.", "[::1]:3000"] {
        let (status, answer) = ask(&server.url, "/sign-in", &format!("Host: {host}\r\n"));
        assert_eq!(status, 200, "{host}: {answer}");
    }
    for path in
        ["/", "/sign-in", "/events", "/api/v1/consumers", "/oauth/requestToken", "/favicon.ico", "/nowhere"]
    {
        for host in ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "localhost.evil.example"]
        {
            let (status, answer) = ask(&server.url, path, &format!("Host: {host}\r\n"));
            assert_eq!(status, 400, "{path} {host}: {answer}");
            assert!(answer.contains("LATCHKEY_PUBLIC_URL") && !answer.contains("evil"), "{answer}");
            assert!(answer.contains("\r\nx-request-id: ") && answer.contains("\r\nx-content-type-options: "));
        }
    }
}

#[test]
fn the_public_url_s_host_is_known_with_any_port_and_each_stranger_is_logged_once() {
    let server =
        Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", "https://keys.example:8443/latchkey")]);
    for host in ["keys.example:8443", "Keys.Example", "keys.example.:443", "127.0.0.1"] {
        for path in ["/latchkey/sign-in", "/sign-in"] {
            assert_eq!(ask(&server.url, path, &format!("Host: {host}\r\n")).0, 200, "{host} {path}");
        }
    }
    for host in ["evil.example", "evil.example", "other.keys.example", "evil.example", "last.example"] {
        assert_eq!(ask(&server.url, "/sign-in", &format!("Host: {host}\r\n")).0, 400, "{host}");
    }
    let log = server.log_until("last.example");
    let count = |host: &str| log.iter().filter(|line| line.contains(&format!("host=\"{host}\""))).count();
    assert_eq!((count("evil.example"), count("other.keys.example")), (1, 1), "{log:?}");
}

#[test]
fn a_flood_of_unknown_hosts_is_a_few_lines_with_its_address_and_all_of_it_is_counted() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let internal = internal(&server);
    server.log();
    for host in ["evil.example", "other.example"].into_iter().cycle().take(50) {
        let fields = format!("Host: {host}\r\nX-Forwarded-For: 203.0.113.5\r\n");
        assert_eq!(ask(&server.url, "/sign-in", &fields).0, 400, "{host}");
    }
    assert_eq!(
        ask(&server.url, "/sign-in", "").0,
        400,
        "one that names no host is a mistake, and counts as none"
    );
    server.visitor().get("/api/v1/consumers").is(401);
    let log = server.log_until("reason=not_signed_in");
    let denied: Vec<_> = log.iter().filter(|line| line.contains("reason=unknown_host")).collect();
    assert_eq!(denied.len(), 10, "{log:?}");
    for line in denied {
        assert!(line.contains("path=/sign-in}"), "{line}");
        assert!(line.ends_with("latchkey::denied: denied address=203.0.113.5 reason=unknown_host"), "{line}");
    }
    let (_, metrics) = ask(&internal, "/metrics", "Host: localhost\r\n");
    assert!(metrics.contains("latchkey_refused_total{reason=\"unknown_host\"} 50"), "{metrics}");
}

#[test]
fn a_request_names_exactly_one_host() {
    let server = Home::with_users().serve();
    let internal = internal(&server);
    for (base, path) in [(&server.url, "/sign-in"), (&internal, "/healthz"), (&internal, "/verify")] {
        for (fields, words) in [
            ("", "no Host field"),
            ("Host: localhost\r\nHost: localhost\r\n", "more than one Host field"),
            ("Host: localhost\r\nhost: evil.example\r\n", "more than one Host field"),
            ("Host: \r\n", "no host."),
            ("Host: local host\r\n", "no host."),
            ("Host: localhost, evil.example\r\n", "no host."),
            ("Host: ada@localhost\r\n", "no host."),
            ("Host: localhost:port\r\n", "no host."),
            ("Host: http://localhost\r\n", "no host."),
            ("Host: [::1\r\n", "no host."),
        ] {
            let (status, answer) = ask(base, path, fields);
            assert_eq!(status, 400, "{path} {fields:?}: {answer}");
            assert!(answer.contains(words), "{path} {fields:?}: {answer}");
        }
    }
}

#[test]
fn a_whole_url_as_target_counts_in_place_of_the_host_field() {
    let server = Home::with_users().serve();
    for (target, host, status) in [
        ("http://localhost/sign-in", "evil.example", 200),
        ("http://evil.example/sign-in", "localhost", 400),
        ("http://localhost@evil.example/sign-in", "localhost", 400),
    ] {
        let (found, answer) = ask(&server.url, target, &format!("Host: {host}\r\n"));
        assert_eq!(found, status, "{target} {host}: {answer}");
    }
}

#[test]
fn a_health_check_by_http_1_0_may_name_no_host_but_no_stranger_s() {
    let server = Home::with_users().serve();
    let internal = internal(&server);
    for (fields, status) in [("", 200), ("Host: localhost\r\n", 200), ("Host: evil.example\r\n", 400)] {
        let (found, answer) =
            raw::exchange(&internal, format!("GET /healthz HTTP/1.0\r\n{fields}\r\n").as_bytes());
        assert_eq!(found, status, "{fields:?}: {answer}");
    }
}

#[test]
fn http_2_names_its_host_by_authority() {
    let server = Home::with_users().serve();
    let url = format!("{}/sign-in", server.url);
    for (host, code) in [(&server.url["http://".len()..], "2 200"), ("evil.example", "2 400")] {
        let mut command = Command::new("curl");
        command.args(["--silent", "--http2-prior-knowledge", "--output", "answer", "--write-out"]);
        command.args(["%{http_version} %{http_code}", "--header", &format!("Host: {host}"), &url]);
        command.current_dir(server.home.path());
        assert_eq!(finish(command, "").stdout, code, "{host}");
    }
}

#[test]
fn the_internal_listener_answers_for_addresses_private_names_and_those_of_the_settings() {
    let settings =
        [("LATCHKEY_INTERNAL_HOSTS", "gate.corp.example"), ("LATCHKEY_PUBLIC_URL", "https://keys.example")];
    let server = Home::with_users().serve_with(&settings);
    let internal = internal(&server);
    for host in [
        "127.0.0.1:3001",
        "10.1.2.3:3001",
        "[fd00::1]",
        "localhost",
        "latchkey:3001",
        "latchkey.default.svc.cluster.local",
        "latchkey.internal",
        "gate.corp.example:3001",
        "keys.example",
    ] {
        let (status, answer) = ask(&internal, "/healthz", &format!("Host: {host}\r\n"));
        assert_eq!(status, 200, "{host}: {answer}");
    }
    for path in ["/healthz", "/readyz", "/metrics", "/verify", "/verify/json", "/nowhere"] {
        for host in
            ["evil.example", "evil.corp.example", "gate.corp.example.evil.example", "10.1.2.3.evil.example"]
        {
            let (status, answer) = ask(&internal, path, &format!("Host: {host}\r\n"));
            assert_eq!(status, 400, "{path} {host}: {answer}");
            assert!(answer.contains("LATCHKEY_INTERNAL_HOSTS") && !answer.contains("evil"), "{answer}");
        }
    }
}

#[test]
fn a_gateway_that_passes_the_client_s_host_on_is_answered_about_requests_to_that_host() {
    let provider = Provider::start();
    let app = provider.app("Behind Caddy");
    let verify = |host: &str| {
        let signed = app.get("https://api.example/items").sign();
        let described = signed.forwarded().into_iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let authorization = format!("Authorization: {}\r\n", signed.authorization.as_deref().unwrap());
        let fields = [format!("Host: {host}\r\n"), authorization].into_iter().chain(described);
        ask(&provider.internal, "/verify", &fields.collect::<String>())
    };
    for (host, status) in
        [("api.example", 200), ("API.example:443", 200), ("latchkey:3001", 200), ("evil.example", 400)]
    {
        let (found, answer) = verify(host);
        assert_eq!(found, status, "{host}: {answer}");
    }
}
