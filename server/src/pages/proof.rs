//! The proof of a second factor in a form, and what a page says and leaves in its answer where a user who is signed in has not proved who they are.

use std::time::Duration;

use app::PasskeyQuestion;
use axum::{
    Extension,
    http::{HeaderName, StatusCode, header},
};
use domain::{FieldError, User};
use serde::Deserialize;
use service::{
    Factor, ServiceError,
    sign_in::{CodeError, ProofError},
};

use crate::{
    pages::render::{failure, status, words},
    state::denials::Reason,
    wire::{denial::Denial, failure::Failure, request_id::RequestId},
};

/// The fields that prove a second factor: a code, or a browser's answer to a question.
#[derive(Deserialize)]
pub(super) struct TypedProof {
    #[serde(default)]
    code: String,
    #[serde(default)]
    challenge: String,
    #[serde(default)]
    passkey: String,
}

impl TypedProof {
    /// A browser's answer where there is one.
    pub(super) fn factor(&self) -> Factor<'_> {
        if self.passkey.is_empty() {
            Factor::Code(&self.code)
        } else {
            Factor::Passkey { challenge: &self.challenge, answer: &self.passkey }
        }
    }

    /// The code as it was typed.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// The question's token and the browser's answer.
    pub(super) fn answer(&self) -> (&str, &str) {
        (&self.challenge, &self.passkey)
    }
}

/// What a browser is asked, for a page.
pub(super) fn passkey_question(question: service::PasskeyQuestion) -> PasskeyQuestion {
    PasskeyQuestion { challenge: question.challenge.expose().to_owned(), options: question.options }
}

/// `Retry-After`.
pub(super) type Later = [(HeaderName, String); 1];

/// A refused proof.
#[derive(Default)]
pub(super) struct Refused {
    /// What is wrong with each field.
    pub(super) errors: Vec<FieldError>,
    /// Any other problem.
    pub(super) problem: Option<(StatusCode, String)>,
    /// What the answer has besides the page.
    pub(super) parts: (Option<Extension<Failure>>, Option<Extension<Denial>>, Option<Later>),
}

impl Refused {
    /// Of a form whose password has this field; the code is `code`.
    pub(super) fn of(error: ProofError, password: &str, user: &User, id: &RequestId) -> Self {
        let denial = |reason| Some(Denial::of_user(reason, Some(user.username.clone())));
        let sentence = error.to_string();
        let of_field = |field: &str, reason, later| Self {
            errors: vec![FieldError::new(field, sentence.clone())],
            parts: (None, denial(reason), later),
            ..Self::default()
        };
        match error {
            ProofError::WrongPassword => of_field(password, Reason::WrongPassword, None),
            ProofError::Code(CodeError::Wrong) => of_field("code", Reason::WrongCode, None),
            ProofError::Code(CodeError::WrongPasskey | CodeError::PasskeyTooLate) => {
                of_field("code", Reason::WrongPasskey, None)
            }
            ProofError::Code(CodeError::TooManyWrong(wait)) => {
                of_field("code", Reason::TooManyWrongCodes, Some(retry_after(wait)))
            }
            ProofError::TooMany(wait) | ProofError::Code(CodeError::TooMany(wait)) => Self {
                problem: Some((StatusCode::TOO_MANY_REQUESTS, sentence)),
                parts: (None, denial(Reason::TooManySignIns), Some(retry_after(wait))),
                ..Self::default()
            },
            ProofError::Service(error) | ProofError::Code(CodeError::Service(error)) => {
                Self::failed(error, id)
            }
        }
    }

    /// Of a form that was refused, or failed, for another reason.
    pub(super) fn failed(error: ServiceError, id: &RequestId) -> Self {
        let parts = (failure(&error), None, None);
        match error {
            ServiceError::Invalid(errors) => Self { errors, ..Self::default() },
            error => Self { problem: Some((status(&error), words(&error, id))), parts, ..Self::default() },
        }
    }
}

/// At least a second, since `Retry-After: 0` would invite the next request at once.
pub(super) fn retry_after(wait: Duration) -> Later {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    [(header::RETRY_AFTER, seconds.max(1).to_string())]
}
