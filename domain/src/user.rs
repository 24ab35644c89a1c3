//! Users and the rules for their names and passwords.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    error::FieldError,
    text::{self, TextError},
};

/// The longest name that is shown for a user, in characters.
const LONGEST_NAME: usize = 100;

/// The name that a user signs in with: 1 to 64 of `A-Z a-z 0-9 . _ @ -`. Comparison ignores case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

impl Username {
    /// Validates a username.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check("username", text, 1..=64)?;
        if text.chars().all(|c| c.is_ascii_alphanumeric() || "._@-".contains(c)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::NotAllowed("Use the letters a to z, digits, and . _ @ - alone."))
        }
    }

    /// Validates the name of a new account. A dot segment, which URLs drop from their path (RFC 3986 §5.2.4), is none; an
    /// account that has such a name keeps it.
    pub fn parse_new(text: &str) -> Result<Self, TextError> {
        match text {
            "." | ".." => {
                Err(TextError::NotAllowed("Use another name than . or ..: no address can name it."))
            }
            _ => Self::parse(text),
        }
    }

    /// The name as it was entered when the account was created.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower-case form, which identifies the account.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Username {}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Username {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Username> for String {
    fn from(username: Username) -> Self {
        username.0
    }
}

/// A user's plaintext password, 8 to 256 characters, before it is hashed. `Debug` does not print it.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Validates a new password.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check("password", text, 8..=256)?;
        Ok(Self::typed(text))
    }

    /// Validates the repetition of a new password, whatever is wrong with the password itself; the error names its field.
    pub fn check_repeated(password: &str, again: &str) -> Result<(), FieldError> {
        if password == again {
            Ok(())
        } else {
            Err(FieldError::new("password_again", "The two passwords differ."))
        }
    }

    /// A password entered to sign in. It is not validated: only the hash decides.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The plaintext password; only argon2id needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Parses the name that is shown for a user: one line of up to 100 characters after trimming; `None` if it is empty.
pub fn display_name(text: &str) -> Result<Option<String>, TextError> {
    text::optional(text.trim(), LONGEST_NAME)
}

/// A person with an account on this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The name to sign in with.
    pub username: Username,
    /// The name shown on the page.
    pub display_name: String,
    /// Whether they have the *Configure Server* permission.
    pub configure_server: bool,
    /// Whether the account is disabled: no sign-in, and no consumer acts for the user.
    pub disabled: bool,
    /// Whether signing in needs a code besides the password. Lines of earlier versions do not have it.
    #[serde(default)]
    pub second_factor: bool,
    /// The time when the account was created.
    #[serde(with = "crate::time::rfc3339")]
    pub created_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_hold_1_to_64_of_letters_digits_and_a_few_signs() {
        assert!(Username::parse("ada.osei_1@plant-2").is_ok());
        assert!(Username::parse(&"a".repeat(64)).is_ok());
        for wrong in ["", " ", "ada osei", "ada/osei", "ada\n", "адa", &"a".repeat(65)] {
            assert!(Username::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn no_new_account_has_a_name_that_no_address_can_name() {
        for name in [".", ".."] {
            assert!(Username::parse_new(name).is_err() && Username::parse(name).is_ok(), "{name}");
        }
        assert!(Username::parse_new("...").is_ok() && Username::parse_new("ada osei").is_err());
    }

    #[test]
    fn usernames_that_differ_in_case_are_the_same() {
        assert_eq!(Username::parse("Ada").unwrap(), Username::parse("ada").unwrap());
    }

    #[test]
    fn the_name_that_is_shown_is_one_trimmed_line_or_absent() {
        assert_eq!(display_name("  Ada Osei "), Ok(Some("Ada Osei".to_owned())));
        assert_eq!(display_name(" "), Ok(None));
        assert!(display_name("Ada\nOsei").is_err() && display_name(&"a".repeat(101)).is_err());
        assert_eq!(display_name("\u{200b}"), Err(TextError::NothingVisible));
    }

    #[test]
    fn a_password_does_not_print() {
        assert_eq!(format!("{:?}", Password::typed("correct horse")), "Password(…)");
    }

    #[test]
    fn a_password_is_checked_only_when_it_is_new() {
        assert!(Password::parse("short").is_err());
        assert_eq!(Password::typed("short").expose(), "short");
        assert_eq!(Password::check_repeated("12345678", "1234567").unwrap_err().field, "password_again");
    }
}
