//! The Authorization header field (RFC 5849 §3.5.1): scheme detection, and its pairs before decoding.

const SCHEME: &[u8] = b"OAuth";

/// The part after the scheme, or `None` for another scheme than OAuth. A field that is meant for OAuth, but does not begin as
/// one, is malformed: taken for another scheme's, it would be no signature at all.
pub(crate) fn credentials(field: &[u8]) -> Option<Result<&[u8], Malformed>> {
    let field = field.trim_ascii();
    let (scheme, rest) =
        field.split_at(field.iter().position(|byte| !is_token(*byte)).unwrap_or(field.len()));
    let is_followed_by_space = rest.first().is_none_or(u8::is_ascii_whitespace);
    if scheme.eq_ignore_ascii_case(SCHEME) {
        return Some(if is_followed_by_space { Ok(rest) } else { Err(Malformed::Scheme) });
    }
    let is_of_another_scheme = !scheme.is_empty() && is_followed_by_space;
    (!is_of_another_scheme && has_protocol_name(field)).then_some(Err(Malformed::Scheme))
}

/// A character of a token (RFC 9110 §5.6.2), as the names of schemes have them.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn has_protocol_name(field: &[u8]) -> bool {
    field.windows(b"oauth_".len()).any(|part| part.eq_ignore_ascii_case(b"oauth_"))
}

/// How the field departs from `OAuth name="value", …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It does not begin with the scheme and a space.
    Scheme,
    /// A name is not followed by an equals sign.
    NoEquals,
    /// A value is not in double quotes.
    Unquoted,
    /// The closing quote is missing.
    Unclosed,
    /// There is something else than a comma between two pairs.
    NoComma,
    /// A value contains a backslash.
    Backslash,
}

impl Malformed {
    /// What is wrong, and what to do.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Scheme => {
                "The Authorization header field cannot be read: it has to begin with OAuth and a space, nothing else \
                 in front or between; write OAuth, a space, then name=\"value\" pairs with commas between."
            }
            Self::NoEquals => {
                "The Authorization header field cannot be read: a name is not followed by an equals sign; write OAuth, \
                 a space, then name=\"value\" pairs with commas between."
            }
            Self::Unquoted => {
                "The Authorization header field cannot be read: a value is not in double quotes; write OAuth, a space, \
                 then name=\"value\" pairs with commas between."
            }
            Self::Unclosed => {
                "The Authorization header field cannot be read: the last value has no closing quote, so a part of the \
                 field may have been lost; send it whole."
            }
            Self::NoComma => {
                "The Authorization header field cannot be read: something else than a comma follows a value; write \
                 OAuth, a space, then name=\"value\" pairs with commas between."
            }
            Self::Backslash => {
                "The Authorization header field cannot be read: a value contains a backslash; percent-encode values, \
                 quotes as %22 and backslashes as %5C."
            }
        }
    }
}

/// Iterates over the pairs of an OAuth header field, still encoded, without `realm`.
pub(crate) struct Pairs<'a> {
    rest: &'a [u8],
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(credentials: &'a [u8]) -> Self {
        Self { rest: credentials }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // Empty list elements are ignored (RFC 9110 §5.6.1.2); a folded line counts as white space (RFC 2617).
            while let Some((byte, after)) = self.rest.split_first()
                && (byte.is_ascii_whitespace() || *byte == b',')
            {
                self.rest = after;
            }
            if self.rest.is_empty() {
                return None;
            }
            match pair(self.rest) {
                // Only realm is an HTTP quoted-string, and the name of it has no case (RFC 9110 §11.2).
                Ok(pair) if pair.name.eq_ignore_ascii_case(b"realm") => self.rest = pair.after,
                // The other values are percent-encoded, where a backslash has no defined meaning.
                Ok(pair) if !pair.is_escaped => {
                    self.rest = pair.after;
                    return Some(Ok((pair.name, pair.value)));
                }
                malformed => {
                    self.rest = &[];
                    return Some(Err(malformed.err().unwrap_or(Malformed::Backslash)));
                }
            }
        }
    }
}

/// `name="value"`, and the rest of the field.
struct Pair<'a> {
    name: &'a [u8],
    value: &'a [u8],
    after: &'a [u8],
    /// The value contains a backslash.
    is_escaped: bool,
}

