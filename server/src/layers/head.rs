//! What holds for the head of every request, on both listeners: its size, and that its host is one of ours.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header::HOST},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    layers::known_hosts::{KnownHosts, Refused},
    state::denials::Reason,
    wire::denial::Denial,
};

/// The most bytes of a request's head. The connection's buffer ends near this size too: what arrives in one piece may
/// exceed it a little.
pub(crate) const MOST_HEAD_BYTES: usize = 64 * 1024;

/// What is said of a larger one, and of one with more fields than hyper reads, which answers both alike.
pub(crate) const TOO_LARGE: &str = "The head of a request may hold 64 KiB and 100 header fields at most.\n";

/// Refuses a head that is too large, and a host that is not known. Must be inside `layers::denials` where that is, which counts
/// what names an unknown host.
pub(crate) async fn check(State(hosts): State<KnownHosts>, mut request: Request, next: Next) -> Response {
    if size(request.uri(), request.headers()) > MOST_HEAD_BYTES {
        return (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE).into_response();
    }
    if let Err(refused) = hosts.check(&request) {
        let denial = match refused {
            Refused::Unknown | Refused::UnknownInside => Some(Denial::of(Reason::UnknownHost)),
            Refused::NoHost(_) => None,
        };
        return (StatusCode::BAD_REQUEST, denial, format!("{refused}\n")).into_response();
    }
    // Handlers read the field, so it has to say what counts.
    let target = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = target {
        request.headers_mut().insert(HOST, host);
    }
    next.run(request).await
}

/// The bytes of target and fields, with what stands between.
fn size(target: &Uri, fields: &HeaderMap) -> usize {
    let target = target.path_and_query().map_or(0, |target| target.as_str().len());
    fields.iter().fold(target, |sum, (name, value)| sum + name.as_str().len() + value.len() + ": \r\n".len())
}
