//! The body of a request: how much of it is read.

use axum::body::{Body, Bytes, to_bytes};

/// The limit for every body on the public listener; real ones are far smaller.
pub(crate) const MOST_BODY_BYTES: usize = 64 * 1024;

/// The body exceeds its limit.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// Reads a body up to a limit.
pub(crate) async fn read_body(body: Body, most: usize) -> Result<Bytes, TooLarge> {
    to_bytes(body, most).await.map_err(|_| TooLarge)
}
