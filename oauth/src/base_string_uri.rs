//! The base string URI (RFC 5849 §3.4.1.2): the canonical form of the URL that the client requested.

use std::net::Ipv6Addr;

/// Why a text is not an http or https URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnHttpUrl {
    /// It does not begin with `http://` or `https://`.
    #[error("a URL begins with http:// or https://")]
    Scheme,
    /// It contains a space or a control character.
    #[error("a URL has no spaces and no control characters")]
    Character,
    /// It contains a user name or password.
    #[error("leave out the user name and password in front of the @")]
    UserInfo,
    /// Its host is absent or malformed. Internationalized names are expected in their `xn--` form.
    #[error(
        "a host is a name of ASCII letters, digits, dots, hyphens and underscores, or an address; IPv6 ones in brackets"
    )]
    Host,
    /// Its port is not a number up to 65535.
    #[error("a port is a number up to 65535")]
    Port,
}

/// Returns the base string URI of an absolute http or https URL, and its raw query (without the `?`).
///
/// Scheme and host become lower-case, the default port and the fragment are removed, and an empty path becomes `/`.
/// Everything else stays byte for byte: dot segments and percent-encoding are not normalized, and octets beyond ASCII,
/// which clients and gateways send although no URL has them, are octets like any other.
///
/// ```
/// let (uri, query) = oauth::base_string_uri("HTTP://Example.COM:80/r%20v/X?id=123")?;
/// assert_eq!(uri, b"http://example.com/r%20v/X");
/// assert_eq!(query, Some(&b"id=123"[..]));
/// # Ok::<(), oauth::NotAnHttpUrl>(())
/// ```
///
/// # Errors
/// [`NotAnHttpUrl`] names the part that is wrong.
pub fn base_string_uri<U>(url: &U) -> Result<(Vec<u8>, Option<&[u8]>), NotAnHttpUrl>
where
    U: AsRef<[u8]> + ?Sized,
{
    let url = url.as_ref();
    if url.iter().any(|byte| *byte == b' ' || byte.is_ascii_control()) {
        return Err(NotAnHttpUrl::Character);
    }
    let (scheme, rest) = scheme_and_rest(url).ok_or(NotAnHttpUrl::Scheme)?;
    let (scheme, default_port) = if scheme.eq_ignore_ascii_case(b"https") {
        ("https", 443)
    } else if scheme.eq_ignore_ascii_case(b"http") {
        ("http", 80)
    } else {
        return Err(NotAnHttpUrl::Scheme);
    };
    let rest = split_at(rest, b'#').map_or(rest, |(before, _)| before);
    let (rest, query) = split_at(rest, b'?').map_or((rest, None), |(before, query)| (before, Some(query)));
    let (authority, path) = rest.split_at(rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len()));
    let (host, port) = host_and_port(authority)?;

    let mut uri = Vec::with_capacity(url.len() + 1);
    uri.extend_from_slice(scheme.as_bytes());
    uri.extend_from_slice(b"://");
    uri.extend(host.iter().map(u8::to_ascii_lowercase));
    if let Some(port) = port.filter(|port| *port != default_port) {
        uri.push(b':');
        uri.extend_from_slice(port.to_string().as_bytes());
    }
    uri.extend_from_slice(if path.is_empty() { b"/" } else { path });
    Ok((uri, query))
}

fn scheme_and_rest(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = split_at(url, b':')?;
    Some((scheme, rest.strip_prefix(b"//")?))
}

/// What stands in front of the first such byte, and behind it.
fn split_at(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let index = text.iter().position(|byte| *byte == separator)?;
    Some((&text[..index], &text[index + 1..]))
}

