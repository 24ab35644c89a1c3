//! One consumer: its key in a path, its revision as an entity tag.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
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
    if !headers.get_all(header::IF_MATCH).iter().all(is_condition) {
        let words = "If-Match is no list of entity tags. Send the ETag of the consumer as it came, with its quotation marks, or *.";
        return Err(ApiError::BadRequest(words.to_owned()));
    }
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

/// Whether a field is `*` or a list of entity tags (RFC 9110 sections 8.8.3 and 13.1.1).
fn is_condition(value: &HeaderValue) -> bool {
    let mut rest = value.to_str().unwrap_or_default().trim();
    if rest == "*" {
        return true;
    }
    let mut has_tag = false;
    loop {
        // A list may have empty elements (section 5.6.1.2).
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return has_tag;
        }
        let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"');
        let Some((_, after)) = opaque.and_then(|opaque| opaque.split_once('"')) else { return false };
        rest = after.trim_start();
        has_tag = true;
        if !rest.is_empty() && !rest.starts_with(',') {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_star_or_a_list_of_tags() {
        for (text, is) in [
            ("*", true),
            ("\"1\"", true),
            ("W/\"1\"", true),
            ("\"a,b\" ,\t\"2\"", true),
            ("\"\"", true),
            ("1", false),
            ("", false),
            ("\"1", false),
            ("\"1\" \"2\"", false),
            ("\"1\",", true),
            (", \"1\" ,, \"2\"", true),
            (",", false),
            ("\"1\", 2", false),
            ("w/\"1\"", false),
        ] {
            assert_eq!(is_condition(&HeaderValue::from_str(text).unwrap()), is, "{text}");
        }
    }
}
