//! Consumers over the API: the same use cases as the page's.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use axum_extra::{
    TypedHeader,
    headers::{ETag, HeaderMapExt as _, IfMatch},
};
use domain::{
    Consumer, ConsumerKey, ConsumerQuery, Cursor, Status, TypedSecret,
    query::{Order, Sort},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use service::{Admin, ServiceError, consumers::TypedEdit};

use crate::{
    api::{
        call::{AdminCall, KeyText},
        error::ApiError,
        query::{USUAL_LIMIT, limit, word},
    },
    state::AppState,
};

/// `GET /api/v1/consumers?status=&q=&sort=&order=&limit=&cursor=`
pub(super) async fn list(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let mut given: Map<String, Value> = Map::new();
    let (mut query, mut most) = (ConsumerQuery::default(), USUAL_LIMIT);
    for (name, value) in call.query() {
        match name.as_str() {
            // Forms send an empty value for a filter that is not set.
            "status" if value.is_empty() => {}
            "status" => query.status = Some(word(&name, &value, "pending, approved or disapproved")?),
            "q" => query.text = (!value.is_empty()).then_some(value),
            "sort" => {
                query.sort =
                    word::<Sort>(&name, &value, "created_at, name, key, status, updated_at or last_used_at")?;
            }
            "order" => query.order = Some(word::<Order>(&name, &value, "asc or desc")?),
            "limit" => most = limit(&value)?,
            "cursor" => {
                let cursor = value.parse::<Cursor>();
                query.after = Some(cursor.map_err(|error| ApiError::BadRequest(error.to_string()))?);
            }
            _ => {
                let known = "status, q, sort, order, limit and cursor";
                return Err(ApiError::BadRequest(format!(
                    "{name}: there is no such parameter; {known} are."
                )));
            }
        }
        if given.insert(name.clone(), Value::Null).is_some() {
            return Err(ApiError::BadRequest(format!("{name} is given twice.")));
        }
    }
    if query.after.as_ref().is_some_and(|cursor| !cursor.fits(query.sort)) {
        return Err(ApiError::BadRequest(domain::query::NotACursor.to_string()));
    }
    let (page, _) = state.service.list_consumers(&admin, &query, most).await?;
    Ok(Json(page).into_response())
}

/// A consumer with its revision as an entity tag.
fn shown(status: StatusCode, consumer: &Consumer) -> Response {
    (status, TypedHeader(etag(consumer)), Json(consumer)).into_response()
}

fn etag(consumer: &Consumer) -> ETag {
    format!("\"{}\"", consumer.revision).parse().expect("a number in quotation marks is an entity tag")
}

/// The key in a path; a text that is not a key is not found.
fn key(text: &str) -> Result<ConsumerKey, ApiError> {
    text.parse().map_err(|_| ApiError::from(ServiceError::NotFound(format!("consumer with the key {text}"))))
}

/// A new consumer. An absent member counts as empty, so that it is reported together with all other errors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewConsumer {
    #[serde(default)]
    name: String,
    secret: Option<TypedSecret>,
}

/// `POST /api/v1/consumers`
pub(super) async fn register(
    State(state): State<AppState>,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let NewConsumer { name, secret } = call.json()?;
    let secret = secret.as_ref().map_or("", TypedSecret::expose);
    let consumer = state.service.register(&admin, &name, secret).await?;
    let location = state.path(&format!("/api/v1/consumers/{}", consumer.key));
    Ok(([(header::LOCATION, location)], shown(StatusCode::CREATED, &consumer)).into_response())
}

/// `GET /api/v1/consumers/{key}`
pub(super) async fn show(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, .. }: AdminCall,
) -> Result<Response, ApiError> {
    Ok(shown(StatusCode::OK, &state.service.find_consumer(&admin, key(&text)?).await?))
}

/// The members of a PATCH. `null` removes a callback or key; an absent member is not changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a text are three things")]
struct Patch {
    name: Option<String>,
    secret: Option<TypedSecret>,
    trusted: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    callback_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    rsa_public_key: Option<Option<String>>,
    sign_everybody_out: Option<bool>,
}

/// Tells `null` from absent.
#[expect(clippy::option_option, reason = "absent, null and a text are three things")]
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// `PATCH /api/v1/consumers/{key}`
pub(super) async fn edit(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    let key = key(&text)?;
    let current = state.service.find_consumer(&admin, key).await?;
    let seen = seen(call.headers(), &current)?;
    if !call.headers().contains_key(header::IF_MATCH) {
        return Err(ApiError::PreconditionRequired);
    }
    let patch: Patch = call.json()?;
    let edit = TypedEdit {
        name: patch.name,
        secret: patch.secret,
        trusted: patch.trusted,
        callback_url: patch.callback_url.map(Option::unwrap_or_default),
        rsa_public_key: patch.rsa_public_key.map(Option::unwrap_or_default),
        sign_everybody_out: patch.sign_everybody_out.unwrap_or_default(),
    };
    Ok(shown(StatusCode::OK, &state.service.edit(&admin, key, edit, seen).await?))
}

/// The revision that a change is based on, by `If-Match` (RFC 9110 section 13.1.1); none: on any.
fn seen(headers: &HeaderMap, current: &Consumer) -> Result<Option<i64>, ApiError> {
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

async fn decide(
    state: &AppState,
    AdminCall { admin, call }: AdminCall,
    text: &str,
    status: Status,
) -> Result<Response, ApiError> {
    let key = key(text)?;
    let current = state.service.find_consumer(&admin, key).await?;
    // Idempotent: the current status is returned whatever `If-Match` says.
    if current.status == status {
        return Ok(shown(StatusCode::OK, &current));
    }
    let seen = seen(call.headers(), &current)?;
    Ok(shown(StatusCode::OK, &state.service.decide(&admin, key, status, seen).await?))
}

/// `POST /api/v1/consumers/{key}/approve`
pub(super) async fn approve(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    decide(&state, call, &text, Status::Approved).await
}

/// `POST /api/v1/consumers/{key}/disapprove`
pub(super) async fn disapprove(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    call: AdminCall,
) -> Result<Response, ApiError> {
    decide(&state, call, &text, Status::Disapproved).await
}

/// `DELETE /api/v1/consumers/{key}`. Idempotent: 204 also where there is none.
pub(super) async fn remove(
    State(state): State<AppState>,
    KeyText(text): KeyText,
    AdminCall { admin, call }: AdminCall,
) -> Result<Response, ApiError> {
    if let Ok(key) = key(&text) {
        remove_if_there(&state, &admin, key, call.headers()).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove_if_there(
    state: &AppState,
    admin: &Admin,
    key: ConsumerKey,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let seen = match state.service.find_consumer(admin, key).await {
        Ok(current) => seen(headers, &current)?,
        Err(ServiceError::NotFound(_) | ServiceError::Removed(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    Ok(state.service.remove(admin, key, seen).await?)
}
