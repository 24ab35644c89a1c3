//! What a form sends of a field: its text where it was changed, and nothing where it is to stay as it is.

use serde::{Deserialize, Serialize, Serializer};

/// A field of an edit on the wire. Not an `Option`: the encoding of forms reads an empty text as none, and an empty
/// text takes away what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Given {
    /// It was not sent, and stays as it is.
    #[default]
    Kept,
    /// It becomes this.
    As(String),
}

impl Given {
    /// The text that was sent, if one was.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Kept => None,
            Self::As(text) => Some(text),
        }
    }
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self::As(text)
    }
}

impl Serialize for Given {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kept => to.serialize_none(),
            Self::As(text) => to.serialize_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_a_change() {
        assert_eq!(Given::Kept.text(), None);
        assert_eq!(serde_json::to_value(Given::Kept).unwrap(), serde_json::Value::Null);
        let emptied = serde_json::to_value(Given::As(String::new())).unwrap();
        assert_eq!(serde_json::from_value::<Given>(emptied).unwrap(), Given::As(String::new()));
    }
}
