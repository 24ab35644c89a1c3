//! The secret that a consumer shares.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    error::FieldError,
    text::{self, TextError},
};

/// The secret shared with an application: 8 to 256 characters, no control characters. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, min_length = 8, max_length = 256, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$"))]
pub struct ConsumerSecret(Zeroizing<String>);

impl ConsumerSecret {
    /// Validates a secret; it is not trimmed.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check("secret", text, 8..=256)?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Validates a secret and its repetition; the error names the field at fault.
    pub fn parse_twice(secret: &str, again: &str) -> Result<Self, FieldError> {
        let parsed = Self::parse(secret).map_err(|error| FieldError::new("secret", error.to_string()))?;
        Self::check_repeated(secret, again).map(|()| parsed)
    }

    /// Validates the repetition of a secret, whatever is wrong with the secret itself; the error names its field.
    pub fn check_repeated(secret: &str, again: &str) -> Result<(), FieldError> {
        if secret == again { Ok(()) } else { Err(FieldError::new("secret_again", "The two secrets differ.")) }
    }

    /// The plaintext secret; only the vault and the signature check need it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConsumerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsumerSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_hold_8_to_256_characters_and_are_not_trimmed() {
        assert_eq!(ConsumerSecret::parse(" 123456 ").unwrap().expose(), " 123456 ");
        assert_eq!(ConsumerSecret::parse("1234567"), Err(TextError::TooShort { least: 8, has: 7 }));
        assert!(ConsumerSecret::parse(&"é".repeat(256)).is_ok());
        assert_eq!(ConsumerSecret::parse(&"é".repeat(257)), Err(TextError::TooLong { most: 256, has: 257 }));
        assert_eq!(ConsumerSecret::parse("12345678\0"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = ConsumerSecret::parse("correct horse").unwrap();
        assert_eq!(format!("{secret:?}"), "ConsumerSecret(…)");
    }

    #[test]
    fn a_retyped_secret_that_differs_is_told_at_the_second_field() {
        assert_eq!(ConsumerSecret::parse_twice("12345678", "12345679").unwrap_err().field, "secret_again");
        assert_eq!(ConsumerSecret::parse_twice("1", "2").unwrap_err().field, "secret");
        assert_eq!(ConsumerSecret::check_repeated("1", "2").unwrap_err().field, "secret_again");
    }
}
