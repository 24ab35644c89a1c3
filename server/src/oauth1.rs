//! What consumers ask of the provider: temporary and token credentials, a key, and where all of that is.

use std::time::Duration;

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::TypedSecret;
use serde::Deserialize;
use serde_json::json;
use service::{ServiceError, key_requests::KeyRequestError};

use crate::{
    address::ClientAddress,
    router::MOST_BODY_BYTES,
    signed::{self, Received, TooLarge},
    state::AppState,
};

/// `GET|POST /oauth/requestToken`
pub(crate) async fn request_token(State(state): State<AppState>, request: Request) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    match state.service.temporary_credentials(&received.to_verify(&received.authorization())).await {
        Ok(issued) => signed::form_body(
            StatusCode::OK,
            &[
                ("oauth_token", &issued.token),
                ("oauth_token_secret", issued.secret.expose()),
                ("oauth_callback_confirmed", "true"),
            ],
        ),
        Err(error) => signed::refuse(&state, &error),
    }
}

/// `GET|POST /oauth/accessToken`
pub(crate) async fn access_token(State(state): State<AppState>, request: Request) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    match state.service.token_credentials(&received.to_verify(&received.authorization())).await {
        Ok((issued, username)) => signed::form_body(
            StatusCode::OK,
            &[
                ("oauth_token", &issued.token),
                ("oauth_token_secret", issued.secret.expose()),
                ("latchkey_user", &username),
            ],
        ),
        Err(error) => signed::refuse(&state, &error),
    }
}

/// What a friend asks for.
#[derive(Deserialize)]
struct KeyRequest {
    name: Option<String>,
    secret: TypedSecret,
    trusted: Option<bool>,
}

/// `POST /oauth/requestKey`
pub(crate) async fn request_key(
    State(state): State<AppState>,
    address: ClientAddress,
    request: Request,
) -> Response {
    if let Err(error) = state.service.count_key_request(address.0) {
        return refuse_key(&error);
    }
    let Ok(body) = signed::read_body(request.into_body(), MOST_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let asked: KeyRequest = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => {
            // Where, but not what: the text at fault may be a secret.
            let place = format!("line {}, column {}", error.line(), error.column());
            let words =
                "Send a JSON object with the texts name and secret, and trusted (true or false) if you like";
            return told(StatusCode::BAD_REQUEST, &format!("{words}; what came is wrong at {place}."));
        }
    };
    let made = state
        .service
        .request_key(
            asked.name.as_deref(),
            asked.secret.expose(),
            asked.trusted.unwrap_or_default(),
            address.0,
        )
        .await;
    match made {
        Ok(consumer) => Json(json!({ "key": consumer.key })).into_response(),
        Err(error) => refuse_key(&error),
    }
}

fn refuse_key(error: &KeyRequestError) -> Response {
    let later = |wait: &Duration| {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let again = [(header::RETRY_AFTER, seconds.max(1).to_string())];
        (again, told(StatusCode::TOO_MANY_REQUESTS, &error.to_string())).into_response()
    };
    match error {
        KeyRequestError::TooMany(wait) | KeyRequestError::TooManyUndecided(wait) => later(wait),
        KeyRequestError::Service(ServiceError::Invalid(_)) => {
            told(StatusCode::BAD_REQUEST, &error.to_string())
        }
        KeyRequestError::Service(error) => signed::unavailable(error),
    }
}

fn told(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

/// `GET /rootservices`: where friends (OSLC and Jazz servers) find the rest.
pub(crate) async fn root_services(State(state): State<AppState>) -> Response {
    let public = state.public_url.as_str().trim_end_matches('/');
    let service = |name: &str, path: &str| {
        format!("  <jfs:{name} rdf:resource=\"{}\"/>\n", escape(&format!("{public}{path}")))
    };
    let text = |name: &str, text: &str| format!("  <jfs:{name}>{}</jfs:{name}>\n", escape(text));
    let body = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
        format!(
            "<rdf:Description rdf:about=\"{}\"\n    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"\n    \
             xmlns:dcterms=\"http://purl.org/dc/terms/\"\n    xmlns:jfs=\"http://jazz.net/xmlns/prod/jazz/jfs/1.0/\">\n",
            escape(&format!("{public}/rootservices"))
        ),
        "  <dcterms:title>Latchkey</dcterms:title>\n".to_owned(),
        text("oauthRealmName", &state.realm),
        text("oauthDomain", public),
        service("oauthRequestConsumerKeyUrl", "/oauth/requestKey"),
        service("oauthApprovalModuleUrl", "/oauth/approveKey"),
        service("oauthRequestTokenUrl", "/oauth/requestToken"),
        service("oauthUserAuthorizationUrl", "/oauth/authorize"),
        service("oauthAccessTokenUrl", "/oauth/accessToken"),
        "</rdf:Description>\n".to_owned(),
    ];
    ([(header::CONTENT_TYPE, "application/rdf+xml")], body.concat()).into_response()
}

/// A text as XML takes it, between tags and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
