//! Why `/verify` answers 401: the reasons in a gateway's description are here, all others are `oauth::Problem`s from the
//! checks in `service`. Each goes into the challenge, for the client; a mistake of the gateway is logged too, once a minute.

use std::{net::IpAddr, sync::PoisonError, time::Instant};

use axum::{
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use oauth::Problem;
use service::{ServiceError, VerifyError};

use crate::{
    gate::original::Misconfigured,
    state::{AppState, reports::Mistake},
    wire::{
        denial::Denial,
        media_type::UnclearMediaType,
        refusal,
        request_id::{self, RequestId},
    },
};

/// A description that does not identify a request.
pub(super) fn rejected(why: &'static str) -> VerifyError {
    Problem::ParameterRejected { names: Vec::new(), why }.into()
}

/// A description that a gateway got wrong. The log says which parts, and what to set.
pub(super) fn misconfigured(state: &AppState, gateway: IpAddr, misconfigured: &Misconfigured) -> VerifyError {
    if let Some(left_out) = count(state, gateway, Mistake::Description) {
        tracing::warn!(%gateway, left_out, "the gateway is misconfigured: {misconfigured}; the request is refused");
    }
    rejected(match misconfigured {
        Misconfigured::Nothing | Misconfigured::TooLittle(_) => {
            "The gateway in front of this server does not say what was asked for."
        }
        Misconfigured::Disagreement { .. } => {
            "The gateway in front of this server describes two different requests."
        }
        Misconfigured::Unusable(_) => {
            "The gateway in front of this server describes a request that cannot have been made; send a plain URL, \
             without anything from # on."
        }
    })
}

/// A request whose body is a form for some and none for others.
pub(super) fn unclear(state: &AppState, gateway: IpAddr, unclear: UnclearMediaType) -> VerifyError {
    if let Some(left_out) = count(state, gateway, Mistake::MediaType) {
        tracing::warn!(%gateway, left_out, "a gateway's request is refused: {}", unclear.why());
    }
    rejected(unclear.why())
}

/// How many lines were left out before, if one is to be written now.
fn count(state: &AppState, gateway: IpAddr, mistake: Mistake) -> Option<u64> {
    let mut reports = state.reports.lock().unwrap_or_else(PoisonError::into_inner);
    reports.count(gateway, mistake, Instant::now())
}

/// The answer: 401, never 400, since gateways pass on nothing else. What is absent, rejected or acceptable is in the header,
/// since they pass on no body either.
pub(super) fn challenge(state: &AppState, problem: &Problem, client: Option<IpAddr>) -> Response {
    trace(state, problem, client);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, problem.detailed_challenge(&state.realm))])
        .into_response()
}

/// Leaves a trace of a refused request in the log: the line of a denial where it is known who sent it. The gateway or tool that
/// asks is never named in its client's place, since nobody must ban it.
pub(super) fn trace(state: &AppState, problem: &Problem, client: Option<IpAddr>) {
    let shown = client.map(tracing::field::display);
    tracing::debug!(problem = problem.name(), why = %problem, client = shown, "a gateway's request is refused");
    if let Some(address) = client
        && let Some(reason) = refusal::denial(problem)
    {
        Denial { reason, user: None }.write(state, address);
    }
}

/// The request cannot be checked now. The internal listener has no layer that logs; only what fails gets a number.
pub(super) fn unavailable(method: &Method, path: &str, error: &ServiceError) -> Response {
    let id = RequestId::new();
    tracing::error!(%id, %method, path, status = 503, error = %error.cause(), "a gateway's request could not be checked");
    ([(request_id::HEADER, id.header())], refusal::unavailable(error)).into_response()
}
