//! What a request's `Content-Type` says of its body. It decides whether the body's parameters are signed, so a request
//! that two programs could read differently is rejected.

use axum::http::{HeaderMap, header};
use oauth::Problem;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The media type of a body, without parameters such as `charset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MediaType<'a>(&'a str);

/// Why the `Content-Type` of a request says nothing certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnclearMediaType {
    /// There are several header fields.
    Several,
    /// The value is not one well-formed media type.
    Malformed,
}

impl UnclearMediaType {
    /// What is wrong and what to do.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Several => "The request has more than one Content-Type; send one.",
            Self::Malformed => {
                "The Content-Type is not one media type such as application/x-www-form-urlencoded; send one, without \
                 tabs and without a comma outside of quotation marks."
            }
        }
    }
}

impl From<UnclearMediaType> for Problem {
    fn from(unclear: UnclearMediaType) -> Self {
        Self::ParameterRejected { names: Vec::new(), why: unclear.why() }
    }
}

impl<'a> MediaType<'a> {
    /// Reads the media type; `None` if there is no `Content-Type` or it is empty.
    ///
    /// Its parameters may be broken, as long as they cannot hide a second value: the application behind would take a form
    /// with a broken parameter for a form, so it has to be signed as one.
    pub(crate) fn of(headers: &'a HeaderMap) -> Result<Option<Self>, UnclearMediaType> {
        let mut values = headers.get_all(header::CONTENT_TYPE).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(UnclearMediaType::Several);
        }
        let value = value.to_str().map_err(|_| UnclearMediaType::Malformed)?;
        if value.is_empty() {
            return Ok(None);
        }
        let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
        let essence = essence.trim_end_matches(' ');
        let (kind, subtype) = essence.split_once('/').ok_or(UnclearMediaType::Malformed)?;
        if is_token(kind) && is_token(subtype) && is_one_value(parameters) {
            Ok(Some(Self(essence)))
        } else {
            Err(UnclearMediaType::Malformed)
        }
    }

    /// Whether the body's parameters are part of what is signed (RFC 5849 section 3.4.1.3.1).
    pub(crate) fn is_form(self) -> bool {
        self.0.eq_ignore_ascii_case(FORM)
    }

    pub(crate) fn is_json(self) -> bool {
        self.0.eq_ignore_ascii_case(JSON)
    }
}

/// Whether a text is a token (RFC 9110 section 5.6.2), such as a method or half of a media type.
pub(crate) fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Whether parameters hold no tab, and no comma that would begin another value, as where a gateway has joined two fields
/// (RFC 9110 section 5.3).
fn is_one_value(parameters: &str) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for byte in parameters.bytes() {
        match byte {
            b'\t' => return false,
            _ if is_escaped => is_escaped = false,
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => is_escaped = true,
            b',' if !is_quoted => return false,
            _ => {}
        }
    }
    !is_quoted
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| HeaderValue::from_bytes(text.as_bytes()).unwrap();
        values.iter().map(|text| (header::CONTENT_TYPE, value(text))).collect()
    }

    fn is_form(value: &str) -> Result<bool, UnclearMediaType> {
        let headers = headers(&[value]);
        MediaType::of(&headers).map(|media_type| media_type.is_some_and(MediaType::is_form))
    }

    #[test]
    fn a_form_is_a_form_in_any_case_and_with_any_parameters() {
        for value in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
            "application/x-www-form-urlencoded ; charset=\"utf-8\"",
            "application/x-www-form-urlencoded;",
            "application/x-www-form-urlencoded;;charset",
            "application/x-www-form-urlencoded; a=\"b, \\\" c\"",
        ] {
            assert_eq!(is_form(value), Ok(true), "{value}");
        }
    }

    #[test]
    fn other_media_types_and_none_are_no_form() {
        for value in [
            "",
            "text/plain",
            "application/json; charset=utf-8",
            "multipart/form-data; boundary=\"a,b\"",
            "text/plain; a=application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded+json",
        ] {
            assert_eq!(is_form(value), Ok(false), "{value}");
        }
        assert_eq!(MediaType::of(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn what_could_be_read_as_a_form_by_some_and_as_none_by_others_is_rejected() {
        for value in [
            "application/x-www-form-urlencoded,text/plain",
            "text/plain,application/x-www-form-urlencoded",
            "text/plain; a=b, application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-8, text/plain",
            "text/plain; a=\"b\\\", application/x-www-form-urlencoded",
            "text/plain; a=\"b\", application/x-www-form-urlencoded; \"",
            "\tapplication/x-www-form-urlencoded",
            "application/x-www-form-urlencoded\t",
            "application/x-www-form-urlencoded;\tcharset=utf-8",
            " application/x-www-form-urlencoded",
            "application/ x-www-form-urlencoded",
            "application/x-www-form-urlencoded text/plain",
            "application/x-www-form-urlencoded/x",
            "application",
            "application/",
            "/x-www-form-urlencoded",
            "/",
            ";",
            " ",
            "*",
            "application/x-www-form-urlencoded; charset=\u{e9}",
        ] {
            assert_eq!(is_form(value), Err(UnclearMediaType::Malformed), "{value:?}");
        }
    }

    #[test]
    fn several_fields_are_rejected_even_where_they_agree() {
        for values in [["text/plain", "application/x-www-form-urlencoded"], ["a/b", "a/b"], ["", ""]] {
            assert_eq!(MediaType::of(&headers(&values)), Err(UnclearMediaType::Several));
        }
    }

    #[test]
    fn a_token_has_neither_separators_nor_blanks() {
        for text in ["GET", "x-www-form-urlencoded", "!#$%&'*+-.^_`|~"] {
            assert!(is_token(text), "{text}");
        }
        for text in ["", "G ET", "GET\t", "a/b", "a,b", "a:b", "é", "\"a\""] {
            assert!(!is_token(text), "{text}");
        }
    }
}
