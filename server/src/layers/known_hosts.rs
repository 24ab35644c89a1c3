//! Which hosts a listener answers for. A site whose name leads to this machine (DNS rebinding) gets no answer: its pages
//! would be of the same origin as what it asked.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::extract::Request;
use url::Url;

use crate::wire::{
    description::is_by_a_gateway,
    host::{Host, NoHost},
};

/// Suffixes of names that public DNS never resolves (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, Kubernetes), so that
/// no stranger can have one. The same holds for names of a single label.
const PRIVATE: [&str; 5] = [".localhost", ".local", ".internal", ".home.arpa", ".svc"];
/// Each refused host is logged once, and no more of them than this.
const MOST_LOGGED: usize = 100;

/// What a listener answers for. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct KnownHosts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    listener: Listener,
    named: Vec<Host>,
    logged: Mutex<HashSet<String>>,
}

#[derive(Clone, Copy, Debug)]
enum Listener {
    Public { bound: IpAddr },
    Internal,
}

/// Why a request is refused, in words for its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    NoHost(#[from] NoHost),
    #[error(
        "This server does not answer for the host that this request names. Use the address that LATCHKEY_PUBLIC_URL says; a proxy has to pass that host on, or an address of this server."
    )]
    Unknown,
    #[error(
        "The internal listener does not answer for the host that this request names. Use its address, or name the host in LATCHKEY_INTERNAL_HOSTS."
    )]
    UnknownInside,
}

impl KnownHosts {
    /// The public URL's host, this machine's own names, and the address that the listener is bound to.
    pub(crate) fn public(public_url: &Url, bound: IpAddr) -> Self {
        Self::new(
            Listener::Public { bound: bound.to_canonical() },
            Host::of(public_url).into_iter().collect(),
        )
    }

    /// The public URL's host, every address, and names from the settings.
    pub(crate) fn internal(public_url: &Url, names: &[String]) -> Self {
        let further = names.iter().filter_map(|name| Host::parse(name));
        Self::new(Listener::Internal, further.chain(Host::of(public_url)).collect())
    }

    fn new(listener: Listener, named: Vec<Host>) -> Self {
        Self(Arc::new(Inner { listener, named, logged: Mutex::default() }))
    }

    /// Whether the request names exactly one host, and that is known.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Refused> {
        let Some((host, text)) = Host::of_request(request)? else { return Ok(()) };
        if self.is_known(&host) {
            return Ok(());
        }
        match self.0.listener {
            Listener::Internal if describes(request, &host) => Ok(()),
            Listener::Internal => Err(self.refuse(text, Refused::UnknownInside)),
            Listener::Public { .. } => Err(self.refuse(text, Refused::Unknown)),
        }
    }

    /// Ports do not matter: they differ behind port forwarding, and a stranger's page cannot lie about the name.
    fn is_known(&self, host: &Host) -> bool {
        let Inner { listener, named, .. } = &*self.0;
        named.contains(host)
            || match (host, listener) {
                (Host::Name(name), _) => {
                    !name.contains('.') || PRIVATE.iter().any(|suffix| name.ends_with(suffix))
                }
                (Host::Address(_), Listener::Internal) => true,
                (Host::Address(address), Listener::Public { bound }) => {
                    address.is_loopback() || address == bound || bound.is_unspecified()
                }
            }
    }

    fn refuse(&self, host: &str, refused: Refused) -> Refused {
        let mut logged = self.0.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < MOST_LOGGED && logged.insert(host.to_owned()) {
            let is_last = logged.len() == MOST_LOGGED;
            tracing::warn!(host, is_last, "requests with this host are refused: {refused}");
        }
        refused
    }
}

/// Whether the request is a gateway's question about a request to this host: Caddy and Envoy pass the client's `Host` on.
/// A page of that host can ask so too, about requests to itself alone, and learns what it could learn by sending them. A
/// description that names no host that can be read is passed on: it is refused with the part that is wrong.
fn describes(request: &Request, host: &Host) -> bool {
    match request.uri().path() {
        "/verify" => {
            let described: Vec<_> = described(request).collect();
            let names_none = described.iter().all(Option::is_none);
            described.iter().flatten().any(|described| described == host)
                || (names_none && is_by_a_gateway(request.headers()))
        }
        // Envoy sends the described request's own host and path.
        "/verify/json" => is_by_a_gateway(request.headers()),
        path => path.starts_with("/verify/"),
    }
}

