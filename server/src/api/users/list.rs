//! The list of users, and one of them.

use axum::{Json, extract::State};
use domain::{Member, Username};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        call::{AdminCall, NameText},
        error::ApiError,
        paging::{PageAsked, Paging},
        problem::{BadRequest, Forbidden, NotFound, TooLarge, Unauthorized, Unavailable},
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
    let mut text = None;
    let page = PageAsked::read(&call, &["q"], |name, value| {
        let is_text = name == "q";
        if is_text {
            text = Some(value.to_owned());
        }
        Ok(is_text)
    })?;
    let after = page.after(Username::parse)?;
    let users = state.service.users(&admin);
    let (items, next) = users.page(text.as_deref(), after.as_ref(), page.limit).await?;
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
