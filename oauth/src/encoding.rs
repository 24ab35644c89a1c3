//! Percent-encoding of octets (RFC 5849 §3.6), and strict decoding of input. Which texts have to be UTF-8 is decided
//! elsewhere.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_encode};

/// In an Authorization header `+` is a literal plus.
pub(crate) const PLUS_STAYS: u8 = b'+';
/// In a query or form body `+` is a space.
pub(crate) const PLUS_IS_SPACE: u8 = b' ';

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a text (RFC 5849 §3.6): everything but letters, digits, `-`, `.`, `_` and `~`, in upper-case hex.
///
/// ```
/// assert_eq!(oauth::encode("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen");
/// assert_eq!(oauth::encode("☃"), "%E2%98%83");
/// ```
pub fn encode(text: &str) -> Cow<'_, str> {
    encode_octets(text.as_bytes())
}

/// Percent-encodes octets like [`encode`]. §3.6 has binary values encoded as they are.
///
/// ```
/// assert_eq!(oauth::encode_octets(b"Jos\xe9"), "Jos%E9");
/// ```
pub fn encode_octets(octets: &[u8]) -> Cow<'_, str> {
    pieces(octets).into()
}

/// Form-encodes pairs for the body of a token response (RFC 5849 §2.1), with the percent-encoding of §3.6.
///
/// ```
/// assert_eq!(oauth::form(&[("oauth_token", "a b"), ("oauth_callback_confirmed", "true")]),
///     "oauth_token=a%20b&oauth_callback_confirmed=true");
/// ```
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        push_encoded(&mut out, name.as_bytes());
        out.push('=');
        push_encoded(&mut out, value.as_bytes());
    }
    out
}

/// Appends the encoded octets.
pub(crate) fn push_encoded(out: &mut String, octets: &[u8]) {
    out.extend(pieces(octets));
}

/// Appends the octets encoded twice, as a base string has names and values.
pub(crate) fn push_twice_encoded(out: &mut String, octets: &[u8]) {
    for piece in pieces(octets) {
        match piece.strip_prefix('%') {
            Some(hex) => {
                out.push_str("%25");
                out.push_str(hex);
            }
            None => out.push_str(piece),
        }
    }
}

/// Yields runs of unreserved characters, and each `%XX` separately.
fn pieces(octets: &[u8]) -> PercentEncode<'_> {
    percent_encode(octets, RESERVED)
}

/// Compares octets by their encoded forms (RFC 5849 §3.4.1.3.2) without encoding them: `%` sorts before all unreserved
/// characters, and hex digits sort like the bytes that they encode.
pub(crate) fn encoded_order(left: &[u8], right: &[u8]) -> std::cmp::Ordering {
    match left.iter().zip(right).find(|(left, right)| left != right) {
        Some((left, right)) => encoded_rank(*left).cmp(&encoded_rank(*right)),
        None => left.len().cmp(&right.len()),
    }
}

fn encoded_rank(byte: u8) -> (bool, u8) {
    (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'), byte)
}

/// Decodes once, to octets. `None` if a `%` is not followed by two hex digits.
pub(crate) fn decode(raw: &[u8], plus: u8) -> Option<Cow<'_, [u8]>> {
    let first = raw.iter().position(|byte| *byte == b'%' || (*byte == b'+' && plus != b'+'));
    let Some(first) = first else {
        return Some(Cow::Borrowed(raw));
    };
    let (clean, mut rest) = raw.split_at(first);
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(clean);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        out.push(match byte {
            b'%' => {
                let ([high, low], after) = rest.split_first_chunk()?;
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            b'+' => plus,
            other => *other,
        });
    }
    Some(Cow::Owned(out))
}

