//! `GET /api/v1/docs`: what the API is, for people.

use app::ApiDocs;
use axum::{
    extract::{Request, State},
    response::Response,
};

use crate::{api::openapi::document, pages::render::render, state::AppState};

/// `GET /api/v1/docs`
pub(crate) async fn show(State(state): State<AppState>, request: Request) -> Response {
    let public_url = state.public_url.as_str().trim_end_matches('/').to_owned();
    let docs = ApiDocs { openapi: document(&state), public_url };
    render(&state, docs, request).await
}
