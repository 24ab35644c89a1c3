//! The names of the headers that describe a request.

use axum::http::{HeaderMap, HeaderName};

pub(super) const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
pub(super) const SCHEME: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(super) const AUTHORITY: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(super) const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
/// As our nginx configuration describes it.
pub(super) const BY_NGINX: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-url")];

/// Whether a gateway asks that tells the request's scheme alone, as Envoy does, whose own method and path are the rest.
pub(super) fn is_by_path(headers: &HeaderMap) -> bool {
    headers.contains_key(SCHEME) && !headers.contains_key(METHOD)
}
