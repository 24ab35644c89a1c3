//! What can be registered as a callback: an address of the web, or one of an application, whose scheme is its own.

use domain::scheme::is_of_application;
use url::Url;

use crate::consumers::fields::{CallbackError, callback_url};

/// How many callbacks a consumer has at most: each is compared at each request for temporary credentials.
const MOST: usize = 20;

/// Why a list of callbacks is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbacksError {
    /// The only one is wrong.
    #[error(transparent)]
    Only(CallbackError),
    /// One of several is wrong.
    #[error("{begin}: {error}")]
    OneOf {
        /// How it begins.
        begin: String,
        /// What is wrong with it.
        error: CallbackError,
    },
    /// There are too many.
    #[error("Enter at most {MOST} callback URLs.")]
    TooMany,
}

/// How much of a callback an error repeats, in characters.
const REPEATED: usize = 60;

/// Parses a list of callbacks, in which blank texts and repetitions do not count.
pub(crate) fn callbacks(texts: &[String]) -> Result<Vec<String>, CallbacksError> {
    let texts: Vec<_> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let mut found = Vec::<String>::new();
    for text in &texts {
        let callback = callback(text).map_err(|error| match *texts {
            [_] => CallbacksError::Only(error),
            _ => CallbacksError::OneOf { begin: text.chars().take(REPEATED).collect(), error },
        })?;
        found.extend(callback.filter(|callback| !found.iter().any(|other| is_same(other, callback))));
        if found.len() > MOST {
            return Err(CallbacksError::TooMany);
        }
    }
    Ok(found)
}

/// Parses a callback and returns its text unchanged but trimmed; `None` if it is empty.
pub(crate) fn callback(text: &str) -> Result<Option<String>, CallbackError> {
    match callback_url(text) {
        Err(CallbackError::Scheme) => of_application(text.trim()).map(|()| Some(text.trim().to_owned())),
        web => web,
    }
}

/// Checks an address of an application. What applications make of one is theirs, so it must be read in one way only: what
/// the parser of URLs would write differently is rejected.
fn of_application(text: &str) -> Result<(), CallbackError> {
    let (scheme, rest) = text.split_once(':').ok_or(CallbackError::NotAbsolute)?;
    if !is_of_application(scheme) {
        return Err(CallbackError::Scheme);
    }
    let until_path = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A host and its port, without their scheme.
    if !until_path.is_empty() && until_path.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CallbackError::NotAbsolute);
    }
    if rest.contains('#') {
        return Err(CallbackError::Fragment);
    }
    let authority = rest.strip_prefix("//").map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(CallbackError::UserInfo);
    }
    let url = Url::parse(text).map_err(|_| CallbackError::NotAbsolute)?;
    let is_read_as_written = url.as_str().split_once(':').is_some_and(|(_, parsed)| parsed == rest);
    if is_read_as_written && rest.bytes().all(is_of_uris) { Ok(()) } else { Err(CallbackError::NotAbsolute) }
}

/// Whether a URI may contain a byte (RFC 3986 section 2).
fn is_of_uris(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

/// Whether two callbacks are the same: those of the web however they are spelt, those of applications letter for letter but
/// for the case of the scheme (RFC 3986 section 6.2).
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let Some(((scheme, rest), (other_scheme, other_rest))) = one.split_once(':').zip(other.split_once(':'))
    else {
        return false;
    };
    if ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        return normalised(one).is_some_and(|url| normalised(other) == Some(url));
    }
    scheme.eq_ignore_ascii_case(other_scheme) && rest == other_rest
}

/// A URL of the web as RFC 3986 section 6.2.2 normalises it; `None` if it is not a URL.
fn normalised(url: &str) -> Option<String> {
    // `Url` leaves percent-encoding as it is written.
    Url::parse(url).ok().map(|url| with_plain_escapes(url.as_str()))
}

