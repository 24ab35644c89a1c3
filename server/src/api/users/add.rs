//! Adding a user, and a new link to set a password: the link is in the answer, and nowhere else.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Member, Username};
use serde::{Deserialize, Serialize};
use service::Token;
use utoipa::ToSchema;

use crate::{
    api::{
        because::{Because, reason},
        call::{AdminCall, NameText},
        error::ApiError,
        problem::{
            BadRequest, Forbidden, Invalid, NotFound, NotJson, Stays, TooLarge, Unauthorized, Unavailable,
        },
    },
    state::AppState,
    wire::password_link::PasswordLink,
};

/// A user to add. They choose their password by the link in the answer.
// A missing name counts as empty, so that it is reported together with every other wrong field.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewUser {
    #[serde(default)]
    #[schema(required, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._@-]*$")]
    username: String,
    /// The name that is shown, where it is another one: one line of up to 100 characters.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Whether the user has the Configure Server permission.
    #[serde(default)]
    #[schema(required = false)]
    configure_server: bool,
    /// Why they are added, for readers of the activity: one line of up to 500 characters.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// A user, and the link with which they set their password.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct UserWithLink {
    user: Member,
    password_link: PasswordLink,
}

async fn with_link(
    state: &AppState,
    AdminCall { admin, .. }: &AdminCall,
    username: &Username,
    token: &Token,
) -> Result<Json<UserWithLink>, ApiError> {
    let user = state.service.users(admin).find(username.as_str()).await?;
    let password_link = PasswordLink::new(Some(&state.public_url), token, state.service.now());
    Ok(Json(UserWithLink { user, password_link }))
}

/// Add a user
///
/// The account has no password yet: its user sets one by the link in the answer, which is valid once, for 24 hours.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "addUser",
    tag = "Users",
    request_body = NewUser,
    responses(
        (
            status = 201,
            description = "Added.",
            body = UserWithLink,
            headers(("Location" = String, description = "The address of the user.")),
        ),
        BadRequest, Unauthorized, Forbidden, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn add(
    State(state): State<AppState>,
    call: AdminCall,
) -> Result<Response, ApiError> {
    let NewUser { username, name, configure_server, reason } = call.call.json()?;
    let (name, reason) = (name.unwrap_or_default(), reason.unwrap_or_default());
    let users = state.service.users(&call.admin);
    let (user, token) = users.invite(&username, &name, configure_server, &reason).await?;
    let location = state.path(&format!("/api/v1/users/{}", oauth::encode(user.username.as_str())));
    let added = with_link(&state, &call, &user.username, &token).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], added).into_response())
}

/// Reset a user's password
///
/// Makes a link by which the user sets a new password, valid once, for 24 hours; an earlier link ends. The password before holds
/// until the link is used, which ends the user's sessions and revokes their tokens.
#[utoipa::path(
    post,
    path = "/users/{username}/reset",
    operation_id = "resetUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The link.", body = UserWithLink),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn reset(
    State(state): State<AppState>,
    NameText(name): NameText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    let reason = reason(&call.call)?;
    let users = state.service.users(&call.admin).because(reason.as_ref());
    let (user, token) = users.reset_password(&name).await?;
    Ok(with_link(&state, &call, &user.username, &token).await?.into_response())
}

/// Reset a user's password
///
/// The same as `/reset`, under its longer name.
#[utoipa::path(
    post,
    path = "/users/{username}/reset-password",
    operation_id = "resetUserPassword",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The link.", body = UserWithLink),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn reset_password(
    state: State<AppState>,
    name: NameText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    reset(state, name, call).await
}
