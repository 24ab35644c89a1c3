//! Validation of texts: length and allowed characters.

/// Why a text is rejected; `Display` is the sentence shown beside the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text is empty.
    #[error("Enter a {0}.")]
    Empty(&'static str),
    /// Fewer characters than allowed.
    #[error("Use at least {least} characters; this has {has}.")]
    TooShort {
        /// The minimum.
        least: usize,
        /// The number of characters found.
        has: usize,
    },
    /// More characters than allowed.
    #[error("Use at most {most} characters; this has {has}.")]
    TooLong {
        /// The maximum.
        most: usize,
        /// The number of characters found.
        has: usize,
    },
    /// A line break, tab or other control character.
    #[error("Leave out line breaks, tabs and other control characters.")]
    ControlCharacter,
    /// A character that is not allowed in this text.
    #[error("{0}")]
    NotAllowed(&'static str),
}

/// Checks the length in Unicode scalar values, and that the text contains no control characters.
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
