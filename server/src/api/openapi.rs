//! What the API is, for machines: OpenAPI.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::state::AppState;

const OPEN_API: &str = include_str!("openapi.json");

/// The document, with this server's own address in it.
pub(crate) fn document(state: &AppState) -> Value {
    let mut document: Value = serde_json::from_str(OPEN_API).expect("the document in the program is JSON");
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["servers"] = json!([{ "url": state.public_url.as_str().trim_end_matches('/') }]);
    document
}

/// `GET /api/v1/openapi.json`
pub(super) async fn open_api(State(state): State<AppState>) -> Response {
    Json(document(&state)).into_response()
}
