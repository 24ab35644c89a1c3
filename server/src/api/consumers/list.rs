//! The list of consumers.

use axum::{Json, extract::State};
use domain::{
    Consumer, ConsumerQuery, Cursor, Page, Status,
    query::{Order, Sort},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    api::{
        call::AdminCall,
        error::ApiError,
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
        query::{Paging, USUAL_LIMIT, limit, word},
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
        ("status" = Option<Status>, Query, description = "Only consumers with this status."),
        ("q" = Option<String>, Query, description = "Only consumers with this text in their name or key."),
        ("sort" = inline(Option<Sort>), Query, description = "The column to sort by."),
        (
            "order" = inline(Option<Order>),
            Query,
            description = "The direction; by default times go down and texts go up.",
        ),
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
    let mut given: Map<String, Value> = Map::new();
    let (mut query, mut most) = (ConsumerQuery::default(), USUAL_LIMIT);
    for (name, value) in call.query() {
        match name.as_str() {
            // Forms send an empty value for a filter that is not set, and programs one for the first page.
            "status" | "cursor" if value.is_empty() => {}
            "status" => query.status = Some(word(&name, &value, "pending, approved or disapproved")?),
            "q" => query.text = (!value.is_empty()).then_some(value),
            "sort" => {
                query.sort =
                    word::<Sort>(&name, &value, "created_at, name, key, status, updated_at or last_used_at")?;
            }
            "order" => query.order = Some(word::<Order>(&name, &value, "asc or desc")?),
            "limit" => most = limit(&value)?,
            "cursor" => {
                let cursor = value.parse::<Cursor>();
                query.after = Some(cursor.map_err(|error| ApiError::BadRequest(error.to_string()))?);
            }
            _ => {
                let known = "status, q, sort, order, limit and cursor";
                return Err(ApiError::BadRequest(format!(
                    "{name}: there is no such parameter; {known} are."
                )));
            }
        }
        if given.insert(name.clone(), Value::Null).is_some() {
            return Err(ApiError::BadRequest(format!("{name} is given twice.")));
        }
    }
    if query.after.as_ref().is_some_and(|cursor| !cursor.fits(query.sort)) {
        return Err(ApiError::BadRequest(domain::query::NotACursor.to_string()));
    }
    let (Page { items, next_cursor, total }, _) = state.service.consumers(&admin).list(&query, most).await?;
    Ok(Json(ConsumerPage { items, next_cursor, total }))
}
