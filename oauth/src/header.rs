//! The Authorization header field (RFC 5849 §3.5.1): scheme detection, and its pairs before decoding.

/// The part after the scheme, or `None` for another scheme than OAuth.
pub(crate) fn credentials(field: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = field.trim_ascii().split_at_checked(b"OAuth".len())?;
    let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
    (ends && scheme.eq_ignore_ascii_case(b"OAuth")).then_some(rest)
}

/// The field does not follow the grammar `name="value", …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

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
                Some(Pair { name: b"realm", after, .. }) => self.rest = after,
                // Only realm is an HTTP quoted-string. The other values are percent-encoded, where a backslash has no
                // defined meaning.
                Some(Pair { name, value, after, is_escaped: false }) => {
                    self.rest = after;
                    return Some(Ok((name, value)));
                }
                _ => {
                    self.rest = &[];
                    return Some(Err(Malformed));
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

/// Splits off `name="value"`, up to the comma or the end.
fn pair(text: &[u8]) -> Option<Pair<'_>> {
    // A name also ends at a character that it cannot contain; then the equals sign is missing.
    let ends_name = |byte: &u8| matches!(byte, b'=' | b'"' | b',' | b'\\') || byte.is_ascii_whitespace();
    let (name, rest) = text.split_at(text.iter().position(ends_name)?);
    let quoted = rest.strip_prefix(b"=\"")?;
    if name.is_empty() {
        return None;
    }
    let (mut end, mut is_escaped) = (0, false);
    loop {
        end += quoted.get(end..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if quoted[end] == b'"' {
            break;
        }
        (end, is_escaped) = (end + 2, true);
    }
    let after = quoted[end + 1..].trim_ascii_start();
    let value = &quoted[..end];
    (after.is_empty() || after.starts_with(b",")).then_some(Pair { name, value, after, is_escaped })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs of a field, or `None` if one is malformed.
    fn pairs(field: &str) -> Option<Vec<(String, String)>> {
        let text = |raw: &[u8]| String::from_utf8(raw.to_vec()).unwrap();
        Pairs::new(credentials(field.as_bytes()).expect("an OAuth field"))
            .map(|pair| pair.map(|(name, value)| (text(name), text(value))).ok())
            .collect()
    }

    #[track_caller]
    fn assert_pairs(field: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        assert_eq!(pairs(field), Some(expected), "{field}");
    }

    #[test]
    fn the_scheme_is_oauth_in_any_case() {
        for field in
            ["OAuth a=\"b\"", "oauth a=\"b\"", "OAuth\r\n a=\"b\"", "OAUTH\ta=\"b\"", " OAuth   a=\"b\" "]
        {
            assert_pairs(field, &[("a", "b")]);
        }
        for field in ["", "Basic OAuth", "OAuth2 a=\"b\"", "OAuthx", "OAut", "Bearer a"] {
            assert_eq!(credentials(field.as_bytes()), None, "{field}");
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
        ] {
            assert_pairs(field, &[("a", "1"), ("b", ""), ("c", "x, y=z")]);
        }
    }

    #[test]
    fn values_come_as_they_were_sent() {
        assert_pairs(r#"OAuth a%20="%22+=/""#, &[("a%20", "%22+=/")]);
    }

    #[test]
    fn only_realm_is_left_out_and_may_have_escaped_quotes() {
        assert_pairs(r#"OAuth realm="a\"b\\", c="d""#, &[("c", "d")]);
        assert_pairs(r#"OAuth Realm="a", realm2="b""#, &[("Realm", "a"), ("realm2", "b")]);
    }

    #[test]
    fn what_is_not_name_and_quoted_value_is_malformed() {
        for field in [
            "OAuth a",
            "OAuth a=b",
            "OAuth a='b'",
            "OAuth a=\"b",
            "OAuth a=\"",
            "OAuth a=",
            "OAuth =\"b\"",
            "OAuth a =\"b\"",
            "OAuth a= \"b\"",
            "OAuth a=\"b\" c=\"d\"",
            "OAuth a=\"b\"c=\"d\"",
            "OAuth a=\"b\";c=\"d\"",
            "OAuth a=\"b\", c",
            "OAuth c, a=\"b\"",
            "OAuth \"a\"=\"b\"",
            "OAuth a=\"b\\\"c\"",
            "OAuth a=\"b\\",
            "OAuth realm=\"b\\\"",
            "OAuth realm=x, a=\"b\"",
            "OAuth token",
        ] {
            assert_eq!(pairs(field), None, "{field}");
        }
    }

    #[test]
    fn nothing_is_read_behind_what_is_malformed() {
        let mut pairs = Pairs::new(b" a=\"1\", b, c=\"3\"");
        assert_eq!(pairs.next(), Some(Ok((&b"a"[..], &b"1"[..]))));
        assert_eq!(pairs.next(), Some(Err(Malformed)));
        assert_eq!(pairs.next(), None);
    }
}
