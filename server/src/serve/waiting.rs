//! What both listeners answer while a start opens its database, which may have to come first or to be migrated: that the
//! process lives, and what it waits for.

use axum::{
    Router,
    http::{StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    layers::{
        head,
        headers::{self, Https},
        known_hosts::KnownHosts,
        trace,
    },
    wire::failure::Failure,
};

const HEALTH: &str = "/healthz";
const READY: &str = "/readyz";

/// Who asks here has to know it now.
pub(super) const PROMPT: [&str; 2] = [HEALTH, READY];

/// A part of the server that is in the way, as `/readyz` names the others.
const NOT_READY: &str = "database: the start waits until it can be opened\n";
const WORDS: &str = "This server is starting, and waits for its database. Try again in a few seconds.\n";
const FAILURE: &str = "the start waits for the database";

/// The public listener's answers: 503, with the headers that every answer carries.
pub(super) fn public(hosts: KnownHosts, https: Https) -> Router {
    Router::new()
        .fallback(starting)
        .layer(from_fn_with_state(hosts, head::check))
        .layer(from_fn_with_state(https, headers::secure))
        .layer(from_fn(trace::trace))
}

/// The internal listener's. A gateway that asks lets nothing pass.
pub(super) fn internal(hosts: KnownHosts) -> Router {
    Router::new()
        .route(HEALTH, get(|| async { "ok\n" }))
        .route(READY, get(|| async { unavailable(NOT_READY) }))
        .fallback(starting)
        .layer(from_fn_with_state(hosts, head::check))
}

async fn starting() -> Response {
    (Failure::of(FAILURE), unavailable(WORDS)).into_response()
}

fn unavailable(words: &'static str) -> impl IntoResponse {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], words)
}