/// The hosts that a gateway's headers name; `None` for one that cannot be read.
fn described(request: &Request) -> impl Iterator<Item = Option<Host>> {
    let texts =
        |name| request.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let hosts = texts("x-forwarded-host").map(|text| Host::parse(text.trim()));
    hosts.chain(texts("x-original-url").map(|text| Host::of(&Url::parse(&text).ok()?)))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn ask(hosts: &KnownHosts, path: &str, host: &str, headers: &[(&str, &str)]) -> Result<(), Refused> {
        let request = Request::builder().uri(path).header("host", host);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        hosts.check(&request.body(Body::empty()).unwrap())
    }

    fn public(url: &str, bound: &str) -> KnownHosts {
        KnownHosts::public(&Url::parse(url).unwrap(), bound.parse().unwrap())
    }

    fn internal() -> KnownHosts {
        let names = ["gate.corp.example".to_owned()];
        KnownHosts::internal(&Url::parse("https://keys.example").unwrap(), &names)
    }

    const STRANGERS: [&str; 6] = [
        "evil.example",
        "keys.example.evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil-keys.example:3000",
        "internal.evil.example.",
    ];

    #[test]
    fn the_public_listener_answers_for_the_public_url_and_for_this_machine() {
        let hosts = public("https://keys.example:8443/latchkey", "127.0.0.1");
        for host in [
            "keys.example:8443",
            "keys.example",
            "KEYS.Example.",
            "localhost:3000",
            "LocalHost",
            "127.0.0.1:3000",
            "127.0.0.2",
            "[::1]:3000",
            "[::ffff:127.0.0.1]",
            "latchkey:3000",
            "keys.localhost",
            "latchkey.default.svc.cluster.local",
        ] {
            assert_eq!(ask(&hosts, "/sign-in", host, &[]), Ok(()), "{host}");
        }
        for host in STRANGERS.into_iter().chain(["192.0.2.1", "[2001:db8::1]", "0.0.0.0:3000"]) {
            assert_eq!(ask(&hosts, "/sign-in", host, &[]), Err(Refused::Unknown), "{host}");
        }
    }

    #[test]
    fn an_address_is_known_where_the_listener_is_bound_to_it_or_to_all() {
        for (bound, host, known) in [
            ("192.0.2.1", "192.0.2.1:3000", true),
            ("192.0.2.1", "192.0.2.2:3000", false),
            ("2001:db8::1", "[2001:DB8:0::1]", true),
            ("0.0.0.0", "192.0.2.2", true),
            ("::", "[2001:db8::1]", true),
            ("::", "evil.example", false),
        ] {
            let hosts = public("http://localhost:3000", bound);
            assert_eq!(ask(&hosts, "/", host, &[]).is_ok(), known, "{bound} {host}");
        }
    }

    #[test]
    fn the_internal_listener_answers_for_addresses_private_names_and_those_of_the_settings() {
        let hosts = internal();
        for host in [
            "127.0.0.1:3001",
            "10.1.2.3",
            "[fd00::1]:3001",
            "localhost",
            "latchkey:3001",
            "latchkey.default.svc",
            "latchkey.internal",
            "Gate.Corp.Example:3001",
            "keys.example",
        ] {
            assert_eq!(ask(&hosts, "/metrics", host, &[]), Ok(()), "{host}");
        }
        for (host, path) in
            STRANGERS.iter().flat_map(|host| ["/metrics", "/verify", "/verify/json"].map(|path| (host, path)))
        {
            assert_eq!(ask(&hosts, path, host, &[]), Err(Refused::UnknownInside), "{host} {path}");
        }
    }

    #[test]
    fn a_gateway_may_pass_the_host_on_that_it_asks_about_and_no_other() {
        let hosts = internal();
        let (caddy, nginx) = ("x-forwarded-host", "x-original-url");
        for (path, header, value, known) in [
            ("/verify", caddy, "API.example:8443", true),
            ("/verify", nginx, "https://api.example/a?b=c", true),
            ("/verify", caddy, "other.example", false),
            ("/verify", nginx, "https://other.example/api.example", false),
            // Refused further inside, with the part that is wrong.
            ("/verify", caddy, "api.example, api.example", true),
            ("/verify", nginx, "api.example/a", true),
            ("/verify", "x-forwarded-proto", "https", true),
            ("/verify", "x-forwarded-for", "203.0.113.7", false),
            // A gateway's question about its client's /json; without a gateway's fields it is a tool's.
            ("/verify/json", "x-forwarded-proto", "https", true),
            ("/verify/json", "x-envoy-internal", "true", true),
            ("/verify/json", "x-forwarded-for", "203.0.113.7", false),
            ("/metrics", caddy, "api.example", false),
            ("/verify/items", "x-request-id", "1", true),
            ("/verifying", caddy, "api.example", false),
        ] {
            let answer = ask(&hosts, path, "api.example", &[(header, value)]);
            assert_eq!(answer.is_ok(), known, "{path} {header} {value}");
        }
        let public = public("https://keys.example", "127.0.0.1");
        assert_eq!(ask(&public, "/verify", "api.example", &[(caddy, "api.example")]), Err(Refused::Unknown));
    }

    #[test]
    fn a_flood_of_hosts_is_remembered_up_to_a_limit() {
        let hosts = internal();
        for number in 0..2 * MOST_LOGGED {
            let refused = ask(&hosts, "/metrics", &format!("evil-{number}.example"), &[]);
            assert_eq!(refused, Err(Refused::UnknownInside));
        }
        assert_eq!(hosts.0.logged.lock().unwrap().len(), MOST_LOGGED);
    }
}
