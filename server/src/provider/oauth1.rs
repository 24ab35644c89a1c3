//! What consumers ask of the provider: temporary credentials, and token credentials for them.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use oauth::Problem;

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
    let authorization = received.authorization();
    let issued = match received.to_verify(&authorization) {
        Ok(request) => state.service.provider().temporary_credentials(&request).await,
        Err(unclear) => Err(Problem::from(unclear).into()),
    };
    match issued {
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
    let authorization = received.authorization();
    let issued = match received.to_verify(&authorization) {
        Ok(request) => state.service.provider().token_credentials(&request).await,
        Err(unclear) => Err(Problem::from(unclear).into()),
    };
    match issued {
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
