//! Why `/verify` answers 401: the reasons in a gateway's description are here, all others are `oauth::Problem`s from the
//! checks in `service`. Each goes into the challenge, for the client; a gateway's mistake is logged too.

use axum::{
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use oauth::Problem;
use service::{ServiceError, VerifyError};

use crate::{
    gate::original::Misconfigured,
    state::AppState,
    wire::{
        refusal,
        request_id::{self, RequestId},
    },
};

/// A description that does not identify a request.
pub(super) fn rejected(why: &'static str) -> VerifyError {
    Problem::ParameterRejected { names: Vec::new(), why }.into()
}

/// A description that a gateway got wrong.
pub(super) fn misconfigured(misconfigured: Misconfigured) -> VerifyError {
    let (why, problem) = match misconfigured {
        Misconfigured::TooLittle => (
            "the headers do not tell the original request's method and URL",
            "The gateway in front of this server does not say what was asked for.",
        ),
        Misconfigured::Disagreement => (
            "X-Forwarded-… and X-Original-… describe different requests",
            "The gateway in front of this server describes two different requests.",
        ),
    };
    tracing::warn!("the gateway is misconfigured: {why}; the request is refused");
    rejected(problem)
}

/// The answer: 401, never 400, since gateways pass on nothing else.
pub(super) fn challenge(state: &AppState, problem: &Problem) -> Response {
    tracing::debug!(problem = problem.name(), "a gateway's request is refused");
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, problem.challenge(&state.realm))]).into_response()
}

/// The request cannot be checked now. The internal listener has no layer that logs; only what fails gets a number.
pub(super) fn unavailable(method: &Method, path: &str, error: &ServiceError) -> Response {
    let id = RequestId::new();
    tracing::error!(%id, %method, path, status = 503, error = %error.cause(), "a gateway's request could not be checked");
    ([(request_id::HEADER, id.header())], refusal::unavailable(error)).into_response()
}