/// Splits off `name="value"`, up to the comma or the end. White space around the equals sign means nothing (RFC 9110
/// §5.6.3, §11.2).
fn pair(text: &[u8]) -> Result<Pair<'_>, Malformed> {
    // A name also ends at a character that it cannot contain; then the equals sign is missing.
    let ends_name = |byte: &u8| matches!(byte, b'=' | b'"' | b',' | b'\\') || byte.is_ascii_whitespace();
    let (name, rest) = text.split_at(text.iter().position(ends_name).ok_or(Malformed::NoEquals)?);
    let value = rest.trim_ascii_start().strip_prefix(b"=").filter(|_| !name.is_empty());
    let value = value.ok_or(Malformed::NoEquals)?.trim_ascii_start();
    let Some(quoted) = value.strip_prefix(b"\"") else { return unquoted_realm(name, value) };
    let (mut end, mut is_escaped) = (0, false);
    loop {
        let rest = quoted.get(end..).ok_or(Malformed::Unclosed)?;
        end += rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).ok_or(Malformed::Unclosed)?;
        if quoted[end] == b'"' {
            break;
        }
        (end, is_escaped) = (end + 2, true);
    }
    let after = quoted[end + 1..].trim_ascii_start();
    if !after.is_empty() && !after.starts_with(b",") {
        return Err(Malformed::NoComma);
    }
    Ok(Pair { name, value: &quoted[..end], after, is_escaped })
}

