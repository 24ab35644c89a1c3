//! The list of consumers.

use axum::{Json, extract::State};
use domain::{Consumer, ConsumerQuery, Cursor, Page, View};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        call::AdminCall,
        consumers::view::{Filters, set},
        error::ApiError,
        paging::{PageAsked, Paging},
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
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
    let mut view = View::default();
    let page = PageAsked::read(&call, &View::NAMES, |name, value| set(&mut view, name, value))?;
    let after = page.after(|text| Cursor::read(text, view.sort, view.order()))?;
    let query = ConsumerQuery { after, ..view.at(state.service.now()) };
    let Page { items, next_cursor, total } = state.service.consumers(&admin).list(&query, page.limit).await?;
    Ok(Json(ConsumerPage { items, next_cursor, total }))
}
