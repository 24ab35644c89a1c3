//! Which network address a request comes from: the peer's, or what a trusted proxy says it is. And which one a gateway's
//! question is about.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Once,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::{settings::proxies::TrustedProxies, state::AppState};

const FORWARDED_FOR: &str = "x-forwarded-for";
const REAL_IP: &str = "x-real-ip";

/// The address that a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        // The public listener provides it; without it all clients share one address, and its rate limits.
        let peer = peer(parts).ip().to_canonical();
        warn_of_unknown_proxy(peer, &parts.headers, &state.trusted_proxies);
        Ok(Self(client(peer, &parts.headers, &state.trusted_proxies)))
    }
}

/// The far end of a request's connection: the client itself, or a proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection(pub(crate) SocketAddr);

impl<S: Sync> FromRequestParts<S> for Connection {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(peer(parts)))
    }
}

fn peer(parts: &Parts) -> SocketAddr {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |info| info.0)
}

/// Says once that a proxy may have been forgotten: then all its clients count as one address.
fn warn_of_unknown_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) {
    static WARNED: Once = Once::new();
    if headers.contains_key(FORWARDED_FOR) && !trusted.contains(peer) {
        WARNED.call_once(|| {
            tracing::warn!(
                %peer,
                "X-Forwarded-For came from an address that is no trusted proxy, and is not believed: if it is your proxy, name it in LATCHKEY_TRUSTED_PROXIES, or all its clients count as one address. This is said once"
            );
        });
    }
}

/// Walks `X-Forwarded-For` from its end for as long as the hops are trusted; earlier entries can be forged.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let mut client = peer;
    for hop in hops(headers).rev() {
        if !trusted.contains(client) {
            break;
        }
        let Some(address) = hop else { break };
        client = address;
    }
    client
}

/// The client's address as a gateway tells it that asks about a request: the last of `X-Forwarded-For` that is no trusted
/// proxy, else `X-Real-IP`. `None` where neither says one, or an entry is no address, so that those before it can be forged.
pub(crate) fn described(headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let last = hops(headers).rev().find(|hop| hop.is_none_or(|address| !trusted.contains(address)));
    last.unwrap_or_else(|| {
        let mut values = headers.get_all(REAL_IP).iter();
        let value = values.next()?;
        if values.next().is_some() { None } else { hop(value.as_bytes()) }
    })
}

/// The entries of `X-Forwarded-For`, the newest last; `None` for one that is no address. Empty ones, as a comma at the end
/// makes them, count for nothing.
fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = Option<IpAddr>> {
    let values = headers.get_all(FORWARDED_FOR).iter();
    // Octets: what is no text spoils its own entry, not those that proxies have added behind it.
    let entries = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    entries.filter(|entry| !entry.trim_ascii().is_empty()).map(hop)
}

