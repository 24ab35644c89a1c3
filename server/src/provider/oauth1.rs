//! What consumers ask of the provider: temporary credentials, and token credentials for them.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use crate::{
    state::AppState,
    wire::{
        body::TooLarge,
        refusal::{form_body, refuse},
        signed::Received,
    },
};

/// `GET|POST /oauth/requestToken`
pub(crate) async fn request_token(State(state): State<AppState>, request: Request) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    match state.service.provider().temporary_credentials(&received.to_verify(&received.authorization())).await
    {
        Ok(issued) => form_body(
            StatusCode::OK,
            &[
                ("oauth_token", &issued.token),
                ("oauth_token_secret", issued.secret.expose()),
                ("oauth_callback_confirmed", "true"),
            ],
        ),
        Err(error) => refuse(&state, &error),
    }
}

/// `GET|POST /oauth/accessToken`
pub(crate) async fn access_token(State(state): State<AppState>, request: Request) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    match state.service.provider().token_credentials(&received.to_verify(&received.authorization())).await {
        Ok((issued, username)) => form_body(
            StatusCode::OK,
            &[
                ("oauth_token", &issued.token),
                ("oauth_token_secret", issued.secret.expose()),
                ("latchkey_user", &username),
            ],
        ),
        Err(error) => refuse(&state, &error),
    }
}
