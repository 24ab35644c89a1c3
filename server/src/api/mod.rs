//! The API under `/api/v1`: for consumers on a user's behalf, and for the browser's session.

mod activity;
mod call;
mod consumers;
pub(crate) mod error;
pub(crate) mod openapi;
mod query;
mod who;

use axum::{
    Router,
    routing::{MethodRouter, any, get, post},
};

use crate::{api::error::ApiError, state::AppState};

/// Every call, and the page about them.
pub(crate) fn routes(docs: MethodRouter<AppState>) -> Router<AppState> {
    Router::new()
        .route("/echo", any(who::echo))
        .route("/whoami", get(who::who_am_i))
        .route("/consumers", get(consumers::list).post(consumers::register))
        .route("/consumers/{key}", get(consumers::show).patch(consumers::edit).delete(consumers::remove))
        .route("/consumers/{key}/approve", post(consumers::approve))
        .route("/consumers/{key}/disapprove", post(consumers::disapprove))
        .route("/activity", get(activity::list))
        .route("/openapi.json", get(openapi::open_api))
        .route("/docs", docs)
        .fallback(async || {
            ApiError::NotFound("There is no such call; /api/v1/docs lists what there is.".to_owned())
        })
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}
