//! What the API answers when it does not do what it was asked: problem details (RFC 9457), one mapping for all.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use oauth::Problem;
use serde_json::{Map, Value, json};
use service::{NotPermitted, ServiceError, VerifyError};

use crate::wire::refusal;

/// Why a call was not done.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Neither a signature nor a session.
    NoCredentials,
    /// A signature that does not hold.
    Refused(Problem),
    /// A user without *Configure Server*, or none.
    NotPermitted,
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
    /// Somebody was faster.
    PreconditionFailed(String),
    /// The use case said no.
    Service(ServiceError),
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<NotPermitted> for ApiError {
    fn from(_: NotPermitted) -> Self {
        Self::NotPermitted
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
            Self::NoCredentials => StatusCode::UNAUTHORIZED,
            Self::Refused(problem) => refusal::status(problem),
            Self::NotPermitted | Self::OtherSite => StatusCode::FORBIDDEN,
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
            Self::Service(ServiceError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoCredentials => {
                "Sign the request with OAuth 1.0a, or send the session cookie of a signed-in browser.".to_owned()
            }
            Self::Refused(problem) => problem.advice().to_string(),
            Self::NotPermitted => "This needs a user with the Configure Server permission.".to_owned(),
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
            Self::Service(error) => error.to_string(),
        }
    }

    /// The answer, with the realm in its challenge.
    pub(super) fn answer(self, realm: &str) -> Response {
        let challenge = match &self {
            Self::Refused(problem) => Some(problem.challenge(realm)),
            Self::NoCredentials => Some(format!("OAuth realm=\"{realm}\"")),
            _ => None,
        };
        let mut response = self.into_response();
        if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::try_from(challenge).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut members = Map::new();
        members.insert("type".to_owned(), json!("about:blank"));
        members.insert("title".to_owned(), json!(status.canonical_reason()));
        members.insert("status".to_owned(), json!(status.as_u16()));
        members.insert("detail".to_owned(), json!(self.detail()));
        match &self {
            Self::Refused(problem) => {
                members.extend(
                    problem.members().into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))),
                );
            }
            Self::Service(ServiceError::Invalid(errors)) => {
                members.insert("errors".to_owned(), json!(errors));
            }
            Self::Service(ServiceError::Store(error)) => {
                tracing::error!(%error, "a call of the API could not be done");
            }
            _ => {}
        }
        let mut response = (status, Json(members)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }
}
