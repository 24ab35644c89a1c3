//! The list of consumers.

use axum::{Json, extract::State};
use domain::{Consumer, ConsumerQuery, Cursor, Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        call::AdminCall,
        consumers::view::{Filters, read_view},
        error::ApiError,
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
        query::{Paging, USUAL_LIMIT, limit},
    },
    state::AppState,
};

/// A page of consumers.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ConsumerPage {
    /// The consumers.
    items: Vec<Consumer>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
    /// The number of consumers on all pages.
    total: u64,
}

/// List consumers
#[utoipa::path(
    get,
    path = "/consumers",
    operation_id = "listConsumers",
    tag = "Consumers",
    params(
        Filters,
        Paging,
    ),
    responses(
        (status = 200, description = "A page of consumers.", body = ConsumerPage),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<ConsumerPage>, ApiError> {
    let (mut most, mut after) = (USUAL_LIMIT, None);
    let view = read_view(&call, &["limit", "cursor"], |name, value| {
        match name {
            "limit" => most = limit(value)?,
            // Programs send an empty one for the first page.
            "cursor" if value.is_empty() => {}
            _ => {
                let cursor = value.parse::<Cursor>();
                after = Some(cursor.map_err(|error| ApiError::BadRequest(error.to_string()))?);
            }
        }
        Ok(())
    })?;
    if after.as_ref().is_some_and(|cursor| !cursor.fits(view.sort)) {
        return Err(ApiError::BadRequest(domain::query::NotACursor.to_string()));
    }
    let query = ConsumerQuery { after, ..view.at(state.service.now()) };
    let Page { items, next_cursor, total } = state.service.consumers(&admin).list(&query, most).await?;
    Ok(Json(ConsumerPage { items, next_cursor, total }))
}
