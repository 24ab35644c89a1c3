//! The one rule for how long a text may be and what it may hold.

/// Why a text is refused; `Display` is the sentence shown beside the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing was typed.
    #[error("Enter a {0}.")]
    Empty(&'static str),
    /// Fewer characters than allowed.
    #[error("Use at least {least} characters; this has {has}.")]
    TooShort {
        /// The fewest characters allowed.
        least: usize,
        /// How many there are.
        has: usize,
    },
    /// More characters than allowed.
    #[error("Use at most {most} characters; this has {has}.")]
    TooLong {
        /// The most characters allowed.
        most: usize,
        /// How many there are.
        has: usize,
    },
    /// A line break, tab or other control character.
    #[error("Leave out line breaks, tabs and other control characters.")]
    ControlCharacter,
    /// A character that this text may not hold.
    #[error("{0}")]
    NotAllowed(&'static str),
}

/// Checks a text's length in Unicode scalar values and that no control character is in it.
pub(crate) fn check(
    what: &'static str,
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<(), TextError> {
    let has = text.chars().count();
    if has == 0 {
        return Err(TextError::Empty(what));
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    if has < *lengths.start() {
        return Err(TextError::TooShort { least: *lengths.start(), has });
    }
    if has > *lengths.end() {
        return Err(TextError::TooLong { most: *lengths.end(), has });
    }
    Ok(())
}
