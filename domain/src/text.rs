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
    /// A control character in a text that may have line breaks and tabs.
    #[error("Leave out control characters other than line breaks and tabs.")]
    ControlCharacterInLines,
    /// Characters that show nothing, such as zero width spaces, and no others.
    #[error("Use at least one character that can be seen.")]
    NothingVisible,
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

/// Checks that a text has a character that shows something.
pub(crate) fn check_visible(text: &str) -> Result<(), TextError> {
    if is_visible(text) { Ok(()) } else { Err(TextError::NothingVisible) }
}

/// Checks a text of one line that may be empty, which is `None`.
pub(crate) fn optional(text: &str, longest: usize) -> Result<Option<String>, TextError> {
    optional_without(text, longest, char::is_control, TextError::ControlCharacter)
}

/// The same for a text that may have line feeds and tabs.
pub(crate) fn optional_lines(text: &str, longest: usize) -> Result<Option<String>, TextError> {
    let is_rejected = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    optional_without(text, longest, is_rejected, TextError::ControlCharacterInLines)
}

fn optional_without(
    text: &str,
    longest: usize,
    is_rejected: impl Fn(char) -> bool,
    rejected: TextError,
) -> Result<Option<String>, TextError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().any(is_rejected) {
        return Err(rejected);
    }
    let has = text.chars().count();
    if has > longest {
        return Err(TextError::TooLong { most: longest, has });
    }
    check_visible(text)?;
    Ok(Some(text.to_owned()))
}

/// Whether a text has a character that shows something.
pub(crate) fn is_visible(text: &str) -> bool {
    !text.chars().all(|c| c.is_whitespace() || c.is_control() || shows_nothing(c))
}

/// Whether a character that is no blank shows nothing: those that are ignored by default (`Default_Ignorable_Code_Point` of
/// Unicode 17), the empty Braille cell and the musical null notehead.
pub fn shows_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text without bidi controls and line separators.
pub fn plain(text: &str) -> String {
    text.replace(
        |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'),
        "",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_characters_that_show_nothing_is_not_visible() {
        for text in [
            "",
            " ",
            "\u{a0}",
            "\u{200b}",
            "\u{2060}",
            "\u{ad}",
            "\u{feff}",
            "\u{3164}",
            "\u{2800}",
            "\u{115f}\u{1160}",
            "\u{200e}\u{202e}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{180e}",
            "\u{ffa0}",
            "\u{1d159}",
            "\u{200b} \u{200d}",
        ] {
            assert!(!is_visible(text), "{text:?}");
        }
        for text in ["a", "變", "👩\u{200d}🔧", "\u{200b}x", "\u{301}", ".", "\u{2801}", "ㅤa"] {
            assert!(is_visible(text), "{text:?}");
        }
    }
}
