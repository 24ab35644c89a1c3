//! The request that a gateway asks about, read from the headers that describe it.

use axum::http::{HeaderMap, HeaderValue};
use oauth::NotAnHttpUrl;

use crate::gate::part::{Part, SEVERAL, Unusable, shown};

static FORWARDED: [Part; 4] = [Part::method("x-forwarded-method"), Part::SCHEME, Part::HOST, Part::URI];
static ORIGINAL: [Part; 2] = [Part::method("x-original-method"), Part::URL];

/// The original request, as a gateway describes it.
#[derive(Debug)]
pub(super) struct Original<'a> {
    pub(super) method: &'a str,
    url: Url<'a>,
}

/// Octets, since clients send some beyond ASCII, and gateways hand them on.
#[derive(Debug)]
enum Url<'a> {
    Forwarded { host: &'a [u8], uri: &'a [u8], joined: Vec<u8> },
    Original(&'a [u8]),
}

/// Why a description does not identify a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misconfigured {
    #[error(
        "the headers do not tell the original request's method and URL: set X-Forwarded-Method, X-Forwarded-Proto, \
         X-Forwarded-Host and X-Forwarded-Uri, or X-Original-Method and X-Original-URL"
    )]
    Nothing,
    #[error("of the headers that belong together it does not set {}: set them too", .0.join(", "))]
    TooLittle(Vec<&'static str>),
    #[error(
        "X-Forwarded-… and X-Original-… describe different requests, {forwarded} and {original}: remove one of them, \
         or have the gateway that asks set both"
    )]
    Disagreement { forwarded: String, original: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unusable(Vec<Unusable>),
}

impl<'a> Original<'a> {
    /// Reads what Traefik and Caddy send (`X-Forwarded-…`) and what our nginx configuration sends (`X-Original-…`).
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, Misconfigured> {
        let forwarded = Self::forwarded(headers)?;
        let original = Self::by_nginx(headers)?;
        match (forwarded, original) {
            (Some(forwarded), Some(original)) if !forwarded.is_same_as(&original) => {
                Err(Misconfigured::Disagreement { forwarded: forwarded.shown(), original: original.shown() })
            }
            (Some(described), _) | (None, Some(described)) => Ok(described),
            (None, None) => Err(Misconfigured::Nothing),
        }
    }

    fn forwarded(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        let [method, _, _, uri] = &FORWARDED;
        // Proxies in front of nginx may add some of them: what names a request is its method and URI.
        if !headers.contains_key(method.name) && !headers.contains_key(uri.name) {
            return Ok(None);
        }
        let [method, scheme, host, uri] = values(headers, &FORWARDED)?;
        let joined = [scheme, b"://", host, uri].concat();
        Ok(Some(Self { method: text(method), url: Url::Forwarded { host, uri, joined } }))
    }

    fn by_nginx(headers: &'a HeaderMap) -> Result<Option<Self>, Misconfigured> {
        if ORIGINAL.iter().all(|part| !headers.contains_key(part.name)) {
            return Ok(None);
        }
        let [method, url] = values(headers, &ORIGINAL)?;
        Ok(Some(Self { method: text(method), url: Url::Original(url) }))
    }

    /// The base string URI and the query.
    pub(super) fn base_string_uri(&self) -> Result<(Vec<u8>, Option<&[u8]>), Misconfigured> {
        oauth::base_string_uri(self.url()).map_err(|why| Misconfigured::Unusable(vec![self.unusable(why)]))
    }

    fn url(&self) -> &[u8] {
        match &self.url {
            Url::Forwarded { joined, .. } => joined,
            Url::Original(url) => url,
        }
    }

    /// Whether both describe one request, however its scheme, host and port are spelt.
    fn is_same_as(&self, other: &Self) -> bool {
        self.method == other.method
            && (self.url() == other.url()
                || self.base_string_uri().is_ok_and(|signed| other.base_string_uri() == Ok(signed)))
    }

