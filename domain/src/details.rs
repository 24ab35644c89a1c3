//! What administrators note about a consumer: owner, contact and note; and why it was decided as it was.

use serde::{Deserialize, Serialize};

use crate::text::{self, TextError};

/// The longest owner and contact, in characters: a department, an address.
const LONGEST_LINE: usize = 100;
/// The longest note, in characters: a page of text.
const LONGEST_NOTE: usize = 2_000;
/// The longest reason, in characters: a few sentences.
const LONGEST_REASON: usize = 500;

/// Parses the owner or contact of a consumer: one line of up to 100 characters after trimming; `None` if it is empty.
pub fn line(text: &str) -> Result<Option<String>, TextError> {
    text::optional(text.trim(), LONGEST_LINE)
}

/// Parses a note: up to 2,000 characters after trimming, in which lines end with a line feed; `None` if it is empty.
pub fn note(text: &str) -> Result<Option<String>, TextError> {
    // Forms end lines with both, old systems with the first alone.
    let note = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    text::optional_lines(&note, LONGEST_NOTE)
}

/// Why an administrator did something: one line of 1 to 500 characters after trimming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// Validates a reason; `None` if it is empty.
    pub fn parse(text: &str) -> Result<Option<Self>, TextError> {
        Ok(text::optional(text.trim(), LONGEST_REASON)?.map(Self))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_one_trimmed_line_of_up_to_100_characters_or_none() {
        assert_eq!(line("  Änderungen 変更, Haus 4 "), Ok(Some("Änderungen 変更, Haus 4".to_owned())));
        assert_eq!(line(" \n\u{a0}"), Ok(None));
        assert_eq!(line(&"ü".repeat(100)), Ok(Some("ü".repeat(100))));
        assert_eq!(line(&"ü".repeat(101)), Err(TextError::TooLong { most: 100, has: 101 }));
        for text in ["a\nb", "a\tb", "a\0b", "a\u{85}b"] {
            assert_eq!(line(text), Err(TextError::ControlCharacter), "{text:?}");
        }
        for text in ["\u{200b}", "\u{ad}\u{2060}", "\u{2800}"] {
            assert_eq!(line(text), Err(TextError::NothingVisible), "{text:?}");
        }
    }

    #[test]
    fn a_note_has_lines_and_tabs_and_no_other_control_characters() {
        assert_eq!(note(" one\r\ntwo\rthree\n\n\tfour \n"), Ok(Some("one\ntwo\nthree\n\n\tfour".to_owned())));
        assert_eq!(note("\n \t\r\n"), Ok(None));
        assert_eq!(note(&"x".repeat(2_000)).unwrap().unwrap().len(), 2_000);
        assert_eq!(note(&"x".repeat(2_001)), Err(TextError::TooLong { most: 2_000, has: 2_001 }));
        let both = format!("{}\r\n{}", "x".repeat(1_000), "x".repeat(999));
        assert!(note(&both).is_ok(), "a line end counts once");
        assert_eq!(note("a\u{7}b"), Err(TextError::ControlCharacterInLines));
        assert_eq!(note("\u{200b}\n\u{2060}"), Err(TextError::NothingVisible));
    }

    #[test]
    fn a_reason_is_one_trimmed_line_of_up_to_500_characters_or_none() {
        let reason =
            |text: &str| Reason::parse(text).map(|reason| reason.map(|reason| reason.as_str().to_owned()));
        assert_eq!(reason(" The key leaked. "), Ok(Some("The key leaked.".to_owned())));
        assert_eq!(reason(""), Ok(None));
        assert!(reason(&"é".repeat(500)).is_ok());
        assert_eq!(reason(&"é".repeat(501)), Err(TextError::TooLong { most: 500, has: 501 }));
        assert_eq!(reason("a\nb"), Err(TextError::ControlCharacter));
        assert_eq!(reason("\u{feff}"), Err(TextError::NothingVisible));
    }
}