/// A URL in which unreserved characters stand for themselves, and every other escape has capital digits.
fn with_plain_escapes(url: &str) -> String {
    let mut parts = url.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                plain.push(char::from(byte));
            }
            Some(_) | None => {
                plain.push('%');
                plain.push_str(&digits.unwrap_or_default().to_ascii_uppercase());
            }
        }
        plain.push_str(&part[digits.map_or(0, str::len)..]);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_application_has_a_scheme_of_its_own() {
        for text in [
            "myapp://cb",
            "myapp://",
            "myapp:cb",
            "myapp:/cb",
            "myapp:///cb",
            "MyApp://CB/Path?x=1&y=a%2Fb",
            "com.example.app:/cb",
            "com.example.app:/oauth2redirect/provider",
            "web+tool://signed-in",
            "myapp://host:80/cb",
            "https://app.example/cb",
        ] {
            assert_eq!(callback(text), Ok(Some(text.to_owned())), "{text}");
        }
        assert_eq!(callback(" myapp://cb\n"), Ok(Some("myapp://cb".to_owned())));
        assert_eq!(callback(" "), Ok(None));
    }

    #[test]
    fn what_browsers_and_systems_act_on_themselves_cannot_be_registered() {
        for text in [
            "javascript:alert(1)",
            "JavaScript://app.example/%0aalert(1)",
            "java\tscript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "blob:https://app.example/1",
            "about:blank",
            "file:///etc/passwd",
            "filesystem:https://app.example/x",
            "view-source:https://app.example/",
            "intent://cb#Intent;scheme=myapp;end",
            "ms-msdt:/id",
            "chrome-extension://abc/cb",
            "mailto:ada@app.example",
            "ftp://app.example/cb",
            "urn:ietf:wg:oauth:2.0:oob",
            "localhost:3000/cb",
        ] {
            assert_eq!(callback(text), Err(CallbackError::Scheme), "{text:?}");
        }
    }

    #[test]
    fn an_address_of_an_application_is_read_in_one_way_only() {
        for (text, error) in [
            ("oob", CallbackError::NotAbsolute),
            ("app.example:8443/cb", CallbackError::NotAbsolute),
            ("app.example:8443", CallbackError::NotAbsolute),
            ("myapp://cb/../x", CallbackError::NotAbsolute),
            ("myapp://a b", CallbackError::NotAbsolute),
            ("myapp:/a\nb", CallbackError::NotAbsolute),
            ("myapp:/a\tb", CallbackError::NotAbsolute),
            ("myapp:/ä", CallbackError::NotAbsolute),
            ("myapp:/a\"b", CallbackError::NotAbsolute),
            ("myapp:/<b>", CallbackError::NotAbsolute),
            (r"myapp:\\cb", CallbackError::NotAbsolute),
            ("myapp:/cb#", CallbackError::Fragment),
            ("myapp://cb#x", CallbackError::Fragment),
            ("myapp://user@cb", CallbackError::UserInfo),
            ("myapp://@cb", CallbackError::UserInfo),
        ] {
            assert_eq!(callback(text), Err(error), "{text:?}");
        }
        let longest = |n| format!("myapp://{}", "x".repeat(n));
        assert!(callback(&longest(1992)).is_ok());
        assert_eq!(callback(&longest(1993)), Err(CallbackError::TooLong));
    }

    #[test]
    fn a_url_is_the_same_however_it_is_spelt_and_what_is_none_is_like_nothing() {
        assert!(is_same("https://App.Example:443/a/../cb", "https://app.example/cb"));
        assert!(is_same("HTTPS://app.example/cb", "https://app.example/cb"));
        for (one, other) in [
            ("https://app.example/cb", "http://app.example/cb"),
            ("https://app.example/cb", "https://app.example/cb/"),
            ("https://app.example/cb", "oob"),
            ("oob", "oob"),
            ("", ""),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn percent_encoding_is_the_same_in_either_case_and_needless_or_not() {
        for (one, other) in [
            ("https://app.example/%7Euser", "https://app.example/~user"),
            ("https://app.example/%7euser?q=%61%2d", "https://app.example/~user?q=a-"),
            ("https://app.example/caf%c3%a9", "https://app.example/caf%C3%A9"),
            ("https://app.example/caf%c3%a9", "https://app.example/café"),
            ("https://app.example/a%2fb?q=%3d", "https://app.example/a%2Fb?q=%3D"),
            ("https://app.example/100%", "https://app.example/100%"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://app.example/a%2Fb", "https://app.example/a/b"),
            ("https://app.example/cb?a%26b", "https://app.example/cb?a&b"),
            ("https://app.example/cb?a%3Db", "https://app.example/cb?a=b"),
            ("https://app.example/%257Euser", "https://app.example/%7Euser"),
            ("https://app.example/%25%37%45", "https://app.example/%7E"),
            ("https://app.example/%7", "https://app.example/%07"),
            ("https://app.example/%+7", "https://app.example/%07"),
            ("https://app.example/%C3%A9", "https://app.example/%E9"),
        ] {
            assert!(!is_same(one, other) && !is_same(other, one), "{one} {other}");
        }
    }

    #[test]
    fn an_address_of_an_application_is_the_same_letter_for_letter() {
        assert!(is_same("myapp://cb", "myapp://cb"));
        assert!(is_same("MyApp://cb", "myapp://cb"));
        for other in [
            "myapp://CB",
            "myapp://cb/",
            "myapp:/cb",
            "myapp:cb",
            "myapp2://cb",
            "myapp://cb?x",
            "https://cb",
        ] {
            assert!(!is_same("myapp://cb", other) && !is_same(other, "myapp://cb"), "{other}");
        }
    }

    #[test]
    fn blank_texts_and_repetitions_do_not_count() {
        let texts = owned(&[
            " myapp://cb ",
            "",
            "https://App.Example/cb",
            "MYAPP://cb",
            "https://app.example:443/cb",
        ]);
        assert_eq!(callbacks(&texts), Ok(owned(&["myapp://cb", "https://App.Example/cb"])));
        assert_eq!(callbacks(&owned(&["", "  "])), Ok(Vec::new()));
        assert_eq!(callbacks(&[]), Ok(Vec::new()));
    }

    #[test]
    fn there_are_at_most_twenty() {
        let several = |n: usize| (0..n).map(|n| format!("https://app.example/{n}")).collect::<Vec<_>>();
        assert_eq!(callbacks(&several(MOST)).unwrap().len(), 20);
        assert_eq!(callbacks(&several(MOST + 1)), Err(CallbacksError::TooMany));
        assert_eq!(callbacks(&vec!["myapp://cb".to_owned(); 1_000]).unwrap().len(), 1);
    }

    #[test]
    fn the_error_names_which_of_several_is_wrong() {
        let one = callbacks(&owned(&["javascript:alert(1)"])).unwrap_err();
        assert_eq!(one, CallbacksError::Only(CallbackError::Scheme));
        let long = format!("https://app.example/#{}", "x".repeat(500));
        let of_two = callbacks(&owned(&["myapp://cb", &long])).unwrap_err().to_string();
        assert!(of_two.starts_with("https://app.example/#xxx"), "{of_two}");
        assert!(of_two.ends_with("x: Leave out the part from # on.") && of_two.len() < 120, "{of_two}");
    }
}
