//! What the API answers when it does not do what it was asked: problem details (RFC 9457), one mapping for all.

use std::sync::Arc;

use axum::{
    Extension, Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{FieldError, Username};
use oauth::Problem;
use service::{NotPermitted, Owed, ServiceError, VerifyError};

use crate::{
    api::problem::ProblemDetails,
    state::denials::Reason,
    wire::{denial::Denial, failure::Failure, refusal, request_id::RequestId},
};

/// Why a call was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Neither a signature nor a session.
    NoCredentials,
    /// A session, of a user who owes this before anything else.
    Owed(Owed),
    /// A session, where only a signature will do.
    NotSigned,
    /// A signature that does not hold.
    Refused(Problem),
    /// A user without *Configure Server*, or none; or a consumer that may not administer. And the user whose call it was.
    NotPermitted(NotPermitted, Option<Username>),
    /// A session's change that does not come from our own pages.
    OtherSite,
    /// A query or a body that cannot be understood.
    BadRequest(String),
    /// There is no such thing.
    NotFound(String),
    /// Not with this method.
    MethodNotAllowed,
    /// More than 64 KiB.
    TooLarge,
    /// Not JSON.
    UnsupportedMediaType,
    /// A change without `If-Match`.
    PreconditionRequired,
    /// `If-Match` names an older revision.
    PreconditionFailed(String),
    /// The use case said no.
    Service(ServiceError),
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<VerifyError> for ApiError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Refused(problem) => Self::Refused(problem),
            VerifyError::Service(error) => Self::Service(error),
        }
    }
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoCredentials | Self::Owed(_) | Self::NotSigned => StatusCode::UNAUTHORIZED,
            Self::Refused(problem) => refusal::status(problem),
            Self::NotPermitted(..) | Self::OtherSite | Self::Service(ServiceError::SignInAgain) => {
                StatusCode::FORBIDDEN
            }
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) | Self::Service(ServiceError::NotFound(_) | ServiceError::Removed(_)) => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::PreconditionFailed(_) | Self::Service(ServiceError::Conflict(_)) => {
                StatusCode::PRECONDITION_FAILED
            }
            Self::Service(ServiceError::Invalid(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Service(ServiceError::KeyTaken(_)) => StatusCode::CONFLICT,
            Self::Service(ServiceError::Store(error)) if error.is_refusal() => StatusCode::CONFLICT,
            Self::Service(ServiceError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoCredentials => {
                "Sign the request with OAuth 1.0a, or send the session cookie of a signed-in browser.".to_owned()
            }
            Self::Owed(Owed::NewPassword) => {
                "Your password is shorter than the 12 characters of an administrator. The page to set a new one is /account/password."
                    .to_owned()
            }
            Self::Owed(Owed::SecondFactor) => {
                "This server requires a second factor of your account, which has none yet. The page for it is /account/second-factor."
                    .to_owned()
            }
            Self::NotSigned => {
                "This call says what a signature covers, and a browser's session signs nothing. Sign the request with OAuth 1.0a."
                    .to_owned()
            }
            Self::Refused(problem) => problem.advice().to_string(),
            Self::NotPermitted(why, _) => why.to_string(),
            Self::OtherSite => {
                "A browser's change must come from Latchkey's own pages. Sign the request instead, or open Latchkey itself."
                    .to_owned()
            }
            Self::BadRequest(words) | Self::NotFound(words) | Self::PreconditionFailed(words) => words.clone(),
            Self::MethodNotAllowed => "This call does not take this method; /api/v1/docs lists what there is.".to_owned(),
            Self::TooLarge => "A body may hold 64 KiB at most.".to_owned(),
            Self::UnsupportedMediaType => "Send JSON, with Content-Type: application/json.".to_owned(),
            Self::PreconditionRequired => {
                "Send If-Match with the ETag of the consumer as you saw it, so that nobody's change is overwritten; or *."
                    .to_owned()
            }
            Self::Service(ServiceError::Invalid(_)) => {
                "Some of this cannot be accepted: errors lists every field that is wrong.".to_owned()
            }
            Self::Service(error @ ServiceError::SignInAgain) => {
                format!("{error} The page for it is /sign-in?again=/.")
            }
            Self::Service(error) => error.to_string(),
        }
    }

    /// Why the caller was denied what they asked for, where the answer says so by its status.
    fn denial(&self) -> Option<Reason> {
        match self {
            Self::NoCredentials => Some(Reason::NotSignedIn),
            Self::Owed(Owed::NewPassword) => Some(Reason::PasswordTooShort),
            Self::Owed(Owed::SecondFactor) => Some(Reason::SecondFactorMissing),
            Self::NotSigned => Some(Reason::NotSigned),
            Self::Refused(problem) => refusal::denial(problem),
            Self::NotPermitted(..) => Some(Reason::NotPermitted),
            Self::OtherSite => Some(Reason::OtherSite),
            Self::Service(ServiceError::SignInAgain) => Some(Reason::SignInAgain),
            Self::BadRequest(_)
            | Self::NotFound(_)
            | Self::MethodNotAllowed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::PreconditionRequired
            | Self::PreconditionFailed(_)
            | Self::Service(_) => None,
        }
    }

    /// The user who was denied it, where that is known.
    fn user(&self) -> Option<&Username> {
        let Self::NotPermitted(_, user) = self else { return None };
        user.as_ref()
    }

    /// Problem details, with the realm in the challenge and the request's number.
    pub(crate) fn answer(&self, realm: &str, id: &RequestId) -> Response {
        let status = self.status();
        let mut details = ProblemDetails::new(status, self.detail(), id);
        let (mut challenge, mut failure) = (None, None);
        match self {
            Self::Refused(problem) => {
                challenge = Some(problem.challenge(realm));
                details.explain(problem);
            }
            Self::NoCredentials | Self::Owed(_) | Self::NotSigned => {
                challenge = Some(format!("OAuth realm=\"{realm}\""));
            }
            Self::Service(ServiceError::Invalid(errors)) => details.errors = Some(errors.clone()),
            Self::Service(error @ ServiceError::KeyTaken(_)) => {
                details.errors = Some(vec![FieldError::new("key", error.to_string())]);
            }
            Self::Service(ServiceError::Store(error)) => failure = Some(Failure::of(error)),
            _ => {}
        }
        let denial = self.denial().map(|reason| Denial::of_user(reason, self.user().cloned()));
        let problem = [(header::CONTENT_TYPE, "application/problem+json")];
        let challenge = challenge.map(|challenge| [(header::WWW_AUTHENTICATE, challenge)]);
        (status, challenge, failure, denial, problem, Json(details)).into_response()
    }
}

impl IntoResponse for ApiError {
    /// Only the status: `layers::in_words` asks the error itself for the rest.
    fn into_response(self) -> Response {
        (self.status(), Extension(Arc::new(self))).into_response()
    }
}
