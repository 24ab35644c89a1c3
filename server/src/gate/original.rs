//! The request that a gateway asks about, read from the headers that describe it.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName};

const FORWARDED: [HeaderName; 4] = [
    HeaderName::from_static("x-forwarded-method"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-uri"),
];
const ORIGINAL: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-original-url")];

/// The original request, as a gateway describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Original<'a> {
    pub(super) method: &'a str,
    pub(super) url: Cow<'a, str>,
}

/// Why a description does not identify a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misconfigured {
    TooLittle,
    Disagreement,
}

impl<'a> Original<'a> {
    /// Reads what Traefik and Caddy send (`X-Forwarded-…`) and what our nginx configuration sends (`X-Original-…`).
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, Misconfigured> {
        let forwarded = Self::forwarded(headers)?;
        let original = Self::by_nginx(headers)?;
        match (forwarded, original) {
            (Some(forwarded), Some(original)) if forwarded != original => Err(Misconfigured::Disagreement),
            (Some(described), _) | (None, Some(described)) => Ok(described),
            (None, None) => Err(Misconfigured::TooLittle),
        }
    }

    fn forwarded(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, scheme, host, uri] = FORWARDED.each_ref().map(|name| one(headers, name));
        match (method?, scheme?, host?, uri?) {
            (Some(method), Some(scheme), Some(host), Some(uri)) => {
                Ok(Some(Self { method, url: format!("{scheme}://{host}{uri}").into() }))
            }
            // Proxies in front of nginx may add some of them: what names a request is its method and URI.
            (None, _, _, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }

    fn by_nginx(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, url] = ORIGINAL.each_ref().map(|name| one(headers, name));
        match (method?, url?) {
            (Some(method), Some(url)) => Ok(Some(Self { method, url: url.into() })),
            (None, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }
}

/// The only value of a header; several values are an error.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Misconfigured> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Misconfigured::Disagreement);
    }
    value.to_str().map(Some).map_err(|_| Misconfigured::Disagreement)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn problem(headers: &[(&'static str, &'static str)]) -> Option<Misconfigured> {
        Original::read(&map(headers)).err()
    }

    const TRAEFIK: [(&str, &str); 4] = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "tool.example"),
        ("x-forwarded-uri", "/a?b=c"),
    ];
    const NGINX: [(&str, &str); 2] =
        [("x-original-method", "GET"), ("x-original-url", "https://tool.example/a?b=c")];

    #[test]
    fn either_family_of_headers_describes_the_request_and_both_may_agree() {
        let expected = Original { method: "GET", url: "https://tool.example/a?b=c".into() };
        for headers in [&TRAEFIK[..], &NGINX, &[&TRAEFIK[..], &NGINX].concat()] {
            assert_eq!(Original::read(&map(headers)).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn a_proxy_in_front_of_nginx_may_tell_the_scheme_and_host() {
        assert_eq!(problem(&[&NGINX[..], &TRAEFIK[1..3]].concat()), None);
    }

    #[test]
    fn too_little_and_disagreement_are_no_description() {
        assert_eq!(problem(&[]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&TRAEFIK[..3]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&TRAEFIK[1..]), Some(Misconfigured::TooLittle));
        assert_eq!(problem(&NGINX[..1]), Some(Misconfigured::TooLittle));
        let other = [("x-original-method", "POST"), NGINX[1]];
        assert_eq!(problem(&[&TRAEFIK[..], &other].concat()), Some(Misconfigured::Disagreement));
        assert_eq!(problem(&[&NGINX[..], &NGINX[..1]].concat()), Some(Misconfigured::Disagreement));
    }
}
