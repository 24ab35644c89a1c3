//! The words of values in addresses and cursors.

/// Each value with its word.
pub(crate) type Words<T> = [(&'static str, T)];

/// The word of a value.
pub(crate) fn written<T: Copy + PartialEq>(value: T, words: &Words<T>) -> String {
    let (word, _) = words.iter().find(|(_, other)| *other == value).expect("each value has its word");
    (*word).to_owned()
}
