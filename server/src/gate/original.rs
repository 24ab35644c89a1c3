//! The request that a gateway asks about, read from the headers that describe it. Each part is held to its own grammar
//! before they are joined: a part that holds more than itself would describe another request than was made.

use std::borrow::Cow;

use axum::http::HeaderMap;

use crate::wire::media_type::is_token;

const FORWARDED: [&str; 4] =
    ["x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"];
const ORIGINAL: [&str; 2] = ["x-original-method", "x-original-url"];

/// The original request, as a gateway describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Original<'a> {
    pub(super) method: &'a str,
    pub(super) url: Cow<'a, str>,
}

/// Why a description does not identify a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misconfigured {
    #[error("the headers do not tell the original request's method and URL")]
    TooLittle,
    #[error("X-Forwarded-… and X-Original-… describe different requests")]
    Disagreement,
    #[error("{0} comes more than once")]
    Repeated(&'static str),
    #[error("{part} {why}")]
    Unusable { part: &'static str, why: &'static str },
    #[error("the URL that it describes is none: {0}")]
    NoUrl(#[from] oauth::NotAnHttpUrl),
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
        let [method, scheme, host, uri] = FORWARDED.map(|name| one(headers, name));
        match (method?, scheme?, host?, uri?) {
            (Some(method), Some(scheme), Some(host), Some(uri)) => {
                let [method_part, scheme_part, host_part, uri_part] = FORWARDED;
                check(method_part, method, is_token, NO_METHOD)?;
                check(scheme_part, scheme, is_http, "is neither http nor https")?;
                check(host_part, host, is_authority, "is not one host, with or without a port")?;
                check(uri_part, uri, |uri| uri.starts_with('/'), "does not begin with /")?;
                check(uri_part, uri, has_no_fragment, FRAGMENT)?;
                Ok(Some(Self { method, url: format!("{scheme}://{host}{uri}").into() }))
            }
            // Proxies in front of nginx may add some of them: what names a request is its method and URI.
            (None, _, _, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }

    fn by_nginx(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, url] = ORIGINAL.map(|name| one(headers, name));
        match (method?, url?) {
            (Some(method), Some(url)) => {
                let [method_part, url_part] = ORIGINAL;
                check(method_part, method, is_token, NO_METHOD)?;
                check(url_part, url, has_no_fragment, FRAGMENT)?;
                Ok(Some(Self { method, url: url.into() }))
            }
            (None, None) => Ok(None),
            _ => Err(Misconfigured::TooLittle),
        }
    }

    /// The base string URI and the query.
    pub(super) fn base_string_uri(&self) -> Result<(String, Option<&str>), Misconfigured> {
        Ok(oauth::base_string_uri(&self.url)?)
    }
}

const NO_METHOD: &str = "is no method";
const FRAGMENT: &str = "has a #, behind which nothing is signed";

fn check(
    part: &'static str,
    value: &str,
    is_usable: impl Fn(&str) -> bool,
    why: &'static str,
) -> Result<(), Misconfigured> {
    if is_usable(value) { Ok(()) } else { Err(Misconfigured::Unusable { part, why }) }
}

fn is_http(scheme: &str) -> bool {
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether a text can be host and port, and nothing else; their grammar is `oauth::base_string_uri`'s to check.
fn is_authority(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte))
}

/// Whether nothing of a URL would be dropped from what is signed, although the application behind may read it.
pub(super) fn has_no_fragment(url: &str) -> bool {
    !url.contains('#')
}

/// The only value of a header; several values are an error.
fn one<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Misconfigured> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Misconfigured::Repeated(name));
    }
    let not_ascii = |_| Misconfigured::Unusable { part: name, why: "is not ASCII text" };
    value.to_str().map(Some).map_err(not_ascii)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

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

    /// What is said of Traefik's or nginx's description with another value for one of its headers.
    #[track_caller]
    fn told(name: &'static str, value: &'static str) -> String {
        let mut headers = if name.starts_with("x-original") { NGINX.to_vec() } else { TRAEFIK.to_vec() };
        headers.iter_mut().find(|(other, _)| *other == name).unwrap().1 = value;
        let headers = map(&headers);
        let read =
            Original::read(&headers).and_then(|original| original.base_string_uri().map(|(uri, _)| uri));
        read.expect_err(value).to_string()
    }

    #[test]
    fn either_family_of_headers_describes_the_request_and_both_may_agree() {
        let expected = Original { method: "GET", url: "https://tool.example/a?b=c".into() };
        for headers in [&TRAEFIK[..], &NGINX, &[&TRAEFIK[..], &NGINX].concat()] {
            assert_eq!(Original::read(&map(headers)).as_ref(), Ok(&expected));
        }
        let headers = map(&TRAEFIK);
        let uri =
            Original::read(&headers).unwrap().base_string_uri().map(|(uri, query)| (uri, query.is_some()));
        assert_eq!(uri, Ok(("https://tool.example/a".to_owned(), true)));
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
        let repeated = problem(&[&NGINX[..], &NGINX[..1]].concat()).unwrap();
        assert_eq!(repeated.to_string(), "x-original-method comes more than once");
    }

    #[test]
    fn no_part_reaches_into_another() {
        for (name, values, why) in [
            ("x-forwarded-method", &["", "G ET", "GET,POST", "GET /", "{}"][..], " is no method"),
            ("x-original-method", &["", "G ET", "GET\t", "\"GET\""], " is no method"),
            (
                "x-forwarded-proto",
                &["", "wss", "https,http", "https://evil.example/?", "https:", " https"],
                " is neither http nor https",
            ),
            (
                "x-forwarded-host",
                &[
                    "",
                    "user@tool.example",
                    "user:secret@tool.example",
                    "tool.example/evil",
                    "tool.example?evil",
                    "tool.example#evil",
                    "tool.example\\evil",
                    "tool.example, evil.example",
                    "tool.example evil.example",
                    "tool.example\t",
                    "tool%2eexample",
                    "*",
                ],
                " is not one host, with or without a port",
            ),
            (
                "x-forwarded-uri",
                &[
                    "",
                    "evil",
                    ".evil.example/a",
                    ":8443/a",
                    "@evil.example/a",
                    "?a",
                    "*",
                    "http://evil.example/",
                ],
                " does not begin with /",
            ),
            ("x-forwarded-uri", &["/a#b", "/a?b#", "/#"], FRAGMENT),
            ("x-original-url", &["https://tool.example/a#", "https://tool.example#@evil.example/"], FRAGMENT),
        ] {
            for value in values {
                let told = told(name, value);
                assert!(told.starts_with(name) && told.ends_with(why), "{value:?}: {told}");
            }
        }
    }

    #[test]
    fn what_is_no_url_is_told_with_the_part_that_is_wrong() {
        for (name, value, why) in [
            ("x-forwarded-host", "[::1", "a host is "),
            ("x-forwarded-host", "tool.example:70000", "a port is "),
            ("x-forwarded-host", "a:b:c", "a port is "),
            ("x-original-url", "https://user@tool.example/a", "leave out the user name "),
            ("x-original-url", "https://", "a host is "),
            ("x-original-url", "/a", "a URL begins with "),
            ("x-original-url", "", "a URL begins with "),
            ("x-original-url", "https://tool.example/a b", "a URL has no spaces "),
        ] {
            let told = told(name, value);
            assert!(
                told.starts_with(&format!("the URL that it describes is none: {why}")),
                "{value:?}: {told}"
            );
        }
    }
}
