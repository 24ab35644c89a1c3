//! What a person sees when a page cannot be made: one mapping from a use case's error to a status and words.

use app::{Document, Notice, Site};
use axum::{
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use service::ServiceError;

use crate::state::AppState;

/// A page that could not be made.
#[derive(Debug)]
pub(crate) struct PageError(ServiceError);

impl From<ServiceError> for PageError {
    fn from(error: ServiceError) -> Self {
        Self(error)
    }
}

/// The HTTP status of a use case's error on a page.
pub(crate) fn status(error: &ServiceError) -> StatusCode {
    match error {
        ServiceError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ServiceError::NotFound(_) | ServiceError::Removed(_) => StatusCode::NOT_FOUND,
        ServiceError::Conflict(_) => StatusCode::CONFLICT,
        ServiceError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "a page could not be made");
        (status(&self.0), format!("{}\n", self.0)).into_response()
    }
}

/// Renders a page as the answer.
pub(crate) async fn render(site: Site, page: impl Into<Document>, request: Request) -> Response {
    let document = page.into();
    if !document.script {
        return document.render_plain(site).into_response();
    }
    let shown = move || document.clone().render(site.clone());
    leptos_axum::render_app_async_with_context(|| {}, shown)(request).await
}

/// A page that says why there is nothing else to see.
pub(crate) fn notice(state: &AppState, status: StatusCode, heading: &'static str, text: String) -> Response {
    let notice = Notice { status, heading, text, signed_in: false };
    Document::from(notice).render_plain(state.site.clone()).into_response()
}

/// A request to render an answer to a form with: its body has been read.
pub(crate) fn page_request(state: &AppState, path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    if let Ok(uri) = state.path(path).parse() {
        *request.uri_mut() = uri;
    }
    request
}
