//! What a page is asked for, and what its forms send; where that cannot be read, a page says so in words.

use axum::{
    Form,
    body::Body,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::FormRejection},
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde::de::DeserializeOwned;

use crate::{
    pages::render::notice,
    state::AppState,
    wire::body::{MOST_BODY_BYTES, TooLarge, read_body},
};

/// The query of a page. Stands before `AdminPage` among a handler's arguments: signing in would not mend an address.
pub(crate) struct PageQuery<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for PageQuery<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Query(query) = Query::try_from_uri(&parts.uri).map_err(|_| {
            let wrong = wrong(parts.uri.query().unwrap_or_default().as_bytes());
            let text = format!(
                "The address of this page {wrong}. Follow the link once more, or begin at the start page."
            );
            notice(state, StatusCode::BAD_REQUEST, "Address not understood", text)
        })?;
        Ok(Self(query))
    }
}

/// A form of a page.
pub(crate) struct PageForm<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<AppState> for PageForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let refuse = |status, text: String| notice(state, status, "Form not understood", text);
        let (parts, body) = request.into_parts();
        let body = read_body(body, MOST_BODY_BYTES).await.map_err(|TooLarge| {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "The form is larger than 64 KiB.".to_owned())
        })?;
        let request = Request::from_parts(parts, Body::from(body.clone()));
        let Form(form) = Form::from_request(request, state).await.map_err(|rejection| {
            if matches!(rejection, FormRejection::InvalidFormContentType(_)) {
                let text = "The form was not sent as application/x-www-form-urlencoded.".to_owned();
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
            }
            let text = format!("The form {}. Go back, and send it once more.", wrong(&body));
            refuse(StatusCode::BAD_REQUEST, text)
        })?;
        Ok(Self(form))
    }
}

/// What is wrong with parameters that cannot be read. Their values are not repeated: they may be secrets.
fn wrong(parameters: &[u8]) -> String {
    let mut names: Vec<_> = url::form_urlencoded::parse(parameters).map(|(name, _)| name).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| &*pair[0]);
    let is_plain = |name: &&str| name.len() <= 40 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    match twice.filter(is_plain) {
        Some(name) => format!("gives “{name}” twice, so it is not clear which one is meant"),
        None => "cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn what_is_given_twice_is_named_but_never_its_value() {
        let text = wrong(b"username=ada&password=hunter2&password=hunter3");
        assert_eq!(text, "gives “password” twice, so it is not clear which one is meant");
        assert_eq!(wrong(b"<b>=1&<b>=2"), "cannot be read");
        assert_eq!(wrong(b""), "cannot be read");
    }
}
