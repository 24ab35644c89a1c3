//! The headers that every answer of the public listener carries.

use axum::{
    extract::{FromRef, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::state::AppState;

/// Names and values, whatever is answered.
static ALWAYS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The same, where browsers reach us by https.
static BY_HTTPS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// Names and values of every answer of a listener that browsers reach by https, or do not.
pub(crate) fn always(is_https: bool) -> impl Iterator<Item = &'static (HeaderName, &'static str)> {
    ALWAYS.iter().chain(is_https.then_some(&BY_HTTPS))
}

/// Whether browsers reach us by https.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Https(pub(crate) bool);

impl FromRef<AppState> for Https {
    fn from_ref(state: &AppState) -> Self {
        Self(state.is_https())
    }
}

/// Adds what is not there yet: a page brings its own Content-Security-Policy, an asset its own Cache-Control.
pub(crate) async fn secure(State(Https(is_https)): State<Https>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_unavailable = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let mut add = |name: HeaderName, value| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    for (name, value) in always(is_https) {
        add(name.clone(), value);
    }
    if is_unavailable {
        add(header::RETRY_AFTER, "1");
    }
    response
}
