//! Gives each request its number, and writes the one log line of a request that failed.

use std::time::Instant;

use axum::{extract::Request, middleware::Next, response::Response};
use tracing::Instrument as _;

use crate::wire::{
    failure::Failure,
    request_id::{self, RequestId},
};

/// The outermost layer: whatever is logged further inside says which request it belongs to.
pub(crate) async fn trace(mut request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let id = RequestId::new();
    // Not the query: that may hold a set-up link's token, or with PLAINTEXT the secrets themselves. At the level of errors,
    // so that no filter takes away from a failure's line which request it was.
    let span = tracing::error_span!("request", %id, method = %request.method(), path = %request.uri().path());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    response.headers_mut().insert(request_id::HEADER, id.header());
    span.in_scope(|| log(&response, begin));
    response
}

fn log(response: &Response, begin: Instant) {
    let status = response.status().as_u16();
    if !response.status().is_server_error() {
        tracing::debug!(status, took = ?begin.elapsed(), "answered");
        return;
    }
    let error = response.extensions().get::<Failure>().map(tracing::field::display);
    tracing::error!(status, error, "the request failed");
}
