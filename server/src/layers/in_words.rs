//! Renders failures for the client, with the request's number. Handlers and extractors put the error into the response's
//! extensions: they know neither the realm of challenges nor the site that a page belongs to.

use std::{any::Any, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    api::error::ApiError,
    pages::render::PageError,
    state::AppState,
    wire::{
        body::{MOST_BODY_BYTES, read_body},
        failure::Failure,
        request_id::RequestId,
    },
};

/// The words: problem details of a call, a page of a page, and a line more where the answer is plain text.
pub(crate) async fn in_words(
    State(state): State<AppState>,
    id: RequestId,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        return error.answer(&state.realm, &id);
    }
    if let Some(error) = response.extensions_mut().remove::<PageError>() {
        return error.answer(&state, &id);
    }
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    if response.status().is_server_error() && response.headers().get(header::CONTENT_TYPE) == Some(&text) {
        return with_reference(response, &id).await;
    }
    response
}

async fn with_reference(response: Response, id: &RequestId) -> Response {
    let (parts, body) = response.into_parts();
    let body = read_body(body, MOST_BODY_BYTES).await.unwrap_or_default();
    let text = format!("{}Reference: {id}\n", String::from_utf8_lossy(&body));
    Response::from_parts(parts, Body::from(text))
}

/// The answer of a handler that panicked.
#[expect(clippy::needless_pass_by_value, reason = "tower-http hands the panic over")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    let failure = Failure::of(&format_args!("panicked: {text}"));
    let words = "This failed by a mistake in Latchkey. Tell whoever runs this server.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, failure, words).into_response()
}
