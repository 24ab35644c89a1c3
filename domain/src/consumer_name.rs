//! The name of a consumer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{self, TextError, plain};

/// The display name of a consumer: 1 to 100 characters after trimming, no control characters and one that can be seen, not
/// unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "schema",
    schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^\s*[^\s\u0000-\u001F\u007F-\u009F]([^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F])?\s*$"
    )
)]
#[serde(transparent)]
pub struct ConsumerName(String);

impl ConsumerName {
    /// Trims and validates a name.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let name = Self::kept(text)?;
        text::check_visible(&name.0)?;
        Ok(name)
    }

    /// A name as databases keep it: earlier versions took those of which nothing can be seen.
    pub fn kept(text: &str) -> Result<Self, TextError> {
        let trimmed = text.trim();
        text::check("name", trimmed, 1..=100)?;
        Ok(Self(trimmed.to_owned()))
    }

    /// The trimmed name, unchanged otherwise.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For use inside our own sentences: removes bidi controls and line separators, since strangers choose names and these
/// would reorder the surrounding words or escape `<bdi>`.
impl fmt::Display for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_hold_1_to_100_characters_of_any_script() {
        assert_eq!(ConsumerName::parse("  Änderungen 変更 ").unwrap().as_str(), "Änderungen 変更");
        assert!(ConsumerName::parse(&"ü".repeat(100)).is_ok());
        assert_eq!(ConsumerName::parse(&"ü".repeat(101)), Err(TextError::TooLong { most: 100, has: 101 }));
        assert_eq!(ConsumerName::parse("  "), Err(TextError::Empty("name")));
        assert_eq!(ConsumerName::parse("a\u{7}b"), Err(TextError::ControlCharacter));
        assert_eq!(ConsumerName::parse("a\nb"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn a_name_has_a_character_that_can_be_seen_unless_an_earlier_version_kept_it() {
        for name in
            ["\u{200b}", "\u{2060}", "\u{ad}", "\u{feff}", "\u{3164}", "\u{2800}", " \u{200b} \u{115f} "]
        {
            assert_eq!(ConsumerName::parse(name), Err(TextError::NothingVisible), "{name:?}");
            assert!(ConsumerName::kept(name).is_ok(), "{name:?}");
        }
        assert!(ConsumerName::parse("\u{200b}a").is_ok());
        assert!(ConsumerName::kept("").is_err() && ConsumerName::kept("a\nb").is_err());
    }

    #[test]
    fn a_name_cannot_turn_the_direction_of_the_words_around_it() {
        let name = ConsumerName::parse("Sync\u{202e}?ni\u{2069}\u{2029}x").unwrap();
        assert_eq!(name.to_string(), "Sync?nix");
        assert_eq!(name.as_str(), "Sync\u{202e}?ni\u{2069}\u{2029}x");
        let name = "مزامنة 変更 👩‍🔧";
        assert_eq!(ConsumerName::parse(name).unwrap().to_string(), name);
    }
}