    fn shown(&self) -> String {
        format!("{} {}", shown(self.method.as_bytes()), shown(self.url()))
    }

    /// Which part it is that makes no URL.
    fn unusable(&self, why: NotAnHttpUrl) -> Unusable {
        let [_, scheme_part, host_part, uri_part] = &FORWARDED;
        let [_, whole_part] = &ORIGINAL;
        let (part, value) = match (&self.url, why) {
            (Url::Original(url), _) => (whole_part, *url),
            (Url::Forwarded { joined, .. }, NotAnHttpUrl::Scheme) => (scheme_part, joined.as_slice()),
            (Url::Forwarded { uri, .. }, NotAnHttpUrl::Character) => (uri_part, *uri),
            (
                Url::Forwarded { host, .. },
                NotAnHttpUrl::UserInfo | NotAnHttpUrl::Host | NotAnHttpUrl::Port,
            ) => (host_part, *host),
        };
        Unusable::new(part, value, why.to_string())
    }
}

/// The one value of each of these headers.
fn values<'a, const N: usize>(
    headers: &'a HeaderMap,
    parts: &'static [Part; N],
) -> Result<[&'a [u8]; N], Misconfigured> {
    let mut values = [&b""[..]; N];
    let (mut missing, mut unusable) = (Vec::new(), Vec::new());
    for (value, part) in values.iter_mut().zip(parts) {
        let mut fields = headers.get_all(part.name).iter().map(HeaderValue::as_bytes);
        let Some(first) = fields.next() else {
            missing.push(part.name);
            continue;
        };
        *value = first;
        if fields.next().is_some() {
            let all: Vec<_> = headers.get_all(part.name).iter().map(HeaderValue::as_bytes).collect();
            unusable.push(Unusable::new(part, &all.join(&b", "[..]), SEVERAL));
        } else if let Err(why) = (part.check)(first) {
            unusable.push(Unusable::new(part, first, why));
        }
    }
    if !missing.is_empty() {
        return Err(Misconfigured::TooLittle(missing));
    }
    if unusable.is_empty() { Ok(values) } else { Err(Misconfigured::Unusable(unusable)) }
}

