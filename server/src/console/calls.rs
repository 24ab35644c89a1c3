//! Calls of the page's server functions: admitted or refused in one place, before their arguments are read.

use app::{
    AppError,
    guard::{Caller, OPEN},
    incident::Incident,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use leptos::server_fn::axum::server_fn_paths;
use service::sign_in::Presence;

use crate::{
    console::refusal::refuse,
    state::{AppState, denials::Reason},
    wire::{
        address::ClientAddress, body::MOST_BODY_BYTES, denial::Denial, failure::Failure,
        request_id::RequestId, session,
    },
};

/// The answer to a call of no server function.
const UNKNOWN: &str = "There is no such call, so nothing was changed: the page is of another version than the server. Reload the page.";

/// `POST /api/page/…`
pub(crate) async fn call(
    State(state): State<AppState>,
    address: ClientAddress,
    id: RequestId,
    request: Request,
) -> Response {
    let incident = Incident::of_request(id.to_string());
    // The page asks who it is without its user's doing; only calls that need a permission extend the session.
    let presence = if OPEN.contains(&request.uri().path()) { Presence::Listening } else { Presence::Acting };
    let person = match session::who(request.headers(), address, &state, presence).await {
        Ok(person) => person,
        Err(error) => return refuse(&incident.refusal(error), &incident),
    };
    let user = person.as_ref().map(|person| person.user().username.clone());
    match Caller::admit(request.uri().path(), state.service, person) {
        Ok(caller) => {
            // The framework would answer with words for its programmers.
            if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
                return refuse(&AppError::NotFound(UNKNOWN.to_owned()), &incident);
            }
            // Read here, with its limit: the framework would take a body that is too large for a broken connection.
            let (mut parts, body) = request.into_parts();
            // leptos redirects HTML submits to the `Referer`; drop it, so that the JSON answer is sent.
            parts.headers.remove(header::REFERER);
            let Ok(body) = to_bytes(body, MOST_BODY_BYTES).await else {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            };
            let request = Request::from_parts(parts, Body::from(body));
            let provided = incident.clone();
            let context = move || {
                caller.provide();
                provided.provide();
            };
            let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
            // An admitted caller has the permission; what may still be missing is a fresh sign-in.
            let is_denied = answer.status() == StatusCode::FORBIDDEN;
            let denial = is_denied.then(|| Denial::of_user(Reason::SignInAgain, user));
            (incident.cause().map(Failure::of), denial, answer).into_response()
        }
        Err(error) => {
            let is_denied = error.status() == StatusCode::FORBIDDEN;
            let denial = is_denied.then(|| Denial::of_user(Reason::NotPermitted, user));
            (denial, refuse(&error, &incident)).into_response()
        }
    }
}
