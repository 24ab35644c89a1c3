//! What was done to consumers, users and tokens, by whom, from where.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::{
    api::{
        call::AdminCall,
        error::ApiError,
        query::{USUAL_LIMIT, limit},
    },
    state::AppState,
};

/// `GET /api/v1/activity?consumer=&limit=&cursor=`, newest first
pub(super) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let (mut consumer, mut before, mut most) = (None, None, None);
    for (name, value) in call.query() {
        let wrong = |what: &str| ApiError::BadRequest(format!("{name}={value}: {what}"));
        let given_before = match name.as_str() {
            "consumer" => {
                consumer.replace(value.parse().map_err(|_| wrong("give a consumer key."))?).is_some()
            }
            "limit" => most.replace(limit(&value)?).is_some(),
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
        state.service.list_activity(&admin, consumer, before, most.unwrap_or(USUAL_LIMIT)).await?;
    Ok(Json(json!({ "items": items, "next_cursor": next_cursor.map(|id| id.to_string()) })).into_response())
}
