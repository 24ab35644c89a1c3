//! The text around a key: PEM as RFC 7468 section 2 asks its parsers to read it, or base64 alone.

use std::borrow::Cow;

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Keys are pasted from where padding was lost.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Labels of what holds a public key; the last two are what older software wrote (RFC 7468 section 5.1).
const LABELS: [&str; 5] =
    ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "X509 CERTIFICATE", "X.509 CERTIFICATE"];

/// The DER in the first PEM block, whatever surrounds it and however its lines are broken, or of a text that is base64
/// alone; `None` where there is neither, the block has no end, or its label is of something else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = with_line_breaks(text);
    let Some((_, block)) = text.split_once(BEGIN) else {
        let bare = text.trim_start_matches('\u{feff}').replace(char::is_whitespace, "");
        return BASE64.decode(bare).ok();
    };
    let (label, rest) = block.split_once(DASHES)?;
    if !LABELS.contains(&label) {
        return None;
    }
    let (body, _) = rest.split_once(&format!("{DASHES}END {label}{DASHES}"))?;
    // Such as the quotation marks of a mail.
    let is_of_base64 = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
    BASE64.decode(body.chars().filter(is_of_base64).collect::<String>()).ok()
}

/// A text in which `\n` and `\r`, as JSON and environment files write line breaks, are line breaks. Neither base64 nor a label
/// contains a backslash.
fn with_line_breaks(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace("\\r", "\r").replace("\\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_counts_however_its_lines_are_broken() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAQID\nBAU=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PUBLIC KEY-----AQIDBAU=-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY----- AQID BAU= -----END PUBLIC KEY-----",
            "\u{feff}-----BEGIN PUBLIC KEY-----\r\nAQIDBAU=  \r\n\t-----END PUBLIC KEY-----\r\n",
            r"-----BEGIN PUBLIC KEY-----\nAQID\nBAU=\n-----END PUBLIC KEY-----\n",
            r#"KEY="-----BEGIN PUBLIC KEY-----\r\nAQID\r\nBAU=\r\n-----END PUBLIC KEY-----\r\n""#,
            "    -----BEGIN CERTIFICATE-----\n    A\n    QIDBAU\n    -----END CERTIFICATE-----",
            "> -----BEGIN X509 CERTIFICATE-----\n> AQID\n> BAU=\n> -----END X509 CERTIFICATE-----",
            "Bag Attributes\n    friendlyName: app\n-----BEGIN CERTIFICATE-----\nAQIDBAU=\n-----END CERTIFICATE-----\n\
             -----BEGIN CERTIFICATE-----\n////\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(decode(text).as_deref(), Some(&[1, 2, 3, 4, 5][..]), "{text}");
        }
    }

    #[test]
    fn base64_alone_is_read_with_and_without_padding_and_blanks() {
        for text in ["AQIDBAU=", "AQIDBAU", r"AQID\nBAU=\n", " AQID\r\n BAU=\n", "\u{feff}AQIDBAU=\n"] {
            assert_eq!(decode(text).as_deref(), Some(&[1, 2, 3, 4, 5][..]), "{text:?}");
        }
    }

    #[test]
    fn what_is_cut_off_or_labelled_as_something_else_is_nothing() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nAQIDBAU=\n",
            "-----BEGIN PUBLIC KEY-----\nAQIDBAU=\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE REQUEST-----\nAQIDBAU=\n-----END CERTIFICATE REQUEST-----",
            "-----BEGIN PUBLIC KEY-----\nAQIDB\n-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAQ=IDBAU\n-----END PUBLIC KEY-----",
            "-----BEGIN ",
            "-----BEGIN PUBLIC KEY",
            "AQIDBAU=-----END PUBLIC KEY-----",
            "no key",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
