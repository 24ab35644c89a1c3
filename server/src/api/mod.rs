//! The API under `/api/v1`: for consumers on a user's behalf, and for the browser's session.

mod activity;
mod activity_export;
mod because;
mod call;
mod cells;
mod consumers;
pub(crate) mod error;
mod export;
pub(crate) mod openapi;
mod operations;
mod paging;
mod parameters;
mod problem;
mod users;
mod who;

use axum::{
    Router,
    routing::{MethodRouter, get},
};

use crate::{api::error::ApiError, state::AppState};

/// Every operation, the document about them, and the page to read it on.
pub(crate) fn routes(docs: MethodRouter<AppState>) -> Router<AppState> {
    Router::from(operations::operations())
        .route("/openapi.json", get(openapi::open_api))
        .route("/docs", docs)
        .fallback(no_such_call)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// Where no operation is.
pub(crate) async fn no_such_call() -> ApiError {
    ApiError::NotFound("There is no such call; /api/v1/docs lists what there is.".to_owned())
}
