//! What was done to consumers, users and tokens, by whom, from where.

use std::borrow::Cow;

use axum::{Json, extract::State};
use domain::{Activity, ConsumerKey};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    api::{
        call::AdminCall,
        error::ApiError,
        problem::{BadRequest, Forbidden, TooLarge, Unauthorized, Unavailable},
        query::{Paging, USUAL_LIMIT, limit},
    },
    state::AppState,
};

/// A page of the activity.
#[derive(Serialize, ToSchema)]
pub(super) struct ActivityPage {
    /// The lines, newest first.
    #[schema(value_type = Vec<Line>)]
    items: Vec<Activity<Value>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Names the schema of a line `Activity`; a generic type names its own `Activity_Value`.
enum Line {}

impl PartialSchema for Line {
    fn schema() -> RefOr<Schema> {
        Activity::<Value>::schema()
    }
}

impl ToSchema for Line {
    fn name() -> Cow<'static, str> {
        "Activity".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Activity::<Value>::schemas(schemas);
    }
}

/// List what was done
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/activity",
    operation_id = "listActivity",
    tag = "Activity",
    params(
        ("consumer" = Option<ConsumerKey>, Query, description = "Only what was done to this consumer."),
        Paging,
    ),
    responses(
        (status = 200, description = "A page of activity.", body = ActivityPage),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<ActivityPage>, ApiError> {
    let (mut consumer, mut before, mut most) = (None, None, None);
    for (name, value) in call.query() {
        let wrong = |what: &str| ApiError::BadRequest(format!("{name}={value}: {what}"));
        let given_before = match name.as_str() {
            "consumer" => {
                // A plus sign that was not encoded: no key holds a blank.
                let key = value.replace(' ', "+").parse();
                consumer.replace(key.map_err(|_| wrong("give a consumer key."))?).is_some()
            }
            "limit" => most.replace(limit(&value)?).is_some(),
            // As a first page would be asked for by a program that always sends it.
            "cursor" if value.is_empty() => false,
            "cursor" => {
                let number = value.parse::<i64>();
                let none = "this is no cursor of this list; take next_cursor of the page before, as it is.";
                before.replace(number.map_err(|_| wrong(none))?).is_some()
            }
            _ => return Err(wrong("there is no such parameter; consumer, limit and cursor are.")),
        };
        if given_before {
            return Err(wrong("it is given twice."));
        }
    }
    let (items, next_cursor) =
        state.service.activity(&admin).list(consumer, before, most.unwrap_or(USUAL_LIMIT)).await?;
    Ok(Json(ActivityPage { items, next_cursor: next_cursor.map(|id| id.to_string()) }))
}
