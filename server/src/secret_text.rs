//! A secret, or another short file that settings name, as stdin or the file holds it. No more of it is read than is allowed:
//! a device or a wrong path may go on for ever.

use std::io::{self, Read as _};

/// No secret, password, key file, certificate or settings file is longer.
pub(crate) const MOST_BYTES: u64 = 64 * 1024;

/// UTF-8's, which PowerShell and editors of Windows write.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The whole text, up to the length limit, less a byte order mark.
pub(crate) fn read_bounded(source: impl io::Read) -> io::Result<String> {
    text(bounded_bytes(source)?)
}

/// All bytes, up to the length limit.
pub(crate) fn bounded_bytes(source: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is longer than 64 KiB"));
    }
    Ok(bytes)
}

/// The bytes, less a byte order mark.
pub(crate) fn without_mark(bytes: Vec<u8>) -> Vec<u8> {
    match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.to_vec(),
        None => bytes,
    }
}

/// The text that bytes hold, less a byte order mark.
pub(crate) fn text(bytes: Vec<u8>) -> io::Result<String> {
    if is_utf_16(&bytes) {
        return Err(io::Error::other(
            "it is UTF-16, so write it as UTF-8 (in PowerShell: $OutputEncoding = [Text.UTF8Encoding]::new())",
        ));
    }
    if bytes.contains(&0) {
        return Err(io::Error::other("it holds a NUL, which no text does"));
    }
    String::from_utf8(without_mark(bytes)).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// UTF-16 and UTF-32 begin with a byte order mark, or have a NUL in each character of ASCII, of which most texts consist.
fn is_utf_16(bytes: &[u8]) -> bool {
    let is_mostly_ascii = || {
        let nuls = bytes.split(|byte| *byte == 0).count() - 1;
        nuls > 0 && nuls * 4 >= bytes.len()
    };
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || is_mostly_ascii()
}

/// Drops one LF or CRLF at the end.
pub(crate) fn without_line_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_at_the_end_is_dropped_and_no_more() {
        let dropped =
            ["a", "a\n", "a\r\n", "a\n\n", "a\r", "\n"].map(|text| without_line_break(text.to_owned()));
        assert_eq!(dropped, ["a", "a", "a", "a\n", "a\r", ""]);
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused_and_not_cut() {
        assert_eq!(read_bounded(&b"secret\n"[..]).unwrap(), "secret\n");
        assert_eq!(read_bounded(&*vec![b'a'; 65536]).unwrap().len(), 65536);
        assert!(read_bounded(&*vec![b'a'; 65537]).is_err());
        assert!(read_bounded(&[0xff][..]).is_err());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_secret() {
        for (bytes, text) in [
            (&b"\xef\xbb\xbfsecret\r\n"[..], "secret\r\n"),
            (b"\xef\xbb\xbf", ""),
            (b"\xef\xbb\xbf\xef\xbb\xbfa", "\u{feff}a"),
            (b"a\xef\xbb\xbf", "a\u{feff}"),
        ] {
            assert_eq!(read_bounded(bytes).unwrap(), text);
        }
    }

    #[test]
    fn a_nul_is_refused_as_what_it_is() {
        let refused = read_bounded(&b"four words\0not together"[..]).unwrap_err().to_string();
        assert!(refused.contains("NUL") && !refused.contains("UTF-16"), "{refused}");
    }

    #[test]
    fn utf_16_is_named_with_and_without_a_mark() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let little = |text| units(text).into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text| units(text).into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [
            little("\u{feff}secret"),
            big("\u{feff}secret"),
            little("secret"),
            big("secret"),
            little("\u{feff}"),
        ] {
            let refused = read_bounded(&*bytes).unwrap_err().to_string();
            assert!(refused.contains("UTF-16"), "{bytes:?}: {refused}");
        }
    }
}
