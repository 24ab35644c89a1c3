//! The body of a request: how much of it is read, and whether it is a form.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};

/// No form or call of a page is anywhere near this.
pub(crate) const MOST_BODY_BYTES: usize = 64 * 1024;

/// The body is larger than anybody needs.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Reads a body up to a limit.
pub(crate) async fn read_body(body: Body, most: usize) -> Result<Bytes, TooLarge> {
    to_bytes(body, most).await.map_err(|_| TooLarge)
}

/// What the body is, without parameters such as `charset`; empty where nobody says. Read leniently, not as a typed header:
/// a form whose Content-Type has a parameter that cannot be read is a form to whoever gets it, so it has to be signed as one.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// Whether the body's parameters are part of what is signed.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
