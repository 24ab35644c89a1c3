//! What crosses the network unprotected, or can be reached over it although it should not be: as `serve` and `check` warn.

use std::{fmt, net::IpAddr};

use store::{Location, Protection, Remote};

use crate::settings::{Settings, listen_at::ListenAt, proxies::TrustedProxies};

/// An opening that the settings leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The public listener serves others by http.
    PublicInClear(ListenAt),
    /// The public listener serves a proxy by http, and others can reach it past the proxy.
    PastProxy(ListenAt),
    /// The internal listener can be reached from everywhere.
    InternalOpen(ListenAt),
    /// The database is on another host, and that may be another than it seems.
    Database(&'static str, Remote),
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublicInClear(address) => write!(
                f,
                "LATCHKEY_LISTEN={address} serves http to other machines: passwords and sessions cross the network in clear; set LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY, or put a proxy with TLS in front and its address into LATCHKEY_PUBLIC_URL=https://…"
            ),
            Self::PastProxy(address) => write!(
                f,
                "LATCHKEY_LISTEN={address} serves http to the proxy that LATCHKEY_PUBLIC_URL=https://… implies, and perhaps to other machines: only the proxy should reach it; give a loopback address or unix:PATH, or shut all others out by a network of its own or a firewall"
            ),
            Self::InternalOpen(address) => write!(
                f,
                "LATCHKEY_INTERNAL_LISTEN={address} may be reached from everywhere: /verify and /metrics are for gateways and tools alone; give a loopback or private address, or shut all others out by a firewall"
            ),
            Self::Database(setting, Remote { host, protection }) => {
                let what = match protection {
                    Protection::Clear => {
                        "is asked in clear (sslmode=disable): everybody on the way can read and change what it answers"
                    }
                    Protection::Optional => {
                        "is asked in clear where it offers no TLS, or where somebody on the way says so, and its certificate is not checked"
                    }
                    Protection::Unverified => {
                        "is asked over TLS, but its certificate is not checked (sslmode=require): it may be anybody"
                    }
                    Protection::Verified => "is asked over TLS",
                };
                write!(
                    f,
                    "the database server {host} {what}; add sslmode=verify-full (and sslrootcert=FILE for a CA of your own) to {setting}"
                )
            }
        }
    }
}

/// Everything that the settings leave open.
pub(crate) fn openings(settings: &Settings) -> Vec<Opening> {
    let is_http = settings.public_url.as_ref().is_none_or(|url| url.scheme() == "http");
    let is_any = |at: &ListenAt, test: fn(IpAddr) -> bool| at.addresses().iter().any(|at| test(at.ip()));
    let in_clear = Some(&settings.listen)
        .filter(|at| settings.tls().is_none() && is_any(at, |address| !address.to_canonical().is_loopback()));
    // Where the proxies are named, somebody has thought of the way past them.
    let is_behind = settings.trusted_proxies != TrustedProxies::default();
    let in_clear = in_clear.filter(|_| is_http || !is_behind);
    let public = if is_http { Opening::PublicInClear } else { Opening::PastProxy };
    let internal = settings.internal_listen.as_ref().filter(|at| is_any(at, |address| !is_private(address)));
    let unprotected = |setting, location: &Location| {
        let remote = location.remote().filter(|remote| remote.protection != Protection::Verified);
        remote.map(|remote| Opening::Database(setting, remote))
    };
    let listening = settings.listen_database_url.as_ref();
    let openings = [
        in_clear.cloned().map(public),
        internal.cloned().map(Opening::InternalOpen),
        unprotected("LATCHKEY_DATABASE_URL", &settings.database_url),
        listening.and_then(|location| unprotected("LATCHKEY_LISTEN_DATABASE_URL", location)),
    ];
    openings.into_iter().flatten().collect()
}

