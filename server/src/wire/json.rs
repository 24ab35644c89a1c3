//! A body that is to be JSON and, where it is not, the place at fault: never its text, which may be a secret.

use serde::de::DeserializeOwned;

/// Why a body cannot be read, as a phrase that follows *what came*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotJson {
    /// In Latin-1, say.
    #[error("is not UTF-8, the only encoding of JSON: send letters such as ä in UTF-8 or as \\u00e4")]
    NotUtf8,
    /// Not JSON, or not of this shape.
    #[error("is wrong at line {line}, column {column}")]
    At {
        /// From 1.
        line: usize,
        /// From 1, in bytes; 0 at the beginning of a line.
        column: usize,
    },
}

/// Reads a body; a byte order mark before it is ignored (RFC 8259 section 8.1).
pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| NotJson::At { line: error.line(), column: error.column() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_body_in_another_encoding_is_told_so_and_one_of_another_shape_where() {
        let read = |body: &[u8]| from_json::<Value>(body);
        assert_eq!(read("{\"name\":\"Jos\u{e9}\"}".as_bytes()), Ok(json!({ "name": "José" })));
        assert_eq!(read(b"\xef\xbb\xbf{}"), Ok(json!({})));
        for other in [&b"{\"name\":\"Jos\xe9\"}"[..], b"\xff", b"\xff\xfe{\0}\0"] {
            assert_eq!(read(other), Err(NotJson::NotUtf8));
        }
        assert_eq!(read(b"{\n\"name\":}"), Err(NotJson::At { line: 2, column: 8 }));
        assert!(matches!(read(b""), Err(NotJson::At { line: 1, .. })));
    }
}
