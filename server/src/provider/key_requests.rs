//! `POST /oauth/requestKey`: a friend asks for a key, which an administrator then approves or not.

use std::time::Duration;

use axum::{
    Json,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::TypedSecret;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};
use service::{ServiceError, key_requests::KeyRequestError};

use crate::{
    state::{AppState, denials::Reason},
    wire::{
        address::ClientAddress,
        body::{MOST_BODY_BYTES, read_body},
        denial::Denial,
        json::from_json,
        refusal::unavailable,
    },
};

/// Where friends ask.
pub(crate) const PATH: &str = "/oauth/requestKey";

/// The header with the fingerprint of key and secret, which the administrator sees as well. Not a member of the body:
/// friends expect a key there and nothing beside it.
const FINGERPRINT: &str = "latchkey-fingerprint";

/// What a friend asks for, read as Eclipse Lyo's server reads it: friends were written against that one. Further members
/// mean nothing.
#[derive(Deserialize)]
struct KeyRequest {
    /// `None` where it is blank, too.
    #[serde(default, deserialize_with = "name")]
    name: Option<String>,
    secret: TypedSecret,
    /// A wish: only an administrator grants it.
    #[serde(default, deserialize_with = "is_true")]
    trusted: bool,
}

/// A name; a number or a truth value is its text.
fn name<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let text = match Value::deserialize(value)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        number_or_truth @ (Value::Number(_) | Value::Bool(_)) => number_or_truth.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(D::Error::custom("a name is a text")),
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// `true` or the text *true*; everything else is no wish.
fn is_true<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(value)?;
    Ok(value == true || value == "true")
}

/// `POST /oauth/requestKey`; where requests are off, every method is answered alike.
pub(crate) async fn request_key(
    State(state): State<AppState>,
    address: ClientAddress,
    request: Request,
) -> Response {
    if *request.method() != Method::POST && state.service.key_requests().are_on() {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    if let Err(error) = state.service.key_requests().admit(address.0) {
        return refuse_key(&error);
    }
    let Ok(body) = read_body(request.into_body(), MOST_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let asked: KeyRequest = match from_json(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let words =
                "Send a JSON object with the texts name and secret, and trusted (true or false) if you like";
            return answer(StatusCode::BAD_REQUEST, &format!("{words}; what came {error}."));
        }
    };
    let made = state
        .service
        .key_requests()
        .register(asked.name.as_deref(), asked.secret.expose(), asked.trusted, address.0)
        .await;
    match made {
        Ok(consumer) => {
            let fingerprint = consumer.request_fingerprint.map(|fingerprint| [(FINGERPRINT, fingerprint)]);
            (fingerprint, Json(json!({ "key": consumer.key }))).into_response()
        }
        Err(error) => refuse_key(&error),
    }
}

fn refuse_key(error: &KeyRequestError) -> Response {
    let later = |wait: &Duration| {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let again = [(header::RETRY_AFTER, seconds.max(1).to_string())];
        let denial = Denial::of(Reason::TooManyKeyRequests);
        (denial, again, answer(StatusCode::TOO_MANY_REQUESTS, &error.to_string())).into_response()
    };
    match error {
        KeyRequestError::Off => answer(StatusCode::NOT_FOUND, &error.to_string()),
        KeyRequestError::TooMany(wait) | KeyRequestError::TooManyUndecided(wait) => later(wait),
        KeyRequestError::Service(ServiceError::Invalid(_)) => {
            answer(StatusCode::BAD_REQUEST, &error.to_string())
        }
        KeyRequestError::Service(error) => unavailable(error),
    }
}

/// The answer where a browser says that a page of another site had it ask: only programs, which say neither, and our own
/// pages may.
pub(crate) fn refuse_other_site() -> Response {
    let words =
        "A page of another site must not ask for a key. Let the program that needs the key ask itself.";
    answer(StatusCode::FORBIDDEN, words)
}

fn answer(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}
