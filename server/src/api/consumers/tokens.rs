//! Who is signed in through a consumer, and signing one of them out. A token and its secret are never shown.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{ConsumerKey, Username};
use serde::Serialize;
use service::{ServiceError, consumers::SignedInUser};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    api::{
        because::{Because, reason},
        call::{AdminCall, KeyAndUsername, KeyText},
        consumers::show::key,
        error::ApiError,
        paging::{PageAsked, Paging},
        problem::{BadRequest, Forbidden, Invalid, NotFound, NotJson, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// How tokens are issued and used today.
const PROTOCOL: &str = "OAuth 1.0a";

/// A page of the users who are signed in through a consumer.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct TokenPage {
    /// The users, in the order in which their accounts were made.
    items: Vec<TokenHolder>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A user for whom a consumer holds valid tokens: one or several.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct TokenHolder {
    /// What signs the user out, in the path of `DELETE`: the username, since one of digits could be another account's number.
    #[schema(value_type = String)]
    id: Username,
    /// The user.
    #[schema(value_type = String)]
    user: Username,
    /// When the first of the tokens was issued.
    #[serde(with = "domain::time::rfc3339")]
    since: OffsetDateTime,
    /// When one of them was last used; null: not yet.
    #[serde(with = "domain::time::rfc3339::option")]
    #[schema(required)]
    last_used_at: Option<OffsetDateTime>,
    /// The protocol that the tokens are of.
    protocol: &'static str,
}

impl From<SignedInUser> for TokenHolder {
    fn from(user: SignedInUser) -> Self {
        let SignedInUser { username, since, last_used_at, .. } = user;
        Self { id: username.clone(), user: username, since, last_used_at, protocol: PROTOCOL }
    }
}

/// List who is signed in through a consumer
#[utoipa::path(
    get,
    path = "/consumers/{key}/tokens",
    operation_id = "listTokens",
    tag = "Consumers",
    params(("key" = ConsumerKey, Path, description = "The consumer key."), Paging),
    responses(
        (status = 200, description = "A page of users. Never a token.", body = TokenPage),
        BadRequest, NotFound, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn list(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Json<TokenPage>, ApiError> {
    let page = PageAsked::read(&call, &[], |_, _| Ok(false))?;
    let after = page.after(str::parse::<i64>)?;
    let (key, consumers) = (key(&text)?, state.service.consumers(&admin));
    // 404 for a consumer that is not there, not an empty list.
    consumers.find(key).await?;
    let users = consumers.signed_in(key, after.unwrap_or(0), page.limit).await?;
    let next_cursor = users.next.map(|last| last.to_string());
    Ok(Json(TokenPage { items: users.items.into_iter().map(TokenHolder::from).collect(), next_cursor }))
}

/// Sign a user out of a consumer
///
/// All tokens that the consumer holds for the user end, from its next request on. Doing it twice is not an error. Everybody is
/// signed out by `sign_everybody_out` in an edit.
#[utoipa::path(
    delete,
    path = "/consumers/{key}/tokens/{username}",
    operation_id = "signOut",
    tag = "Consumers",
    params(
        ("key" = ConsumerKey, Path, description = "The consumer key."),
        ("username" = String, Path, description = "The `id` of the list: the username, in any case."),
    ),
    request_body = Option<Because>,
    responses(
        (status = 204, description = "The consumer acts for this user no more."),
        BadRequest, Unauthorized, Forbidden, NotFound, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn sign_out(
    State(state): State<AppState>,
    KeyAndUsername(text, username): KeyAndUsername,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let (key, reason) = (key(&text)?, reason(&call)?);
    let username = Username::parse(&username)
        .map_err(|_| ApiError::from(ServiceError::NotFound(format!("user {username}"))))?;
    state.service.consumers(&admin).because(reason.as_ref()).sign_out(key, &username).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
