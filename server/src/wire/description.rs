//! The header fields that describe a request, as gateways send them.

use axum::http::{HeaderMap, HeaderName};

pub(crate) const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
pub(crate) const SCHEME: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(crate) const AUTHORITY: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(crate) const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
/// As our nginx configuration describes it.
pub(crate) const BY_NGINX: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-url")];
/// What the names of Envoy's own fields begin with. Its questions carry some of them, whatever headers its settings name.
const OF_ENVOY: &str = "x-envoy-";

/// Whether a gateway sent this, or passed it on: a single field of a description is enough. A client can add such a field,
/// but cannot take one away that its gateway sets.
pub(crate) fn is_by_a_gateway(headers: &HeaderMap) -> bool {
    let describes = |name: &HeaderName| {
        [METHOD, SCHEME, AUTHORITY, URI].contains(name)
            || BY_NGINX.contains(name)
            || name.as_str().starts_with(OF_ENVOY)
    };
    headers.keys().any(describes)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_by_a_gateway_with(names: &[&'static str]) -> bool {
        let field = |name: &&'static str| (HeaderName::from_static(name), HeaderValue::from_static(""));
        is_by_a_gateway(&names.iter().map(field).collect())
    }

    #[test]
    fn one_field_of_a_description_is_enough_to_know_a_gateway_by() {
        for name in [
            "x-forwarded-method",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-forwarded-uri",
            "x-original-method",
            "x-original-url",
            "x-envoy-internal",
            "x-envoy-expected-rq-timeout-ms",
        ] {
            assert!(is_by_a_gateway_with(&["content-type", name, "authorization"]), "{name}");
        }
    }

    #[test]
    fn what_programs_send_of_themselves_is_no_sign_of_a_gateway() {
        assert!(!is_by_a_gateway_with(&[]));
        let own = ["host", "authorization", "content-type", "content-length", "user-agent", "traceparent"];
        assert!(!is_by_a_gateway_with(&own));
        // Who asks may say for which client, without being a gateway.
        assert!(!is_by_a_gateway_with(&["x-forwarded-for", "x-real-ip"]));
    }
}
