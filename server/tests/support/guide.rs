//! The files of the guides, for the tests to run exactly these.

use std::fs;

use super::process::crate_folder;

/// The code block of a guide in `docs/guides` that has this file name behind its language.
#[track_caller]
pub fn snippet(guide: &str, file: &str) -> String {
    let path = crate_folder().join("../docs/guides").join(guide);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let beginning =
        lines.find(|line| line.starts_with("```") && line.split_whitespace().nth(1) == Some(file));
    assert!(beginning.is_some(), "{guide} has a block {file}");
    let block: Vec<_> = lines.take_while(|line| *line != "```").collect();
    block.join("\n") + "\n"
}

/// A text with other words for some of its words, each of which has to be there.
#[track_caller]
pub fn replace(text: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(text.to_owned(), |text, (word, other)| {
        assert!(text.contains(word), "{word} is in: {text}");
        text.replace(word, other)
    })
}
