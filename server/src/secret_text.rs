//! A secret as stdin or a file holds it: short text, usually with a line break at its end.

use std::io::{self, Read as _};

/// No secret, password or key file is longer.
pub(crate) const MOST_BYTES: u64 = 64 * 1024;

/// The whole text, up to the length limit.
pub(crate) fn read_bounded(source: impl io::Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is longer than 64 KiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
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
}
