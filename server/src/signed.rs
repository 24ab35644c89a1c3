//! A request with all that its signature covers, as the client saw it, and the answers to those that are refused.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{OriginalUri, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use oauth::Problem;
use service::{ServiceError, VerifyError};

use crate::{router::MOST_BODY_BYTES, state::AppState};

/// A request whose body has been read.
pub(crate) struct Received {
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    /// The base string URI (RFC 5849 section 3.4.1.2): the public URL and the path, whatever `Host` says.
    pub(crate) base_string_uri: String,
}

/// The body is larger than anybody needs.
#[derive(Debug)]
pub(crate) struct TooLarge;

impl Received {
    /// Reads the whole request.
    pub(crate) async fn read(state: &AppState, request: Request) -> Result<Self, TooLarge> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, MOST_BODY_BYTES).await?;
        // Routers strip what they are nested under, and gateways the public URL's prefix; what was signed has both.
        let original = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let base_string_uri = format!("{}{}", state.base_uri, state.inside(original.path()));
        Ok(Self { parts, body, base_string_uri })
    }

    /// The values of its Authorization headers.
    pub(crate) fn authorization(&self) -> Vec<&[u8]> {
        authorization(&self.parts.headers)
    }

    /// What a verification looks at.
    pub(crate) fn to_verify<'a>(&'a self, authorization: &'a [&'a [u8]]) -> oauth::Request<'a> {
        oauth::Request {
            method: self.parts.method.as_str(),
            base_string_uri: &self.base_string_uri,
            query: self.parts.uri.query(),
            authorization,
            form: form(&self.parts.headers, &self.body),
        }
    }
}

/// Reads a body up to a limit.
pub(crate) async fn read_body(body: Body, most: usize) -> Result<Bytes, TooLarge> {
    to_bytes(body, most).await.map_err(|_| TooLarge)
}

/// The values of the Authorization headers.
pub(crate) fn authorization(headers: &HeaderMap) -> Vec<&[u8]> {
    headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes).collect()
}

/// The body, where its parameters are part of what is signed (RFC 5849 section 3.4.1.3.1).
pub(crate) fn form<'a>(headers: &HeaderMap, body: &'a Bytes) -> Option<&'a [u8]> {
    (is_form(headers) && !body.is_empty()).then_some(body)
}

/// Whether the body's parameters are part of what is signed.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The HTTP status of a refusal.
pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).expect("a problem's status is one of HTTP's")
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
            (challenge, form_body(status(problem), &pairs)).into_response()
        }
        VerifyError::Service(error) => unavailable(error),
    }
}

/// Nobody can tell now.
pub(crate) fn unavailable(error: &ServiceError) -> Response {
    tracing::error!(%error, "a signed request could not be checked");
    let again = [(header::RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, again, format!("{error}\n")).into_response()
}
