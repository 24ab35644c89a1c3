//! Answers to signed requests that are refused, and to those that cannot be checked now.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use oauth::Problem;
use service::{ServiceError, VerifyError};

use crate::{
    state::{AppState, denials::Reason},
    wire::{denial::Denial, failure::Failure},
};

/// The HTTP status of a refusal.
pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).expect("a problem's status is one of HTTP's")
}

/// Why a signed request is denied, unless it cannot be understood.
pub(crate) fn denial(problem: &Problem) -> Option<Reason> {
    match problem {
        Problem::ConsumerElsewhere { .. } => Some(Reason::OutOfNetwork),
        other => (other.status() == 401).then_some(Reason::Signature),
    }
}

/// A form-encoded body.
pub(crate) fn form_body(status: StatusCode, pairs: &[(&str, &str)]) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/x-www-form-urlencoded")];
    (status, content_type, oauth::form(pairs)).into_response()
}

/// A refusal as consumers read it: a challenge, and the same in a form-encoded body.
pub(crate) fn refuse(state: &AppState, error: &VerifyError) -> Response {
    match error {
        VerifyError::Refused(problem) => {
            let members = problem.members();
            let pairs: Vec<(&str, &str)> =
                members.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let challenge = [(header::WWW_AUTHENTICATE, problem.challenge(&state.realm))];
            let denial = denial(problem).map(Denial::of);
            (challenge, denial, form_body(status(problem), &pairs)).into_response()
        }
        VerifyError::Service(error) => unavailable(error),
    }
}

/// The request cannot be checked now.
pub(crate) fn unavailable(error: &ServiceError) -> Response {
    let again = [(header::RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, again, Failure::of(error.cause()), format!("{error}\n")).into_response()
}
