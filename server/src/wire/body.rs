//! The body of a request: how much of it is read, and whether it is a form.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};

/// The limit for every body on the public listener; real ones are far smaller.
pub(crate) const MOST_BODY_BYTES: usize = 64 * 1024;

/// The body exceeds its limit.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Reads a body up to a limit.
pub(crate) async fn read_body(body: Body, most: usize) -> Result<Bytes, TooLarge> {
    to_bytes(body, most).await.map_err(|_| TooLarge)
}

/// What the body is, without parameters such as `charset`; empty without one. Parsed leniently, not as a typed header: the
/// application behind would take a form with a broken parameter for a form, so it has to be signed as one.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// Whether the body's parameters are part of what is signed.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
