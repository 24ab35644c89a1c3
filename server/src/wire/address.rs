//! Which network address a request comes from: the peer's, or what a trusted proxy says it is.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::state::AppState;

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
fn warn_of_unknown_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) {
    static WARNED: Once = Once::new();
    if headers.contains_key("x-forwarded-for") && !trusted.contains(&peer) {
        WARNED.call_once(|| {
            tracing::warn!(
                %peer,
                "X-Forwarded-For came from an address that is no trusted proxy, and is not believed: if it is your proxy, name it in LATCHKEY_TRUSTED_PROXIES, or all its clients count as one address. This is said once"
            );
        });
    }
}

/// Walks `X-Forwarded-For` from its end for as long as the hops are trusted; earlier entries can be forged.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for hop in forwarded.iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &str) -> String {
        let headers =
            HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
        let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        assert_eq!(from("192.0.2.1", "203.0.113.5"), "192.0.2.1");
        assert_eq!(from("10.0.0.1", "203.0.113.5"), "203.0.113.5");
        assert_eq!(from("10.0.0.1", "203.0.113.5, 10.0.0.2"), "203.0.113.5");
    }

    #[test]
    fn what_a_client_claims_before_the_first_trusted_hop_is_not_believed() {
        assert_eq!(from("10.0.0.1", "1.1.1.1, 203.0.113.5"), "203.0.113.5");
        assert_eq!(from("10.0.0.1", "nonsense"), "10.0.0.1");
    }
}
