//! Why `/verify` answers 401: the reasons in a gateway's description are here, all others are `oauth::Problem`s from the
//! checks in `service`. Each goes into the challenge, for the client; a mistake in a description is logged too.

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
        media_type::UnclearMediaType,
        refusal,
        request_id::{self, RequestId},
    },
};

/// A description that does not identify a request.
pub(super) fn rejected(why: &'static str) -> VerifyError {
    Problem::ParameterRejected { names: Vec::new(), why }.into()
}

/// A description that a gateway got wrong. The log says which part; its value stays out, since a query can hold secrets.
pub(super) fn misconfigured(misconfigured: &Misconfigured) -> VerifyError {
    tracing::warn!("the gateway is misconfigured: {misconfigured}; the request is refused");
    rejected(match misconfigured {
        Misconfigured::TooLittle => "The gateway in front of this server does not say what was asked for.",
        Misconfigured::Disagreement | Misconfigured::Repeated(_) => {
            "The gateway in front of this server describes two different requests."
        }
        Misconfigured::Unusable { .. } | Misconfigured::NoUrl(_) => {
            "The gateway in front of this server describes a request that cannot have been made; send a plain URL, \
             without anything from # on."
        }
    })
}

/// A request whose body is a form for some and none for others.
pub(super) fn unclear(unclear: UnclearMediaType) -> VerifyError {
    tracing::warn!("a gateway's request is refused: {}", unclear.why());
    rejected(unclear.why())
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
