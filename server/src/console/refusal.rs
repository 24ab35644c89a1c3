//! A refused call or stream, as the page's own code reads it.

use app::{AppError, incident::Incident};
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use leptos::server_fn::error::FromServerFnError as _;

use crate::wire::failure::Failure;

/// A refusal as the page's code reads it, and the cause for the log.
pub(super) fn refuse(error: &AppError, incident: &Incident) -> Response {
    let failed = error.status().is_server_error();
    let failure = incident.cause().map(Failure::of).or_else(|| failed.then(|| Failure::of(error)));
    let json = [(header::CONTENT_TYPE, "application/json")];
    (error.status(), failure, json, Body::from(error.ser())).into_response()
}
