//! A request with all that its signature covers, as the client saw it.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};

use crate::{
    state::AppState,
    wire::{
        body::{MOST_BODY_BYTES, TooLarge, read_body},
        media_type::{MediaType, UnclearMediaType},
    },
};

/// A request whose body has been read.
pub(crate) struct Received {
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    /// The base string URI (RFC 5849 section 3.4.1.2): the public URL and the path, whatever `Host` says.
    pub(crate) base_string_uri: String,
}

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
    pub(crate) fn to_verify<'a>(
        &'a self,
        authorization: &'a [&'a [u8]],
    ) -> Result<oauth::Request<'a>, UnclearMediaType> {
        // Twython names a type with blanks in it for bodies that it does not send; nobody reads those.
        let media_type = if self.body.is_empty() { None } else { MediaType::of(&self.parts.headers)? };
        Ok(oauth::Request {
            method: self.parts.method.as_str(),
            base_string_uri: self.base_string_uri.as_bytes(),
            query: self.parts.uri.query().map(str::as_bytes),
            authorization,
            form: form(media_type, &self.body),
        })
    }
}

/// The values of the Authorization headers.
pub(crate) fn authorization(headers: &HeaderMap) -> Vec<&[u8]> {
    headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes).collect()
}

/// The body, where its parameters are part of what is signed (RFC 5849 section 3.4.1.3.1).
pub(crate) fn form<'a>(media_type: Option<MediaType<'_>>, body: &'a Bytes) -> Option<&'a [u8]> {
    (media_type.is_some_and(MediaType::is_form) && !body.is_empty()).then_some(body)
}
