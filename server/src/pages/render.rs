//! What a person sees when a page cannot be made: one mapping from a use case's error to a status and words.

use std::sync::Arc;

use app::{Document, Notice};
use axum::{
    Extension,
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use service::ServiceError;

use crate::{
    state::AppState,
    wire::{failure::Failure, missed, request_id::RequestId},
};

/// A page that could not be made.
#[derive(Clone, Debug)]
pub(crate) struct PageError(Arc<ServiceError>);

impl From<ServiceError> for PageError {
    fn from(error: ServiceError) -> Self {
        Self(Arc::new(error))
    }
}

impl PageError {
    /// The page that is shown instead.
    pub(crate) fn answer(&self, state: &AppState, id: &RequestId) -> Response {
        let status = status(&self.0);
        let heading = match &*self.0 {
            ServiceError::Invalid(_) | ServiceError::KeyTaken(_) => "Not accepted",
            ServiceError::NotFound(_) | ServiceError::Removed(_) => "Not found",
            ServiceError::Conflict(_) => "Changed in the meantime",
            ServiceError::SignInAgain => "Sign in again",
            ServiceError::Store(error) if error.is_refusal() => "Not accepted",
            ServiceError::Store(_) => "Not possible now",
        };
        (failure(&self.0), notice(state, status, heading, words(&self.0, id))).into_response()
    }
}

impl IntoResponse for PageError {
    /// Only the status: `layers::in_words` asks the error itself for the page.
    fn into_response(self) -> Response {
        (status(&self.0), Extension(self)).into_response()
    }
}

/// What a page says of an error, with the request's number where only the log can say more.
pub(super) fn words(error: &ServiceError, id: &RequestId) -> String {
    if status(error).is_server_error() { format!("{error} Reference: {id}") } else { error.to_string() }
}

/// What the log says of an error, where it is one of ours.
pub(super) fn failure(error: &ServiceError) -> Option<Extension<Failure>> {
    status(error).is_server_error().then(|| Failure::of(error.cause()))
}

/// The HTTP status of a use case's error on a page.
pub(crate) fn status(error: &ServiceError) -> StatusCode {
    match error {
        ServiceError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ServiceError::NotFound(_) | ServiceError::Removed(_) => StatusCode::NOT_FOUND,
        ServiceError::KeyTaken(_) | ServiceError::Conflict(_) => StatusCode::CONFLICT,
        ServiceError::SignInAgain => StatusCode::FORBIDDEN,
        ServiceError::Store(error) if error.is_refusal() => StatusCode::CONFLICT,
        ServiceError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Renders a page as the answer to a request. The first page after a sign-in also shows what its user missed.
pub(crate) async fn render(state: &AppState, page: impl Into<Document>, request: Request) -> Response {
    let mut document = page.into();
    if document.data.is_none() {
        return render_plain(state, document, request.headers());
    }
    let (missed, shown) = missed::take(request.headers(), state);
    document.missed = missed;
    let site = state.site.clone();
    let rendered = move || document.clone().render(site.clone());
    (shown, leptos_axum::render_app_async_with_context(|| {}, rendered)(request).await).into_response()
}

/// The same for a page without a script, to a request with these headers.
pub(super) fn render_plain(state: &AppState, page: impl Into<Document>, headers: &HeaderMap) -> Response {
    let mut document = page.into();
    let (missed, shown) = missed::take(headers, state);
    document.missed = missed;
    (shown, document.render_plain(state.site.clone())).into_response()
}

/// A page that says why there is nothing else to see.
pub(crate) fn notice(state: &AppState, status: StatusCode, heading: &'static str, text: String) -> Response {
    let notice = Notice { status, heading, text, signed_in: false };
    Document::from(notice).render_plain(state.site.clone()).into_response()
}

/// A request to render the answer to a form with, whose own request is used up.
pub(crate) fn page_request(state: &AppState, path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    if let Ok(uri) = state.path(path).parse() {
        *request.uri_mut() = uri;
    }
    request
}
