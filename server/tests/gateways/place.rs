//! A gateway that is configured as the guide says, with Latchkey beside it and an API behind it.

use serde_json::{Value, json};

use crate::support::{
    Home, Server,
    foreign::{Application, REQUESTS_OAUTHLIB},
    gateway::{Arrived, Gateway, Upstream},
    guide::{replace, snippet},
};

pub(super) const GUIDE: &str = "protect-an-api.md";

pub(super) const IDENTITY: [&str; 3] =
    ["X-Latchkey-User", "X-Latchkey-Consumer-Key", "X-Latchkey-Consumer-Name"];

/// A client in front of a gateway, with Latchkey beside it and an API behind it.
pub(super) struct Place {
    pub(super) gateway: Gateway,
    pub(super) upstream: Upstream,
    pub(super) app: Application,
    pub(super) server: Server,
}

impl Place {
    /// `start` gets the addresses of `/verify`'s listener and of the API.
    pub(super) fn with(start: impl Fn(&str, &str) -> Gateway) -> Self {
        let server = Home::with_users().serve();
        let internal = server.line("internal listener on http://");
        let upstream = Upstream::start();
        let gateway = start(&internal, &upstream.address);
        let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Änderungen & co");
        app.dance(&server, "grace", "oob");
        Self { gateway, upstream, app, server }
    }

    /// Behind each gateway that can be run.
    pub(super) fn all() -> [Self; 5] {
        [Self::nginx(), Self::nginx_with_forms(), Self::caddy(), Self::haproxy(), Self::apache()]
    }

    pub(super) fn nginx() -> Self {
        Self::nginx_and(&[])
    }

    /// nginx with the guide's first configuration, after these changes to it.
    pub(super) fn nginx_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| Gateway::nginx(&nginx_site("api.conf", changes, internal, api)))
    }

    pub(super) fn nginx_with_forms() -> Self {
        Self::with(|internal, api| {
            let site = nginx_site("api-with-forms.conf", &[], internal, api);
            Gateway::nginx(&replace(&site, &[("127.0.0.1:8079", "127.0.0.1:{inner}")]))
        })
    }

    pub(super) fn caddy() -> Self {
        Self::caddy_and(&[])
    }

    /// Caddy with the guide's configuration, after these changes to it.
    pub(super) fn caddy_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| {
            let words = [
                ("api.example", "http://127.0.0.1:{port}"),
                ("127.0.0.1:3001", internal),
                ("127.0.0.1:8080", api),
            ];
            Gateway::caddy(&replace(&replace(&snippet(GUIDE, "Caddyfile"), changes), &words))
        })
    }

    pub(super) fn haproxy() -> Self {
        Self::haproxy_and(&[])
    }

    /// HAProxy with the guide's configuration, after these changes to it.
    pub(super) fn haproxy_and(changes: &[(&str, &str)]) -> Self {
        Self::with(|internal, api| {
            Gateway::haproxy(&haproxy_configuration(changes, api), &haproxy_script(internal))
        })
    }

    pub(super) fn apache() -> Self {
        Self::apache_and(&[], &[])
    }

    /// Apache with the guide's site and script, after these changes to them.
    pub(super) fn apache_and(site_changes: &[(&str, &str)], script_changes: &[(&str, &str)]) -> Self {
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
    pub(super) fn call(&mut self, verb: &str, path: &str, more: Value) -> Value {
        self.app.call(verb, &format!("{}{path}", self.gateway.url), more)
    }

    /// A call that reaches the API, with the caller's name added.
    #[track_caller]
    pub(super) fn passes(&mut self, verb: &str, path: &str, more: Value) -> Arrived {
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
    pub(super) fn is_refused(&mut self, verb: &str, path: &str, more: Value, problem: &str) {
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
pub(super) fn haproxy_configuration(changes: &[(&str, &str)], api: &str) -> String {
    let words = [
        ("bind :443 ssl crt /etc/haproxy/api.example.pem", "bind 127.0.0.1:{port}"),
        ("/etc/haproxy/latchkey.lua", "latchkey.lua"),
        ("127.0.0.1:8080", api),
    ];
    replace(&replace(&snippet(GUIDE, "haproxy.cfg"), changes), &words)
}

/// The guide's script for HAProxy with the test's addresses.
pub(super) fn haproxy_script(internal: &str) -> String {
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
