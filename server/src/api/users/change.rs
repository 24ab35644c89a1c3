//! What administrators do to a user. Each is idempotent.

use axum::{Json, extract::State};
use domain::{AccountChange, Member, Username};
use service::Admin;

use crate::{
    api::{
        call::{AdminCall, NameText},
        error::ApiError,
        problem::{BadRequest, Forbidden, NotFound, Stays, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

async fn change(
    state: &AppState,
    admin: &Admin,
    name: &str,
    change: AccountChange,
) -> Result<Json<Member>, ApiError> {
    let users = state.service.users(admin);
    users.change(name, change).await?;
    Ok(Json(users.find(name).await?))
}

/// Permit Configure Server
///
/// The user may administer Latchkey from the next request on.
#[utoipa::path(
    post,
    path = "/users/{username}/permit",
    operation_id = "permitUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn permit(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change(&state, &admin, &name, AccountChange::Permit).await
}

/// Forbid Configure Server
///
/// From the next request on. The last administrator who can sign in stays one.
#[utoipa::path(
    post,
    path = "/users/{username}/forbid",
    operation_id = "forbidUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn forbid(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change(&state, &admin, &name, AccountChange::Forbid).await
}

/// Disable a user
///
/// Ends the sessions, and the link to set a password; consumers cannot act for the user. The last administrator who can sign in
/// stays enabled.
#[utoipa::path(
    post,
    path = "/users/{username}/disable",
    operation_id = "disableUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn disable(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change(&state, &admin, &name, AccountChange::Disable).await
}

/// Enable a user
///
/// The user can sign in again, and consumers can act for them as before.
#[utoipa::path(
    post,
    path = "/users/{username}/enable",
    operation_id = "enableUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn enable(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change(&state, &admin, &name, AccountChange::Enable).await
}

/// Sign a user out everywhere
///
/// Ends every session, and revokes what consumers hold for the user.
#[utoipa::path(
    post,
    path = "/users/{username}/sign-out",
    operation_id = "signOutUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn sign_out(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    let users = state.service.users(&admin);
    users.sign_out(&name).await?;
    Ok(Json(users.find(&name).await?))
}