/// Splits and validates an authority. An empty port is the default port (RFC 3986 §3.2.3).
fn host_and_port(authority: &[u8]) -> Result<(&[u8], Option<u16>), NotAnHttpUrl> {
    if authority.contains(&b'@') {
        return Err(NotAnHttpUrl::UserInfo);
    }
    let end = if let Some(inside) = authority.strip_prefix(b"[") {
        let (address, _) = split_at(inside, b']').ok_or(NotAnHttpUrl::Host)?;
        let text = str::from_utf8(address).map_err(|_| NotAnHttpUrl::Host)?;
        text.parse::<Ipv6Addr>().map_err(|_| NotAnHttpUrl::Host)?;
        address.len() + 2
    } else {
        let end = authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len());
        let name = &authority[..end];
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte))
        {
            return Err(NotAnHttpUrl::Host);
        }
        end
    };
    let (host, port) = authority.split_at(end);
    let port = match port.strip_prefix(b":") {
        None if port.is_empty() => None,
        None => return Err(NotAnHttpUrl::Host),
        Some([]) => None,
        // `from_str` would accept a sign as well.
        Some(digits) if digits.iter().all(u8::is_ascii_digit) => {
            let digits = str::from_utf8(digits).map_err(|_| NotAnHttpUrl::Port)?;
            Some(digits.parse().map_err(|_| NotAnHttpUrl::Port)?)
        }
        Some(_) => return Err(NotAnHttpUrl::Port),
    };
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn uri(url: &str) -> Result<String, NotAnHttpUrl> {
        base_string_uri(url).map(|(uri, _)| String::from_utf8(uri).unwrap())
    }

    #[test]
    fn scheme_and_host_become_lower_case_and_nothing_else() {
        assert_eq!(uri("HTTPS://Api.Example.COM/Path").unwrap(), "https://api.example.com/Path");
        assert_eq!(uri("http://[2001:DB8::A]/X").unwrap(), "http://[2001:db8::a]/X");
    }

    #[test]
    fn only_the_schemes_own_port_is_dropped() {
        assert_eq!(uri("http://a:80/").unwrap(), "http://a/");
        assert_eq!(uri("https://a:443/").unwrap(), "https://a/");
        assert_eq!(uri("http://a:443/").unwrap(), "http://a:443/");
        assert_eq!(uri("https://a:80/").unwrap(), "https://a:80/");
        assert_eq!(uri("http://a:/").unwrap(), "http://a/");
        assert_eq!(uri("http://a:0080/").unwrap(), "http://a/");
        assert_eq!(uri("http://127.0.0.1:3000").unwrap(), "http://127.0.0.1:3000/");
        assert_eq!(uri("http://[::1]:80").unwrap(), "http://[::1]/");
        assert_eq!(uri("http://[::1]:65535").unwrap(), "http://[::1]:65535/");
    }

    #[test]
    fn an_empty_path_is_a_slash() {
        for url in ["http://a", "http://a?q", "http://a#f", "http://a/"] {
            assert_eq!(uri(url).unwrap(), "http://a/");
        }
    }

    #[test]
    fn a_path_stays_byte_for_byte() {
        for path in ["/a/../b/./c", "//", "/%7e%7E%2f", "/a;b=c@d:e", "/é☃", "/[x]", "/a\\b"] {
            assert_eq!(uri(&format!("http://h{path}")).unwrap(), format!("http://h{path}"));
        }
    }

    #[test]
    fn octets_beyond_ascii_stay_in_path_and_query_and_make_no_host() {
        let (uri, query) = base_string_uri(b"http://h/Jos\xe9/\xc3\xa9\x80?a=\xe9&\xff").unwrap();
        assert_eq!(uri, b"http://h/Jos\xe9/\xc3\xa9\x80");
        assert_eq!(query, Some(&b"a=\xe9&\xff"[..]));
        for url in [&b"http://h\xe9/"[..], b"http://[\xe9]/", b"http://\xc3\xa9.example/"] {
            assert_eq!(base_string_uri(url), Err(NotAnHttpUrl::Host));
        }
        assert_eq!(base_string_uri(b"http://h:\xb2/"), Err(NotAnHttpUrl::Port));
        assert_eq!(base_string_uri(b"http\xe9://h/"), Err(NotAnHttpUrl::Scheme));
    }

    #[test]
    fn the_query_is_split_off_as_it_is_and_the_fragment_dropped() {
        let query =
            |url: &'static str| base_string_uri(url).unwrap().1.map(|query| str::from_utf8(query).unwrap());
        assert_eq!(query("http://a/"), None);
        assert_eq!(query("http://a/?"), Some(""));
        assert_eq!(query("http://a/?b=%41+?c#d?e"), Some("b=%41+?c"));
        assert_eq!(query("http://a/#b?c"), None);
        assert_eq!(query("http://a?b"), Some("b"));
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        let cases = [
            (NotAnHttpUrl::Scheme, ["", "/path", "a.example/x", "ftp://a/", "http:/a", "//a/"]),
            (
                NotAnHttpUrl::Character,
                [
                    "http://a/ b",
                    "http://a/\n",
                    "http://a/\u{7f}",
                    "http://a/?\0",
                    " http://a",
                    "http://a/?b\tc",
                ],
            ),
            (
                NotAnHttpUrl::UserInfo,
                [
                    "http://u@a/",
                    "http://u:p@a/",
                    "http://@a/",
                    "http://a@",
                    "http://u@[::1]/",
                    "http://a:80@b/",
                ],
            ),
            (
                NotAnHttpUrl::Host,
                ["http://", "http:///x", "http://:80/", "http://a,b/", "http://[::1/", "http://[::1]x/"],
            ),
            (
                NotAnHttpUrl::Host,
                [
                    "http://[1.2.3.4]/",
                    "http://[]/",
                    "http://é/",
                    "http://a%2Fb/",
                    "http://a\\b/",
                    "http://[fe80::1%25e]/",
                ],
            ),
            (
                NotAnHttpUrl::Port,
                [
                    "http://a:65536/",
                    "http://a:x/",
                    "http://a:+80/",
                    "http://a:-1/",
                    "http://a:80:80/",
                    "http://[::1]:x/",
                ],
            ),
        ];
        for (why, urls) in cases {
            for url in urls {
                assert_eq!(uri(url), Err(why), "{url}");
            }
        }
    }

    proptest! {
        // A failure found here becomes a test of its own.
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_text_makes_it_panic_and_its_own_result_stays(
            url in "(https?://)?[ -~]{0,20}", octets in proptest::collection::vec(any::<u8>(), 0..3),
        ) {
            let url = [url.as_bytes(), &octets].concat();
            if let Ok((made, _)) = base_string_uri(&url) {
                prop_assert_eq!(base_string_uri(&made), Ok((made.clone(), None)));
            }
        }
    }
}
