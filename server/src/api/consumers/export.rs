//! A view of the consumers, whole.

use axum::{extract::State, response::Response};
use domain::Consumer;

use crate::{
    api::{
        call::AdminCall,
        consumers::{
            spreadsheet,
            view::{Filters, read_view},
        },
        error::ApiError,
        export::{Export, Format},
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// Export consumers as CSV
///
/// The whole view, one line for each consumer, with the names of the columns in the first. A cell that a spreadsheet would run as a
/// formula begins with an apostrophe. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/consumers.csv",
    operation_id = "exportConsumersAsCsv",
    tag = "Consumers",
    params(Filters),
    responses(
        (status = 200, description = "The consumers. Never a secret.", body = String, content_type = "text/csv"),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn csv(
    State(state): State<AppState>,
    call: AdminCall,
) -> Result<Response, ApiError> {
    export(&state, &call, Format::Csv).await
}

/// Export consumers as JSON
///
/// The whole view, as one array. An answer that ends early is cut off: it has no proper end.
#[utoipa::path(
    get,
    path = "/consumers.json",
    operation_id = "exportConsumersAsJson",
    tag = "Consumers",
    params(Filters),
    responses(
        (status = 200, description = "The consumers. Never a secret.", body = Vec<Consumer>),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn json(
    State(state): State<AppState>,
    call: AdminCall,
) -> Result<Response, ApiError> {
    export(&state, &call, Format::Json).await
}

async fn export(
    state: &AppState,
    AdminCall { admin, call }: &AdminCall,
    format: Format,
) -> Result<Response, ApiError> {
    let query = read_view(call)?.at(state.service.now());
    let consumers = Export { name: "consumers", head: spreadsheet::head, lines: spreadsheet::lines };
    consumers.send(format, state.service.consumers(admin).export(query)).await
}
