//! The raw input of a secret or password field.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A secret or password as it was entered, not validated yet. `Debug` does not print it, and its memory is wiped.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct TypedSecret(Zeroizing<String>);

impl TypedSecret {
    /// The plaintext, for validation.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the field was left empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for TypedSecret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// For the page, which sends the input to the server.
impl From<TypedSecret> for String {
    fn from(secret: TypedSecret) -> Self {
        secret.expose().to_owned()
    }
}

impl fmt::Debug for TypedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_does_not_print_and_is_sent_as_it_is() {
        let secret = TypedSecret::from("correct horse".to_owned());
        assert_eq!(format!("{secret:?}"), "TypedSecret(…)");
        assert_eq!(serde_json::to_value(&secret).unwrap(), "correct horse");
        let read: TypedSecret = serde_json::from_str("\"a \\u00e9\"").unwrap();
        assert_eq!(read.expose(), "a é");
    }
}
