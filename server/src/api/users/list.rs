//! The list of users, and one of them.

use axum::{Json, extract::State};
use domain::{Member, Username};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        call::{AdminCall, NameText},
        error::ApiError,
        problem::{BadRequest, Forbidden, NotFound, TooLarge, Unauthorized, Unavailable},
        query::{Paging, USUAL_LIMIT, limit},
    },
    state::AppState,
};

/// A page of users.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct UserPage {
    /// The users, by username.
    items: Vec<Member>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List users
///
/// By username.
#[utoipa::path(
    get,
    path = "/users",
    operation_id = "listUsers",
    tag = "Users",
    params(
        ("q" = Option<String>, Query, description = "Only users whose username or name has this text in it."),
        Paging,
    ),
    responses(
        (status = 200, description = "A page of users.", body = UserPage),
        BadRequest, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<UserPage>, ApiError> {
    let (mut text, mut after, mut most) = (None, None, None);
    for (name, value) in call.query() {
        let wrong = |what: &str| ApiError::BadRequest(format!("{name}={value}: {what}"));
        let given_before = match name.as_str() {
            "q" => text.replace(value.clone()).is_some(),
            "limit" => most.replace(limit(&value)?).is_some(),
            // As a first page would be asked for by a program that always sends it.
            "cursor" if value.is_empty() => false,
            "cursor" => {
                let none = "this is no cursor of this list; take next_cursor of the page before, as it is.";
                after.replace(Username::parse(&value).map_err(|_| wrong(none))?).is_some()
            }
            _ => return Err(wrong("there is no such parameter; q, limit and cursor are.")),
        };
        if given_before {
            return Err(wrong("it is given twice."));
        }
    }
    let users = state.service.users(&admin);
    let (items, next) = users.page(text.as_deref(), after.as_ref(), most.unwrap_or(USUAL_LIMIT)).await?;
    Ok(Json(UserPage { items, next_cursor: next.map(|username| username.to_string()) }))
}

/// Show a user
#[utoipa::path(
    get,
    path = "/users/{username}",
    operation_id = "showUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn show(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    Ok(Json(state.service.users(&admin).find(&name).await?))
}