/// Reads an address as proxies write it: bare or in brackets, with or without a port, also in quotation marks.
fn hop(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry).ok()?.trim();
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim();
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let address = text.parse::<IpAddr>().ok();
    let address = address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    Some(address.or_else(|| in_brackets().map(IpAddr::V6))?.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const PROXIES: &str = "10.0.0.1, 10.0.0.2, 172.16.0.0/12, fd00::/8";

    fn headers(fields: &[(&'static str, &[u8])]) -> HeaderMap {
        let field = |(name, value): &(&'static str, &[u8])| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap())
        };
        fields.iter().map(field).collect()
    }

    fn from(peer: &str, forwarded: &[&[u8]]) -> String {
        let fields: Vec<_> = forwarded.iter().map(|value| (FORWARDED_FOR, *value)).collect();
        client(peer.parse().unwrap(), &headers(&fields), &PROXIES.parse().unwrap()).to_string()
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        assert_eq!(from("192.0.2.1", &[b"203.0.113.5"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", &[b"203.0.113.5"]), "203.0.113.5");
        assert_eq!(from("10.0.0.1", &[b"203.0.113.5, 10.0.0.2"]), "203.0.113.5");
        assert_eq!(from("172.31.9.9", &[b"203.0.113.5, fd00::7"]), "203.0.113.5");
        assert_eq!(from("172.32.0.1", &[b"203.0.113.5"]), "172.32.0.1");
    }

    #[test]
    fn what_a_client_claims_before_the_first_trusted_hop_is_not_believed() {
        assert_eq!(from("10.0.0.1", &[b"1.1.1.1, 203.0.113.5"]), "203.0.113.5");
        assert_eq!(from("10.0.0.1", &[b"1.1.1.1", b"203.0.113.5"]), "203.0.113.5");
        for claim in
            ["nonsense", "unknown", "_hidden", "203.0.113.5:port", "[203.0.113.5]", "203.0.113.5;", "::1]"]
        {
            assert_eq!(from("10.0.0.1", &[claim.as_bytes()]), "10.0.0.1", "{claim}");
        }
    }

    #[test]
    fn an_entry_may_have_a_port_brackets_or_quotation_marks() {
        for (entry, address) in [
            ("203.0.113.7:51008", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("\"[2001:db8::7]:443\"", "2001:db8::7"),
            ("\"203.0.113.7\"", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:51008", "203.0.113.7"),
            ("\t203.0.113.7 ", "203.0.113.7"),
        ] {
            assert_eq!(from("10.0.0.1", &[entry.as_bytes()]), address, "{entry}");
            let behind_another = format!("{entry}, 10.0.0.2:8080");
            assert_eq!(from("10.0.0.1", &[behind_another.as_bytes()]), address, "{entry}");
        }
    }

    #[test]
    fn empty_entries_count_for_nothing() {
        for forwarded in
            ["203.0.113.7,", "203.0.113.7, ,", ",203.0.113.7", "203.0.113.7,,10.0.0.2,", " , 203.0.113.7 "]
        {
            assert_eq!(from("10.0.0.1", &[forwarded.as_bytes()]), "203.0.113.7", "{forwarded}");
        }
        assert_eq!(from("10.0.0.1", &[b""]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[b"203.0.113.7", b"", b","]), "203.0.113.7");
    }

    #[test]
    fn a_client_s_octets_beyond_ascii_do_not_hide_what_its_proxy_adds() {
        assert_eq!(from("10.0.0.1", &[b"\xc3\xa9\xff, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(from("10.0.0.1", &[b"203.0.113.7, \xff"]), "10.0.0.1");
    }

    #[test]
    fn a_gateway_describes_the_client_by_the_last_address_that_is_no_trusted_proxy() {
        for (forwarded, real, expected) in [
            (&[&b"203.0.113.7"[..]][..], &[][..], Some("203.0.113.7")),
            (&[b"1.1.1.1, 203.0.113.7:51008, 172.16.0.1,"], &[], Some("203.0.113.7")),
            (&[b"203.0.113.7"], &[&b"198.51.100.1"[..]], Some("203.0.113.7")),
            (&[b"10.0.0.1, 10.0.0.2"], &[b"198.51.100.1:99"], Some("198.51.100.1")),
            (&[], &[b"[2001:db8::7]"], Some("2001:db8::7")),
            (&[], &[], None),
            (&[b"10.0.0.1"], &[], None),
            (&[], &[b"unknown"], None),
            (&[], &[b"198.51.100.1", b"198.51.100.2"], None),
            (&[b"203.0.113.7, unknown"], &[b"198.51.100.1"], None),
        ] {
            let fields: Vec<_> = forwarded.iter().map(|value| (FORWARDED_FOR, *value)).collect();
            let real = real.iter().map(|value| (REAL_IP, *value));
            let headers = headers(&fields.into_iter().chain(real).collect::<Vec<_>>());
            let found = described(&headers, &PROXIES.parse().unwrap()).map(|address| address.to_string());
            assert_eq!(found.as_deref(), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_gateways_question_is_about_the_last_that_is_no_trusted_proxy_or_else_about_nobody() {
        let asked = |fields: &[(&'static str, &str)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
            let found = described(&headers(&fields), &PROXIES.parse().unwrap());
            found.map(|address| address.to_string())
        };
        let forwarded = |value| asked(&[(FORWARDED_FOR, value), (REAL_IP, "192.0.2.9")]);
        assert_eq!(forwarded("1.1.1.1, 203.0.113.5").as_deref(), Some("203.0.113.5"));
        assert_eq!(forwarded("203.0.113.5, 10.0.0.2, 10.0.0.1").as_deref(), Some("203.0.113.5"));
        assert_eq!(forwarded("::ffff:203.0.113.5").as_deref(), Some("203.0.113.5"));
        assert_eq!(forwarded("203.0.113.5, nonsense"), None);
        assert_eq!(forwarded("10.0.0.2, 10.0.0.1").as_deref(), Some("192.0.2.9"), "all of them are proxies");
        assert_eq!(asked(&[(REAL_IP, "192.0.2.9")]).as_deref(), Some("192.0.2.9"));
        assert_eq!(asked(&[(REAL_IP, "192.0.2.9"), (REAL_IP, "192.0.2.8")]), None);
        assert_eq!(asked(&[(REAL_IP, "somewhere")]), None);
        assert_eq!(asked(&[]), None);
    }
}
