//! How the page's own code is told that a call or a stream is refused.

use app::AppError;
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use leptos::server_fn::error::FromServerFnError as _;

/// A refusal as the page's code reads it.
pub(super) fn refuse(error: &AppError) -> Response {
    (error.status(), [(header::CONTENT_TYPE, "application/json")], Body::from(error.ser())).into_response()
}
