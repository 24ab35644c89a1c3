//! One consumer: its key in a path, its revision as an entity tag.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use axum_extra::{
    TypedHeader,
    headers::{ETag, HeaderMapExt as _, IfMatch},
};
use domain::{Consumer, ConsumerKey};
use service::ServiceError;

use crate::{
    api::{
        call::{AdminCall, KeyText},
        error::ApiError,
        problem::{BadRequest, Forbidden, NotFound, TooLarge, Unauthorized, Unavailable},
    },
    state::AppState,
};

/// Show a consumer
#[utoipa::path(
    get,
    path = "/consumers/{key}",
    operation_id = "getConsumer",
    tag = "Consumers",
    params(("key" = ConsumerKey, Path, description = "The consumer key.")),
    responses(
        (
            status = 200,
            description = "The consumer. Never its secret.",
            body = Consumer,
            headers(("ETag" = String, description = "The revision, in quotation marks.")),
        ),
        BadRequest, NotFound, Unauthorized, Forbidden, TooLarge, Unavailable,
    ),
)]
pub(in crate::api) async fn show(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Response, ApiError> {
    Ok(shown(StatusCode::OK, &state.service.consumers(&admin).find(key(&text)?).await?))
}

/// A consumer with its revision as an entity tag.
pub(super) fn shown(status: StatusCode, consumer: &Consumer) -> Response {
    (status, TypedHeader(etag(consumer)), Json(consumer)).into_response()
}

fn etag(consumer: &Consumer) -> ETag {
    format!("\"{}\"", consumer.revision).parse().expect("a number in quotation marks is an entity tag")
}

/// The key in a path; a text that is not a key is not found.
pub(super) fn key(text: &str) -> Result<ConsumerKey, ApiError> {
    text.parse().map_err(|_| ApiError::from(ServiceError::NotFound(format!("consumer with the key {text}"))))
}

/// The revision that a change is based on, by `If-Match` (RFC 9110 section 13.1.1); none: on any.
pub(super) fn seen(headers: &HeaderMap, current: &Consumer) -> Result<Option<i64>, ApiError> {
    // Not `typed_get`: a condition that cannot be read is one that does not hold, and not an absent one.
    let condition = match headers.typed_try_get::<IfMatch>() {
        Ok(None) => return Ok(None),
        Ok(Some(condition)) if condition.is_any() => return Ok(None),
        Ok(condition) => condition,
        Err(_) => None,
    };
    if condition.is_some_and(|tags| tags.precondition_passes(&etag(current))) {
        return Ok(Some(current.revision));
    }
    let revision = current.revision;
    let words = format!(
        "The consumer is at revision \"{revision}\" now: somebody changed it. Look at it again, then decide."
    );
    Err(ApiError::PreconditionFailed(words))
}