/// Whether nobody on the Internet has this address.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::settings::{Flags, Settings};

    #[test]
    fn what_the_network_can_read_or_reach_is_told_with_what_to_do() {
        let tls = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];
        let openings = |environment: &[(&str, &str)]| {
            let environment =
                environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            let file = Path::new("latchkey.toml");
            let settings = Settings::from_sources(&Flags::default(), &environment, file, "").unwrap();
            super::openings(&settings).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (listen, internal, url) =
            ("LATCHKEY_LISTEN", "LATCHKEY_INTERNAL_LISTEN", "LATCHKEY_DATABASE_URL");
        let behind_tls = ("LATCHKEY_PUBLIC_URL", "https://keys.example");
        for environment in [
            &[][..],
            &[(listen, "[::1]:3000")],
            &[(listen, "[::ffff:127.0.0.1]:3000")],
            &[(listen, "127.0.0.1:3000"), behind_tls],
            &[(listen, "unix:public.sock"), behind_tls],
            &[(listen, "0.0.0.0:3000"), behind_tls, ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.7")],
            &[(listen, "0.0.0.0:3000"), tls[0], tls[1]],
            &[(listen, "0.0.0.0:3000"), behind_tls, tls[0], tls[1]],
            &[(internal, "10.0.0.5:3001")],
            &[(internal, "[fd00::5]:3001")],
            &[(internal, "off")],
            &[(listen, "localhost:3000")],
            &[(listen, "unix:public.sock")],
            &[(internal, "unix:internal.sock")],
            &[(internal, "localhost:3001")],
            &[(url, "postgres://ada@localhost/keys?sslmode=disable")],
            &[(url, "postgres://ada@[::1]/keys?sslmode=disable")],
            &[(url, "postgres://ada@db.example/keys?sslmode=verify-full")],
            &[(url, "postgres://ada@db.example/keys?sslmode=verify-ca&sslrootcert=ca.pem")],
            &[(url, "postgres://ada@db.example/keys?sslmode=require&sslrootcert=ca.pem")],
        ] {
            assert_eq!(openings(environment), [""; 0], "{environment:?}");
        }
        let http = ("LATCHKEY_PUBLIC_URL", "http://keys.example");
        for (environment, parts) in [
            (
                &[(listen, "0.0.0.0:3000")][..],
                ["LATCHKEY_LISTEN=0.0.0.0:3000 serves http", "LATCHKEY_TLS_CERT"],
            ),
            (
                &[(listen, "192.0.2.1:80"), http],
                ["LATCHKEY_LISTEN=192.0.2.1:80 ", "LATCHKEY_PUBLIC_URL=https://"],
            ),
            (
                &[(listen, "0.0.0.0:3000"), behind_tls],
                ["LATCHKEY_LISTEN=0.0.0.0:3000 serves http to the proxy", "only the proxy should"],
            ),
            (&[(internal, "0.0.0.0:3001")], ["LATCHKEY_INTERNAL_LISTEN=0.0.0.0:3001 ", "firewall"]),
            (&[(internal, "[::]:3001")], ["LATCHKEY_INTERNAL_LISTEN=[::]:3001 ", "/metrics"]),
            (&[(internal, "203.0.113.1:3001")], ["LATCHKEY_INTERNAL_LISTEN=203.0.113.1:3001 ", "private"]),
            (
                &[(url, "postgres://ada:correcthorse@db.example/keys?sslmode=disable")],
                ["server db.example is asked in clear", "sslmode=verify-full"],
            ),
            (
                &[(url, "postgres://ada:correcthorse@192.0.2.1/keys?sslmode=prefer")],
                ["server 192.0.2.1 is asked in clear where it offers no TLS", "sslmode=verify-full"],
            ),
            (
                &[(url, "postgres://ada:correcthorse@db.example/keys?sslmode=require")],
                ["server db.example is asked over TLS, but", "sslmode=verify-full"],
            ),
        ] {
            let told = openings(environment);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(parts.iter().all(|part| told[0].contains(part)), "{told:?}");
            assert!(!told[0].contains("correcthorse"), "{told:?}");
        }
        let direct = [
            (url, "postgres://ada@localhost/keys"),
            ("LATCHKEY_LISTEN_DATABASE_URL", "postgres://ada:correcthorse@direct.example/keys"),
        ];
        let told = openings(&direct);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("server direct.example ") && told[0].contains("to LATCHKEY_LISTEN_DATABASE_URL"),
            "{told:?}"
        );
        let all = [(listen, "0.0.0.0:3000"), (internal, "0.0.0.0:3001"), (url, "postgres://db.example/keys")];
        assert_eq!(openings(&all).len(), 3);
    }
}
