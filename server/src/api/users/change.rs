//! What administrators do to a user. Each is idempotent, and takes a reason.

use axum::{Json, extract::State};
use domain::{AccountChange, Member, Reason, Username};
use serde::Deserialize;
use service::Admin;
use utoipa::ToSchema;

use crate::{
    api::{
        because::{Because, parse, reason},
        call::{AdminCall, NameText},
        error::ApiError,
        problem::{
            BadRequest, Forbidden, Invalid, NotFound, NotJson, Stays, TooLarge, Unauthorized, Unavailable,
        },
    },
    state::AppState,
    wire::json::not_null,
};

/// Changes of a user, done together or not at all. The username and the name that is shown do not change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct UserPatch {
    /// Whether the user has the Configure Server permission.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    configure_server: Option<bool>,
    /// Whether the account is disabled: no sign-in, and no consumer acts for the user.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "not_null")]
    disabled: Option<bool>,
    /// Why it is done, for readers of the activity: one line of up to 500 characters.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

impl UserPatch {
    fn changes(&self) -> Vec<AccountChange> {
        let right =
            self.configure_server.map(|yes| if yes { AccountChange::Permit } else { AccountChange::Forbid });
        let able = self.disabled.map(|yes| if yes { AccountChange::Disable } else { AccountChange::Enable });
        right.into_iter().chain(able).collect()
    }
}

/// Edit a user
///
/// Does what the calls for each of it do, all of it or nothing; absent fields stay unchanged. The last administrator who can sign
/// in stays one.
#[utoipa::path(
    patch,
    path = "/users/{username}",
    operation_id = "editUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    request_body = UserPatch,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn edit(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    let patch: UserPatch = call.json()?;
    let reason = parse(patch.reason.as_deref())?;
    change(&state, &admin, &name, &patch.changes(), reason.as_ref()).await
}

async fn change(
    state: &AppState,
    admin: &Admin,
    name: &str,
    changes: &[AccountChange],
    reason: Option<&Reason>,
) -> Result<Json<Member>, ApiError> {
    let users = state.service.users(admin).because(reason);
    users.change_all(name, changes).await?;
    Ok(Json(users.find(name).await?))
}

async fn change_by(
    state: &AppState,
    AdminCall { admin, call }: &AdminCall,
    name: &str,
    to: AccountChange,
) -> Result<Json<Member>, ApiError> {
    change(state, admin, name, &[to], reason(call)?.as_ref()).await
}

/// Permit Configure Server
///
/// The user may administer Latchkey from the next request on. With a password of less than 12 characters they set a new one first:
/// their sessions open nothing else.
#[utoipa::path(
    post,
    path = "/users/{username}/permit",
    operation_id = "permitUser",
    tag = "Users",
    params(("username" = Username, Path, description = "Its username, in any case.")),
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn permit(
    State(state): State<AppState>,
    NameText(name): NameText,
    call: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change_by(&state, &call, &name, AccountChange::Permit).await
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
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn forbid(
    State(state): State<AppState>,
    NameText(name): NameText,
    call: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change_by(&state, &call, &name, AccountChange::Forbid).await
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
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, Stays, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn disable(
    State(state): State<AppState>,
    NameText(name): NameText,
    call: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change_by(&state, &call, &name, AccountChange::Disable).await
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
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn enable(
    State(state): State<AppState>,
    NameText(name): NameText,
    call: AdminCall,
) -> Result<Json<Member>, ApiError> {
    change_by(&state, &call, &name, AccountChange::Enable).await
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
    request_body = Option<Because>,
    responses(
        (status = 200, description = "The user as it is then.", body = Member),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn sign_out(
    State(state): State<AppState>,
    NameText(name): NameText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<Member>, ApiError> {
    let reason = reason(&call)?;
    let users = state.service.users(&admin).because(reason.as_ref());
    users.sign_out(&name).await?;
    Ok(Json(users.find(&name).await?))
}
