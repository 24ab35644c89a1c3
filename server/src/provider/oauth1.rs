//! What consumers ask of the provider: temporary credentials, and token credentials for them.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use oauth::Problem;
use service::{VerifyError, provider::NotIssued};

use crate::{
    state::AppState,
    wire::{
        address::ClientAddress,
        body::TooLarge,
        refusal::{form_body, refuse},
        signed::Received,
    },
};

/// `GET|POST /oauth/requestToken`
pub(crate) async fn request_token(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    let authorization = received.authorization();
    let issued = match received.to_verify(&authorization) {
        Ok(request) => state.service.provider().temporary_credentials(&request, address).await,
        Err(unclear) => Err(NotIssued::from(Problem::from(unclear))),
    };
    match issued {
        Err(NotIssued::Verify(error)) => refuse(&state, &error),
        Err(NotIssued::TooMany { problem, retry_after }) => later(&state, problem, retry_after),
        Ok(issued) => form_body(
            StatusCode::OK,
            &[
                ("oauth_token", &issued.token),
                ("oauth_token_secret", issued.secret.expose()),
                ("oauth_callback_confirmed", "true"),
            ],
        ),
    }
}

/// `GET|POST /oauth/accessToken`
pub(crate) async fn access_token(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Response {
    let received = match Received::read(&state, request).await {
        Ok(received) => received,
        Err(TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    let authorization = received.authorization();
    let issued = match received.to_verify(&authorization) {
        Ok(request) => state.service.provider().token_credentials(&request, address).await,
        Err(unclear) => Err(VerifyError::from(Problem::from(unclear))),
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

/// The consumer has to wait: a refusal as every other, and for how long.
fn later(state: &AppState, problem: Problem, retry_after: Duration) -> Response {
    let seconds = retry_after.as_secs().max(1);
    ([(header::RETRY_AFTER, seconds.to_string())], refuse(state, &VerifyError::from(problem))).into_response()
}