fn hex(digit: u8) -> Option<u8> {
    // Cannot fail: at most 15.
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        // Test cases collected at oauth.net.
        assert_eq!(encode("abcABC123"), "abcABC123");
        assert_eq!(encode("-._~"), "-._~");
        assert_eq!(encode("%"), "%25");
        assert_eq!(encode("+"), "%2B");
        assert_eq!(encode("&=*"), "%26%3D%2A");
        assert_eq!(encode("\n \u{7f}"), "%0A%20%7F");
        assert_eq!(encode("\u{80}\u{3001}"), "%C2%80%E3%80%81");
        // Test cases from Twitter's guide.
        assert_eq!(encode("An encoded string!"), "An%20encoded%20string%21");
        assert_eq!(encode("Dogs, Cats & Mice"), "Dogs%2C%20Cats%20%26%20Mice");
    }

    #[track_caller]
    fn assert_decoded(raw: &[u8], plus: u8, expected: &[u8]) {
        assert_eq!(decode(raw, plus).as_deref(), Some(expected));
    }

    #[test]
    fn a_text_is_decoded_once() {
        assert_decoded(b"%2541", PLUS_STAYS, b"%41");
        assert_decoded(b"%e2%98%83%E2%98%83", PLUS_STAYS, "☃☃".as_bytes());
        assert_decoded(b"", PLUS_STAYS, b"");
    }

    #[test]
    fn a_plus_is_a_space_in_forms_alone() {
        assert_decoded(b"a+b%2Bc", PLUS_IS_SPACE, b"a b+c");
        assert_decoded(b"a+b%2Bc", PLUS_STAYS, b"a+b+c");
    }

    #[test]
    fn a_text_without_escapes_is_not_copied() {
        assert!(matches!(decode(b"plain \xe9", PLUS_IS_SPACE), Some(Cow::Borrowed(b"plain \xe9"))));
        assert!(matches!(decode(b"a+b", PLUS_STAYS), Some(Cow::Borrowed(b"a+b"))));
    }

    #[test]
    fn halves_of_escapes_and_foreign_digits_are_refused() {
        for raw in [&b"%"[..], b"%4", b"a%4", b"%%41", b"%4g", b"%g4", b"% 4", b"%+4", b"%\xff4", b"%-1"] {
            assert_eq!(decode(raw, PLUS_STAYS), None, "{raw:?}");
        }
    }

    #[test]
    fn octets_that_are_no_utf_8_are_decoded_like_any_other() {
        for (raw, octets) in [
            (&b"\xff"[..], &b"\xff"[..]),
            (b"%FF", b"\xff"),
            (b"Jos%E9", b"Jos\xe9"),
            (b"%C3+", b"\xc3 "),
            (b"%ED%A0%80", b"\xed\xa0\x80"),
            (b"\xc0\xaf", b"\xc0\xaf"),
            (b"%C0%AF", b"\xc0\xaf"),
            (b"\xc3%28", b"\xc3("),
            (b"\xc3%A9", "é".as_bytes()),
            (b"%00%7F%80", b"\0\x7f\x80"),
        ] {
            assert_decoded(raw, PLUS_IS_SPACE, octets);
        }
    }

    #[test]
    fn a_form_has_each_pair_encoded() {
        assert_eq!(form(&[]), "");
        assert_eq!(form(&[("a&b", "c=d")]), "a%26b=c%3Dd");
        assert_eq!(form(&[("", ""), ("a", "")]), "=&a=");
    }

    /// Few enough that many begin alike.
    fn octets() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'~'), any::<u8>()], 0..4)
    }

    proptest! {
        // A failure found here becomes a test of its own.
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_was_encoded_is_decoded_to_the_same(octets: Vec<u8>) {
            for plus in [PLUS_STAYS, PLUS_IS_SPACE] {
                let encoded = encode_octets(&octets);
                let decoded = decode(encoded.as_bytes(), plus);
                prop_assert_eq!(decoded.as_deref(), Some(&octets[..]));
            }
        }

        #[test]
        fn encoding_twice_at_once_is_encoding_twice(octets: Vec<u8>) {
            let mut twice = String::new();
            push_twice_encoded(&mut twice, &octets);
            let once = encode_octets(&octets);
            prop_assert_eq!(twice, encode(&once));
        }

        #[test]
        fn octets_sort_as_their_encoded_forms(left in octets(), right in octets()) {
            let encoded = encode_octets(&left).as_bytes().cmp(encode_octets(&right).as_bytes());
            prop_assert_eq!(encoded_order(&left, &right), encoded);
        }

        #[test]
        fn decoding_never_panics(raw: Vec<u8>) {
            decode(&raw, PLUS_STAYS);
            decode(&raw, PLUS_IS_SPACE);
        }
    }
}
