//! Approving, disapproving and removing a consumer.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use domain::{Consumer, ConsumerKey, Status};
use service::{ServiceError, consumers::Consumers};

use crate::{
    api::{
        because::{Because, reason},
        call::{AdminCall, KeyText},
        consumers::show::{key, seen, shown},
        error::ApiError,
        problem::{
            BadRequest, Forbidden, Invalid, NotFound, NotJson, PreconditionFailed, TooLarge, Unauthorized,
            Unavailable,
        },
    },
    state::AppState,
};

async fn decide(
    state: &AppState,
    AdminCall { admin, call }: AdminCall,
    text: &str,
    status: Status,
) -> Result<Response, ApiError> {
    let key = key(text)?;
    let reason = reason(&call)?;
    let consumers = state.service.consumers(&admin).because(reason.as_ref());
    let current = consumers.find(key).await?;
    // Idempotent: the current status is returned whatever `If-Match` says.
    if current.status == status {
        return Ok(shown(StatusCode::OK, &current));
    }
    let seen = seen(call.headers(), &current)?;
    let decided = match status {
        Status::Approved => consumers.approve(key, seen).await?,
        Status::Pending | Status::Disapproved => consumers.disapprove(key, seen).await?,
    };
    Ok(shown(StatusCode::OK, &decided))
}

/// Approve a consumer
///
/// Approving it twice changes nothing.
#[utoipa::path(
    post,
    path = "/consumers/{key}/approve",
    operation_id = "approveConsumer",
    tag = "Consumers",
    params(("key" = ConsumerKey, Path, description = "The consumer key.")),
    request_body = Option<Because>,
    responses(
        (
            status = 200,
            description = "The consumer as it is now.",
            body = Consumer,
            headers(("ETag" = String, description = "The revision, in quotation marks.")),
        ),
        BadRequest, Unauthorized, Forbidden, NotFound, PreconditionFailed, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn approve(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    decide(&state, call, &text, Status::Approved).await
}

/// Disapprove a consumer
///
/// Its very next request is refused. Its tokens are kept: approving it again brings them back.
#[utoipa::path(
    post,
    path = "/consumers/{key}/disapprove",
    operation_id = "disapproveConsumer",
    tag = "Consumers",
    params(("key" = ConsumerKey, Path, description = "The consumer key.")),
    request_body = Option<Because>,
    responses(
        (
            status = 200,
            description = "The consumer as it is now.",
            body = Consumer,
            headers(("ETag" = String, description = "The revision, in quotation marks.")),
        ),
        BadRequest, Unauthorized, Forbidden, NotFound, PreconditionFailed, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn disapprove(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    decide(&state, call, &text, Status::Disapproved).await
}

/// Remove a consumer
///
/// For good. Its tokens are revoked. Removing it twice is not an error; a text that is not a key is not found.
#[utoipa::path(
    delete,
    path = "/consumers/{key}",
    operation_id = "removeConsumer",
    tag = "Consumers",
    params(("key" = ConsumerKey, Path, description = "The consumer key.")),
    request_body = Option<Because>,
    responses(
        (status = 204, description = "It is not there any more."),
        BadRequest, Unauthorized, Forbidden, NotFound, PreconditionFailed, TooLarge, NotJson, Invalid, Unavailable,
    ),
)]
pub(in crate::api) async fn remove(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let (key, reason) = (key(&text)?, reason(&call)?);
    let consumers = state.service.consumers(&admin).because(reason.as_ref());
    remove_if_there(consumers, key, call.headers()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove_if_there(
    consumers: Consumers<'_>,
    key: ConsumerKey,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let seen = match consumers.find(key).await {
        Ok(current) => seen(headers, &current)?,
        Err(ServiceError::NotFound(_) | ServiceError::Removed(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    Ok(consumers.remove(key, seen).await?)
}
