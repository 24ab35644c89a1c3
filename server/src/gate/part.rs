//! The headers that describe a request, part by part: what each may hold, and what to say of one that holds something else.
//! Each part is held to its own grammar before they are joined: a part that holds more than itself would describe another
//! request than was made.

use std::{borrow::Cow, fmt};

use crate::wire::media_type::is_token;

/// The most octets of a value that the log shows: strangers can choose them.
const MOST_SHOWN: usize = 100;

/// A header that tells one part of a request.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: &'static str,
    /// Whether a value can be that part, or why not.
    pub(super) check: fn(&[u8]) -> Result<(), &'static str>,
    /// What the gateway has to set it to.
    set: &'static str,
}

impl Part {
    pub(super) const fn method(name: &'static str) -> Self {
        Self { name, check: method, set: "the request's method alone, such as GET" }
    }

    pub(super) const SCHEME: Self = Self {
        name: "x-forwarded-proto",
        check: scheme,
        set: "http or https, whichever the client used to reach the gateway (https for wss)",
    };

    pub(super) const HOST: Self = Self {
        name: "x-forwarded-host",
        check: host,
        set: "the one host that the client asked for, with its port where that is not the scheme's own",
    };

    pub(super) const URI: Self = Self {
        name: "x-forwarded-uri",
        check: uri,
        set: "the path and query as the client sent them, from / on",
    };

    pub(super) const URL: Self = Self {
        name: "x-original-url",
        check: no_fragment,
        set: "scheme, host, path and query as the client sent them, such as https://tool.example/path?query",
    };
}

/// A part with a value that it cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    part: &'static str,
    /// Escaped and bounded.
    value: String,
    why: Cow<'static, str>,
    set: &'static str,
}

impl Unusable {
    pub(super) fn new(part: &'static Part, value: &[u8], why: impl Into<Cow<'static, str>>) -> Self {
        Self { part: part.name, value: shown(value), why: why.into(), set: part.set }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, value, why, set } = self;
        write!(f, "{part} is \"{value}\" ({why}), set it to {set}")
    }
}

/// Why the header has several values: proxies append to what they were sent, and clients send what they like.
pub(super) const SEVERAL: &str =
    "several values: the gateway that asks has to replace what others sent, not to add to it";

fn method(value: &[u8]) -> Result<(), &'static str> {
    let is_method = str::from_utf8(value).is_ok_and(is_token);
    if is_method { Ok(()) } else { Err(several_or(value, "no method")) }
}

fn scheme(value: &[u8]) -> Result<(), &'static str> {
    let is_http = [&b"http"[..], b"https"].iter().any(|known| value.eq_ignore_ascii_case(known));
    if is_http { Ok(()) } else { Err(several_or(value, "neither http nor https")) }
}

/// What can be host and port, and nothing else; their grammar is `oauth::base_string_uri`'s to check.
fn host(value: &[u8]) -> Result<(), &'static str> {
    let is_authority = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(byte);
    if !value.is_empty() && value.iter().all(is_authority) {
        return Ok(());
    }
    Err(several_or(value, "not one host, with or without a port"))
}

fn uri(value: &[u8]) -> Result<(), &'static str> {
    if value.starts_with(b"/") { no_fragment(value) } else { Err("it does not begin with /") }
}

fn no_fragment(value: &[u8]) -> Result<(), &'static str> {
    if has_no_fragment(value) { Ok(()) } else { Err("nothing from # on is signed, and no client sends it") }
}

/// Whether nothing of a URL would be dropped from what is signed, although the application behind may read it.
pub(super) fn has_no_fragment(url: &[u8]) -> bool {
    !url.contains(&b'#')
}

fn several_or(value: &[u8], why: &'static str) -> &'static str {
    if value.contains(&b',') { SEVERAL } else { why }
}

/// A value as the log may show it: escaped, bounded, without a query and without a user name and password, which may be
/// secrets.
pub(super) fn shown(value: &[u8]) -> String {
    let (value, query) = match value.iter().position(|byte| *byte == b'?') {
        Some(mark) => (&value[..mark], "?…"),
        None => (value, ""),
    };
    let (user, value) = without_user(value);
    let end = value.len().min(MOST_SHOWN);
    let cut = if end < value.len() { "…" } else { "" };
    format!("{}{}{cut}{query}", if user { "…@" } else { "" }, value[..end].escape_ascii())
}

/// Cuts off what stands in front of the last `@` of a host or URL, its scheme too; in a path an `@` is a character like any
/// other.
fn without_user(value: &[u8]) -> (bool, &[u8]) {
    if value.starts_with(b"/") {
        return (false, value);
    }
    match value.iter().rposition(|byte| *byte == b'@') {
        Some(at) => (true, &value[at + 1..]),
        None => (false, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_escaped_and_bounded_and_without_what_may_be_secret() {
        for (value, expected) in [
            (&b"wss"[..], "wss"),
            (b"", ""),
            (b"a, b", "a, b"),
            (b"Jos\xe9\t\"\x1b[31m\\", r#"Jos\xe9\t\"\x1b[31m\\"#),
            (b"/find?token=secret#x", "/find?…"),
            (b"https://tool.example/a?token=secret", "https://tool.example/a?…"),
            (b"https://ada:secret@tool.example/a", "…@tool.example/a"),
            (b"ada:secret@tool.example", "…@tool.example"),
            (b"https://a:b@c:secret@tool.example", "…@tool.example"),
            (b"/users/@ada", "/users/@ada"),
            (b"?secret", "?…"),
        ] {
            assert_eq!(shown(value), expected);
        }
        let long = vec![b'x'; 60_000];
        assert_eq!(shown(&long), format!("{}…", "x".repeat(MOST_SHOWN)));
        assert!(shown(&vec![0xff; 60_000]).len() < 500);
        assert_eq!(shown(&long[..MOST_SHOWN]), "x".repeat(MOST_SHOWN));
    }

    #[test]
    fn octets_beyond_ascii_are_octets_like_any_other_in_a_path_and_nowhere_else() {
        let raw = "/Jos\u{e9}".as_bytes();
        assert_eq!((Part::URI.check)(raw), Ok(()));
        assert_eq!((Part::URI.check)(b"/Jos\xe9?a=\xff"), Ok(()));
        assert_eq!((Part::URL.check)(b"https://tool.example/Jos\xe9"), Ok(()));
        for part in [Part::SCHEME, Part::HOST, Part::method("x-original-method")] {
            assert!((part.check)(b"a\xe9").is_err(), "{part:?}");
        }
    }
}