/// A realm that is a token: recipients take both (RFC 9110 §11.5). All else of OAuth is in quotation marks (RFC 5849 §3.5.1).
fn unquoted_realm<'a>(name: &'a [u8], text: &'a [u8]) -> Result<Pair<'a>, Malformed> {
    let (value, after) = text.split_at(text.iter().position(|byte| !is_token(*byte)).unwrap_or(text.len()));
    let after = after.trim_ascii_start();
    if !name.eq_ignore_ascii_case(b"realm")
        || value.is_empty()
        || !(after.is_empty() || after.starts_with(b","))
    {
        return Err(Malformed::Unquoted);
    }
    Ok(Pair { name, value, after, is_escaped: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs of a field, or what is wrong with it.
    fn pairs(field: &str) -> Result<Vec<(String, String)>, Malformed> {
        let text = |raw: &[u8]| String::from_utf8(raw.to_vec()).unwrap();
        Pairs::new(credentials(field.as_bytes()).expect("an OAuth field")?)
            .map(|pair| pair.map(|(name, value)| (text(name), text(value))))
            .collect()
    }

    #[track_caller]
    fn assert_pairs(field: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        assert_eq!(pairs(field), Ok(expected), "{field}");
    }

    #[test]
    fn the_scheme_is_oauth_in_any_case() {
        for field in
            ["OAuth a=\"b\"", "oauth a=\"b\"", "OAuth\r\n a=\"b\"", "OAUTH\ta=\"b\"", " OAuth   a=\"b\" "]
        {
            assert_pairs(field, &[("a", "b")]);
        }
        for field in [
            "",
            "Basic OAuth",
            "Basic b2F1dGhfdG9rZW4=",
            "Bearer oauth_token=\"x\"",
            "OAuth2 oauth_token=\"x\"",
            "OAuth2 a=\"b\"",
            "OAuthx",
            "OAut",
            "Bearer a",
            "a=\"b\"",
            "(oauth)",
        ] {
            assert_eq!(credentials(field.as_bytes()), None, "{field}");
        }
    }

    #[test]
    fn a_field_meant_for_oauth_that_does_not_begin_as_one_is_malformed() {
        for field in [
            "OAuth, realm=\"x\", oauth_token=\"y\"",
            "OAuth,a=\"b\"",
            "OAuth: a=\"b\"",
            "oauth=a",
            "OAuth;",
            "OAuth\"a\"",
            "OAuth/1.0 a=\"b\"",
            "OAuth\u{a0}a=\"b\"",
            "OAuthoauth_token=\"x\"",
            "OAuthrealm=\"x\",oauth_token=\"x\"",
            "oauth_token=\"x\", oauth_nonce=\"y\"",
            "realm=\"x\", OAuth_Token=\"x\"",
            ", OAuth oauth_token=\"x\"",
            "\"OAuth oauth_token=x\"",
            "Authorization: OAuth oauth_token=\"x\"",
        ] {
            assert_eq!(credentials(field.as_bytes()), Some(Err(Malformed::Scheme)), "{field}");
        }
    }

    #[test]
    fn a_field_may_have_no_pairs() {
        for field in ["OAuth", "OAuth ", "OAuth realm=\"x\"", "OAuth ,"] {
            assert_pairs(field, &[]);
        }
    }

    #[test]
    fn white_space_and_empty_elements_between_pairs_mean_nothing() {
        for field in [
            r#"OAuth a="1",b="",c="x, y=z""#,
            "OAuth a=\"1\"\t ,\t b=\"\"  ,  c=\"x, y=z\"  ",
            r#"OAuth ,a="1",,b="", , c="x, y=z","#,
            "OAuth a = \"1\", b\t=\t\"\", c=\r\n \"x, y=z\"",
        ] {
            assert_pairs(field, &[("a", "1"), ("b", ""), ("c", "x, y=z")]);
        }
    }

    #[test]
    fn values_come_as_they_were_sent() {
        assert_pairs(r#"OAuth a%20="%22+=/""#, &[("a%20", "%22+=/")]);
    }

    #[test]
    fn only_realm_in_any_case_is_left_out_and_may_have_escaped_quotes() {
        for realm in ["realm", "Realm", "REALM", "rEALM"] {
            assert_pairs(&format!(r#"OAuth {realm}="a\"b\\", c="d""#), &[("c", "d")]);
            assert_pairs(&format!(r#"OAuth c="d",{realm}="", realm2="b""#), &[("c", "d"), ("realm2", "b")]);
            assert_pairs(&format!(r#"OAuth {realm}=Photos , c="d""#), &[("c", "d")]);
            assert_pairs(&format!(r#"OAuth c="d", {realm} = Photos"#), &[("c", "d")]);
        }
    }

    #[test]
    fn what_is_not_name_and_quoted_value_is_malformed_and_says_how() {
        for (why, fields) in [
            (
                Malformed::NoEquals,
                &[
                    "OAuth a",
                    "OAuth =\"b\"",
                    "OAuth a=\"b\", c",
                    "OAuth c, a=\"b\"",
                    "OAuth \"a\"=\"b\"",
                    "OAuth token",
                    "OAuth a b=\"c\"",
                    "OAuth a=\"b\", OAuth c=\"d\"",
                ][..],
            ),
            (
                Malformed::Unquoted,
                &[
                    "OAuth a=b",
                    "OAuth a='b'",
                    "OAuth a=",
                    "OAuth a==\"b\"",
                    "OAuth realm=, a=\"b\"",
                    "OAuth realm=x y, a=\"b\"",
                    "OAuth realm=x\"y\", a=\"b\"",
                ],
            ),
            (Malformed::Unclosed, &["OAuth a=\"b", "OAuth a=\"", "OAuth a=\"b\\", "OAuth realm=\"b\\\""]),
            (
                Malformed::NoComma,
                &[
                    "OAuth a=\"b\" c=\"d\"",
                    "OAuth a=\"b\"c=\"d\"",
                    "OAuth a=\"b\";c=\"d\"",
                    "OAuth a=\"b\"&c=\"d\"",
                    "OAuth a=\"b, c=\"d\"",
                    "OAuth realm=\"\"x\"\"",
                ],
            ),
            (Malformed::Backslash, &["OAuth a=\"b\\\"c\"", "OAuth a=\"\\\\\", realm=\"\""]),
        ] {
            for field in fields {
                assert_eq!(pairs(field), Err(why), "{field}");
            }
            assert!(why.why().starts_with("The Authorization header field cannot be read: "));
        }
    }

    #[test]
    fn nothing_is_read_behind_what_is_malformed() {
        let mut pairs = Pairs::new(b" a=\"1\", b, c=\"3\"");
        assert_eq!(pairs.next(), Some(Ok((&b"a"[..], &b"1"[..]))));
        assert_eq!(pairs.next(), Some(Err(Malformed::NoEquals)));
        assert_eq!(pairs.next(), None);
    }
}
