//! Who calls, and what of the call was signed.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use domain::User;
use serde_json::{Value, json};
use service::Verified;

use crate::api::{
    call::{Call, Caller},
    error::ApiError,
};

fn consumer(verified: &Verified) -> Value {
    json!({ "key": verified.consumer().key, "name": verified.consumer().name })
}

fn user(user: &User) -> Value {
    json!({
        "username": user.username,
        "display_name": user.display_name,
        "configure_server": user.configure_server,
    })
}

/// Any method `/api/v1/echo`: what the signature covers, for authors of consumers.
pub(super) async fn echo(call: Call) -> Result<Response, ApiError> {
    let Caller::Consumer(verified) = &call.caller else {
        return Err(ApiError::NoCredentials);
    };
    let authorization = call.received.authorization();
    // Verification has parsed it already, so this cannot fail.
    let Ok(signed) = call.received.to_verify(&authorization).parse(&[]) else {
        return Err(ApiError::NoCredentials);
    };
    let parameters: Vec<[&str; 2]> = signed.parameters().map(|(name, value)| [name, value]).collect();
    let body = json!({
        "method": call.received.parts.method.as_str(),
        "base_string_uri": call.received.base_string_uri,
        "parameters": parameters,
        "user": verified.user().map(|user| &user.username),
        "consumer": consumer(verified),
    });
    Ok(Json(body).into_response())
}

/// `GET /api/v1/whoami`
pub(super) async fn who_am_i(call: Call) -> Response {
    let (user, consumer) = match &call.caller {
        Caller::Consumer(verified) => (verified.user().map(user), Some(consumer(verified))),
        Caller::Session(signed_in) => (Some(user(signed_in.user())), None),
    };
    Json(json!({ "user": user, "consumer": consumer })).into_response()
}
