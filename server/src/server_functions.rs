//! Calls of the page's server functions: admitted or refused in one place, before anything of them is read.

use app::{AppError, guard::Caller};
use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use leptos::server_fn::error::FromServerFnError as _;
use service::sign_in::Presence;

use crate::{address::ClientAddress, session, state::AppState};

/// `POST /api/page/…`
pub(crate) async fn call(
    State(state): State<AppState>,
    address: ClientAddress,
    request: Request,
) -> Response {
    let person = match session::who(request.headers(), address, &state, Presence::Acting).await {
        Ok(person) => person,
        Err(error) => return refuse(&error.into()),
    };
    match Caller::admit(request.uri().path(), state.service, person) {
        Ok(caller) => leptos_axum::handle_server_fns_with_context(move || caller.provide(), request)
            .await
            .into_response(),
        Err(error) => refuse(&error),
    }
}

/// A refusal as the page's code reads it.
pub(crate) fn refuse(error: &AppError) -> Response {
    (error.status(), [(header::CONTENT_TYPE, "application/json")], Body::from(error.ser())).into_response()
}
