//! A body that is to be a JSON object and, where it is not, the member or the place at fault: never a value, which may be a
//! secret.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

/// How much of a member's name an error repeats, in characters.
const REPEATED: usize = 60;

/// Why a body cannot be read, as a phrase that follows *what came*.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotJson {
    /// In Latin-1, say.
    #[error("is not UTF-8, the only encoding of JSON: send letters such as ä in UTF-8 or as \\u00e4")]
    NotUtf8,
    /// An array, whose elements would have to be guessed to be members.
    #[error("is a list")]
    List,
    /// A member that there is not.
    #[error("has the member {0:?}, which is not known here")]
    Unknown(String),
    /// A member that comes more than once: readers disagree on which of them counts.
    #[error("has the member {0:?} twice")]
    Twice(String),
    /// A member that has to be there.
    #[error("lacks the member {0:?}")]
    Missing(String),
    /// A member of another type, or out of range.
    #[error("has a value of a wrong type in the member {0:?}")]
    Type(String),
    /// Not JSON, or no object.
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
    // Serde would read it as the members in their order.
    if text.trim_start().starts_with('[') {
        return Err(NotJson::List);
    }
    serde_json::from_str(text).map_err(|error| {
        let at = NotJson::At { line: error.line(), column: error.column() };
        at_fault::<T>(text, &error).unwrap_or(at)
    })
}

/// Of a member that may be absent, but not `null`: a client that sends `null` means something by it.
pub(crate) fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// What is wrong with which member of an object; `None` where the text is no object.
fn at_fault<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Option<NotJson> {
    if !error.is_data() {
        return None;
    }
    // Serde's words name a member in these cases alone.
    let words = error.to_string();
    let named = |kind: &str| words.strip_prefix(kind)?.split('`').next().map(repeated);
    named("unknown field `")
        .map(NotJson::Unknown)
        .or_else(|| named("duplicate field `").map(NotJson::Twice))
        .or_else(|| named("missing field `").map(NotJson::Missing))
        .or_else(|| of_wrong_type::<T>(text).map(NotJson::Type))
}

/// The name of a member that cannot be read though it stands alone.
fn of_wrong_type<T: DeserializeOwned>(text: &str) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_str(text).ok()?;
    let (name, _) = members.into_iter().find(|(name, value)| {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        let words = serde_json::from_value::<T>(Value::Object(alone)).err().map(|error| error.to_string());
        words.is_some_and(|words| !["missing", "unknown"].iter().any(|kind| words.starts_with(kind)))
    })?;
    Some(repeated(&name))
}

fn repeated(name: &str) -> String {
    name.chars().take(REPEATED).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

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

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        name: String,
        trusted: Option<bool>,
    }

    #[test]
    fn the_member_at_fault_is_named_and_its_value_is_not() {
        let read = |body: &str| from_json::<Settings>(body.as_bytes()).unwrap_err();
        for (body, expected) in [
            (r#"{"name":"a","hunter":2}"#, NotJson::Unknown("hunter".to_owned())),
            (r#"{"name":"a","name":"b"}"#, NotJson::Twice("name".to_owned())),
            (r#"{"trusted":true}"#, NotJson::Missing("name".to_owned())),
            (r#"{"name":"a","trusted":"hunter2"}"#, NotJson::Type("trusted".to_owned())),
            (r#"{"name":["hunter2"],"also":1}"#, NotJson::Type("name".to_owned())),
            (r#" ["hunter2",true]"#, NotJson::List),
        ] {
            let wrong = read(body);
            assert_eq!(wrong, expected, "{body}");
            assert!(!wrong.to_string().contains("hunter2"), "{wrong}");
        }
        assert!(matches!(read("\"hunter2\""), NotJson::At { line: 1, .. }));
        assert_eq!(read("{\"a\\n\":1}").to_string(), "has the member \"a\\n\", which is not known here");
        let long = format!("{{\"{}\":1}}", "x".repeat(5_000));
        assert!(read(&long).to_string().len() < 200);
    }
}