/// The text of a method, whose check it has passed.
fn text(method: &[u8]) -> &str {
    str::from_utf8(method).expect("a token is ASCII")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    type Headers<'a> = [(&'static str, &'a [u8])];

    fn map(headers: &Headers<'_>) -> HeaderMap {
        let header = |(name, value): &(&'static str, &[u8])| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap())
        };
        headers.iter().map(header).collect()
    }

    fn problem(headers: &Headers<'_>) -> Option<Misconfigured> {
        Original::read(&map(headers)).err()
    }

    const TRAEFIK: [(&str, &[u8]); 4] = [
        ("x-forwarded-method", b"GET"),
        ("x-forwarded-proto", b"https"),
        ("x-forwarded-host", b"tool.example"),
        ("x-forwarded-uri", b"/a?b=c"),
    ];
    const NGINX: [(&str, &[u8]); 2] =
        [("x-original-method", b"GET"), ("x-original-url", b"https://tool.example/a?b=c")];

    /// Traefik's or nginx's description with another value for one of its headers.
    fn with<'a>(name: &'static str, value: &'a [u8]) -> Vec<(&'static str, &'a [u8])> {
        let mut headers: Vec<(&'static str, &'a [u8])> =
            if name.starts_with("x-original") { NGINX.to_vec() } else { TRAEFIK.to_vec() };
        headers.iter_mut().find(|(other, _)| *other == name).unwrap().1 = value;
        headers
    }

    /// What the log says of it.
    #[track_caller]
    fn told(headers: &Headers<'_>) -> String {
        let headers = map(headers);
        let read =
            Original::read(&headers).and_then(|original| original.base_string_uri().map(|(uri, _)| uri));
        read.unwrap_err().to_string()
    }

    fn uri_and_query(headers: &Headers<'_>) -> Result<(Vec<u8>, Option<Vec<u8>>), Misconfigured> {
        let headers = map(headers);
        let original = Original::read(&headers)?;
        assert_eq!(original.method, "GET");
        original.base_string_uri().map(|(uri, query)| (uri, query.map(<[u8]>::to_vec)))
    }

    #[test]
    fn either_family_of_headers_describes_the_request_and_both_may_agree() {
        let expected = Ok((b"https://tool.example/a".to_vec(), Some(b"b=c".to_vec())));
        for headers in [&TRAEFIK[..], &NGINX, &[&TRAEFIK[..], &NGINX].concat()] {
            assert_eq!(uri_and_query(headers), expected);
        }
    }

    #[test]
    fn both_agree_where_they_spell_scheme_host_and_port_differently_and_in_nothing_else() {
        let problem_of_both = |url| problem(&[&TRAEFIK[..], &[NGINX[0], ("x-original-url", url)]].concat());
        for url in [
            &b"https://TOOL.example:443/a?b=c"[..],
            b"HTTPS://tool.example/a?b=c",
            b"https://tool.example:/a?b=c",
        ] {
            assert_eq!(problem_of_both(url), None);
        }
        for url in [
            &b"https://tool.example:8443/a?b=c"[..],
            b"http://tool.example:443/a?b=c",
            b"https://tool.example/A?b=c",
            b"https://tool.example/%61?b=c",
            b"https://tool.example/a?b=%63",
            b"https://tool.example/a",
            b"https://user@tool.example/a?b=c",
        ] {
            let problem = problem_of_both(url);
            assert!(matches!(problem, Some(Misconfigured::Disagreement { .. })), "{problem:?}");
        }
    }

    #[test]
    fn octets_beyond_ascii_in_a_described_url_are_read_as_they_came() {
        let uri = with("x-forwarded-uri", b"/Jos\xe9/\xc3\xa9?a=\xff\x80");
        let url = with("x-original-url", b"https://tool.example/Jos\xe9/\xc3\xa9?a=\xff\x80");
        let expected = Ok((b"https://tool.example/Jos\xe9/\xc3\xa9".to_vec(), Some(b"a=\xff\x80".to_vec())));
        for headers in [&uri, &url, &[uri.clone(), url.clone()].concat()] {
            assert_eq!(uri_and_query(headers), expected);
        }
    }

    #[test]
    fn a_proxy_in_front_of_nginx_may_tell_the_scheme_and_host_however_often() {
        assert_eq!(problem(&[&NGINX[..], &TRAEFIK[1..3]].concat()), None);
        assert_eq!(problem(&[&NGINX[..], &TRAEFIK[1..3], &TRAEFIK[1..3]].concat()), None);
    }

    #[test]
    fn too_little_and_disagreement_are_no_description() {
        assert_eq!(problem(&[]), Some(Misconfigured::Nothing));
        assert_eq!(problem(&TRAEFIK[1..3]), Some(Misconfigured::Nothing));
        assert_eq!(
            told(&TRAEFIK[..2]),
            "of the headers that belong together it does not set x-forwarded-host, x-forwarded-uri: set them too"
        );
        assert!(told(&TRAEFIK[1..]).contains("does not set x-forwarded-method: "));
        assert!(told(&NGINX[..1]).contains("does not set x-original-url: "));
        let other = [("x-original-method", &b"POST"[..]), NGINX[1]];
        let told = told(&[&TRAEFIK[..], &other].concat());
        assert!(
            told.contains(
                "different requests, GET https://tool.example/a?… and POST https://tool.example/a?…"
            ),
            "{told}"
        );
    }

    #[test]
    fn several_values_of_one_part_are_refused_and_shown() {
        for part in [&NGINX[0], &TRAEFIK[0], &TRAEFIK[1], &TRAEFIK[2], &TRAEFIK[3]] {
            let family = if part.0.starts_with("x-original") { &NGINX[..] } else { &TRAEFIK };
            let told = told(&[family, &[*part]].concat());
            assert!(told.starts_with(&format!("{} is \"", part.0)) && told.contains(SEVERAL), "{told}");
        }
        for (name, value) in [
            ("x-forwarded-host", "a, b"),
            ("x-forwarded-proto", "https,http"),
            ("x-forwarded-method", "GET,POST"),
            ("x-original-method", "GET, GET"),
        ] {
            let told = told(&with(name, value.as_bytes()));
            assert!(told.starts_with(&format!("{name} is \"{value}\" ({SEVERAL}), set it to ")), "{told}");
        }
    }

    #[test]
    fn every_part_that_is_unusable_is_told() {
        let mut headers = with("x-forwarded-proto", b"wss");
        headers[2].1 = b"user@tool.example";
        headers[3].1 = b"evil\xff";
        let told = told(&headers);
        let parts: Vec<_> = told.split("; ").map(|part| part.split_once(", set it to ").unwrap().0).collect();
        assert_eq!(
            parts,
            [
                "x-forwarded-proto is \"wss\" (neither http nor https)",
                "x-forwarded-host is \"…@tool.example\" (not one host, with or without a port)",
                "x-forwarded-uri is \"evil\\xff\" (it does not begin with /)",
            ]
        );
    }

    #[test]
    fn no_part_reaches_into_another() {
        const FRAGMENT: &str = "nothing from # on is signed, and no client sends it";
        for (name, values, why) in [
            ("x-forwarded-method", &["", "G ET", "GET /", "{}", "G\u{c9}T"][..], "no method"),
            ("x-original-method", &["", "G ET", "GET\t", "\"GET\""], "no method"),
            (
                "x-forwarded-proto",
                &["", "wss", "ws", "https://evil.example/?", "https:", " https", "httpſ"],
                "neither http nor https",
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
                    "tool.example evil.example",
                    "tool.example\t",
                    "tool%2eexample",
                    "t\u{f6}\u{f6}l.example",
                    "*",
                ],
                "not one host, with or without a port",
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
                "it does not begin with /",
            ),
            ("x-forwarded-uri", &["/a#b", "/a?b#", "/#"], FRAGMENT),
            ("x-original-url", &["https://tool.example/a#", "https://tool.example#@evil.example/"], FRAGMENT),
        ] {
            for value in values {
                let told = told(&with(name, value.as_bytes()));
                let is_told = told.starts_with(name) && told.contains(&format!("\" ({why}), set it to "));
                assert!(is_told && !told.contains("secret"), "{value:?}: {told}");
            }
        }
    }

    #[test]
    fn what_is_no_url_is_told_with_the_part_that_is_wrong() {
        for (name, value, why) in [
            ("x-forwarded-host", "[::1", "(a host is "),
            ("x-forwarded-host", "tool.example:70000", "(a port is "),
            ("x-forwarded-host", "a:b:c", "(a port is "),
            ("x-forwarded-uri", "/a b", "(a URL has no spaces "),
            ("x-original-url", "https://user:secret@tool.example/a", "(leave out the user name "),
            ("x-original-url", "https://", "(a host is "),
            ("x-original-url", "wss://tool.example/", "(a URL begins with "),
            ("x-original-url", "/a", "(a URL begins with "),
            ("x-original-url", "", "(a URL begins with "),
            ("x-original-url", "https://tool.example/a b", "(a URL has no spaces "),
            ("x-original-url", "https://a, b/", "(a URL has no spaces "),
            ("x-original-url", "https://a,b/", "(a host is "),
        ] {
            let told = told(&with(name, value.as_bytes()));
            assert!(told.starts_with(&format!("{name} is \"")) && told.contains(why), "{value:?}: {told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }
}
