//! Calls of the page's server functions: admitted or refused in one place, before their arguments are read.

use app::guard::{Caller, OPEN};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use service::sign_in::Presence;

use crate::{
    console::refusal::refuse,
    state::AppState,
    wire::{address::ClientAddress, body::MOST_BODY_BYTES, failure::Failure, session},
};

/// `POST /api/page/…`
pub(crate) async fn call(
    State(state): State<AppState>,
    address: ClientAddress,
    request: Request,
) -> Response {
    // The page asks who it is without its user's doing; only calls that need a permission extend the session.
    let presence = if OPEN.contains(&request.uri().path()) { Presence::Listening } else { Presence::Acting };
    let person = match session::who(request.headers(), address, &state, presence).await {
        Ok(person) => person,
        Err(error) => return refuse(&error.into()),
    };
    match Caller::admit(request.uri().path(), state.service, person) {
        Ok(caller) => {
            // Read here, with its limit: the framework would take a body that is too large for a broken connection.
            let (mut parts, body) = request.into_parts();
            // leptos redirects HTML submits to the `Referer`; drop it, so that the JSON answer is sent.
            parts.headers.remove(header::REFERER);
            let Ok(body) = to_bytes(body, MOST_BODY_BYTES).await else {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            };
            let request = Request::from_parts(parts, Body::from(body));
            let answer = leptos_axum::handle_server_fns_with_context(move || caller.provide(), request).await;
            with_reason(answer.into_response()).await
        }
        Err(error) => refuse(&error),
    }
}

/// Leaves the error of a function that failed for the log: the framework has put it into the body alone.
async fn with_reason(response: Response) -> Response {
    if !response.status().is_server_error() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MOST_BODY_BYTES).await.unwrap_or_default();
    let failure = Failure::of(&String::from_utf8_lossy(&body));
    (failure, Response::from_parts(parts, Body::from(body))).into_response()
}
