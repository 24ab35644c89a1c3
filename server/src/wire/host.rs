//! The host that a request is for: its target's, or its `Host` field's (RFC 9112 §3.2, RFC 9113 §8.3.1).

use std::net::IpAddr;

use axum::http::{HeaderValue, Request, Uri, Version, header::HOST};
use url::Url;

/// The most bytes of a host with its port: a DNS name has 255 at most.
const MOST_BYTES: usize = 262;

/// A host, as browsers read it: a name in lower case without a dot at its end, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(String),
    Address(IpAddr),
}

/// Why a request says no host, in words for its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoHost {
    #[error("This request has more than one Host field. Send exactly one.")]
    Several,
    #[error("This request has no Host field, which HTTP/1.1 requires. Send exactly one.")]
    Missing,
    #[error("The Host of this request is no host. Send a name or an address, and at most a port.")]
    Malformed,
    #[error("This request names two hosts: its :authority and its Host field differ. Send one of them.")]
    Disagreement,
}

impl Host {
    /// Reads `host` or `host:port`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rfind(':') {
            // The last colon of an IPv6 address stands inside its brackets.
            Some(colon) if !text[colon..].contains(']') => (&text[..colon], &text[colon + 1..]),
            _ => (text, ""),
        };
        let is_port = port.is_empty()
            || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
        if text.len() > MOST_BYTES || !is_port {
            return None;
        }
        Self::read(url::Host::parse(host).ok()?)
    }

    /// The host of a URL.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        Self::read(url.host()?.to_owned())
    }

    fn read(host: url::Host) -> Option<Self> {
        match host {
            url::Host::Ipv4(address) => Some(Self::Address(address.into())),
            url::Host::Ipv6(address) => Some(Self::Address(IpAddr::from(address).to_canonical())),
            url::Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                let is_label = |label: &str| {
                    !label.is_empty()
                        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                };
                name.split('.').all(is_label).then(|| Self::Name(name.to_owned()))
            }
        }
    }

    /// The host of a request and its text; `None` for an HTTP/1.0 request that says none, as some health checks send it.
    pub(crate) fn of_request<B>(request: &Request<B>) -> Result<Option<(Self, &str)>, NoHost> {
        let mut fields = request.headers().get_all(HOST).iter();
        let field = fields.next();
        if fields.next().is_some() {
            return Err(NoHost::Several);
        }
        let field = field.map(in_field).transpose()?;
        let target = in_target(request.uri())?;
        match (request.version(), target, field) {
            (Version::HTTP_09 | Version::HTTP_10, None, field) => Ok(field),
            (Version::HTTP_11, _, None) | (_, None, None) => Err(NoHost::Missing),
            // The target's host counts, and `Host` is to be ignored (RFC 9112 §3.2.2).
            (Version::HTTP_09 | Version::HTTP_10 | Version::HTTP_11, Some(target), _) => Ok(Some(target)),
            (_, Some((target, _)), Some((field, _))) if target != field => Err(NoHost::Disagreement),
            (_, Some(host), _) | (_, None, Some(host)) => Ok(Some(host)),
        }
    }
}

fn in_field(field: &HeaderValue) -> Result<(Host, &str), NoHost> {
    let text = field.to_str().map_err(|_| NoHost::Malformed)?;
    Ok((Host::parse(text).ok_or(NoHost::Malformed)?, text))
}

fn in_target(target: &Uri) -> Result<Option<(Host, &str)>, NoHost> {
    let Some(authority) = target.authority() else { return Ok(None) };
    Ok(Some((Host::parse(authority.as_str()).ok_or(NoHost::Malformed)?, authority.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Host {
        Host::Name(text.to_owned())
    }

    fn address(text: &str) -> Host {
        Host::Address(text.parse().unwrap())
    }

    #[test]
    fn a_host_is_read_as_browsers_read_it() {
        for (text, host) in [
            ("Keys.Example:3000", name("keys.example")),
            ("keys.example.", name("keys.example")),
            ("keys.example.:443", name("keys.example")),
            ("latchkey_web", name("latchkey_web")),
            ("keys.example:", name("keys.example")),
            ("127.0.0.1:3000", address("127.0.0.1")),
            ("2130706433", address("127.0.0.1")),
            ("[::1]:3000", address("::1")),
            ("[::ffff:127.0.0.1]", address("127.0.0.1")),
            ("[2001:DB8::1]", address("2001:db8::1")),
        ] {
            assert_eq!(Host::parse(text), Some(host), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        let long = format!("{}.example", "a".repeat(MOST_BYTES));
        for text in [
            "",
            ":3000",
            ".",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "user@keys.example",
            "a@b@c",
            "keys.example:x",
            "keys.example:70000",
            "keys.example:+80",
            "keys.example:80:80",
            "keys..example",
            "*",
            "::1",
            "[::1",
            "::1]",
            "[::1]x",
            "[keys.example]",
            "a,b",
            "a<b",
            "1.2.3.256",
            "%00",
            "a\u{0}",
            &long,
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }

    fn of(version: Version, target: &str, fields: &[&str]) -> Result<Option<String>, NoHost> {
        let mut request = Request::builder().version(version).uri(target);
        for field in fields {
            request = request.header(HOST, *field);
        }
        let request = request.body(()).unwrap();
        Host::of_request(&request).map(|host| host.map(|(_, text)| text.to_owned()))
    }

    #[test]
    fn the_target_comes_before_the_field_and_one_of_them_has_to_be_there() {
        let (old, one, two) = (Version::HTTP_10, Version::HTTP_11, Version::HTTP_2);
        let text = |text: &str| Ok(Some(text.to_owned()));
        for (version, target, fields, expected) in [
            (one, "/", &["a.example"][..], text("a.example")),
            (one, "/", &[], Err(NoHost::Missing)),
            (one, "/", &["a.example", "a.example"], Err(NoHost::Several)),
            (one, "/", &["a b"], Err(NoHost::Malformed)),
            (one, "/", &[""], Err(NoHost::Malformed)),
            (one, "http://a.example/", &["b.example"], text("a.example")),
            (one, "http://a.example/", &[], Err(NoHost::Missing)),
            (one, "http://user@a.example/", &["a.example"], Err(NoHost::Malformed)),
            (old, "/", &[], Ok(None)),
            (old, "/", &["a.example"], text("a.example")),
            (old, "/", &["a.example", "b.example"], Err(NoHost::Several)),
            (two, "https://a.example/", &[], text("a.example")),
            (two, "https://a.example/", &["A.example"], text("a.example")),
            (two, "https://a.example/", &["b.example"], Err(NoHost::Disagreement)),
            (two, "/", &["a.example"], text("a.example")),
            (two, "/", &[], Err(NoHost::Missing)),
        ] {
            assert_eq!(of(version, target, fields), expected, "{version:?} {target} {fields:?}");
        }
    }
}
