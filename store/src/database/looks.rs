//! What a name looks like, by which names that look alike are found.

use domain::shows_nothing;
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::skeleton;

/// What a name looks like: in lower case and without compatibility characters (NFKC), with single blanks and without
/// characters that show nothing, letters of all scripts that look alike replaced by one (UTS 39 section 4).
pub(crate) fn looks(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let words = folded.split(|c: char| c.is_whitespace());
    let words = words.map(|word| word.chars().filter(|c| !shows_nothing(*c)).collect::<String>());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    // Once more: a letter may look like one of another case.
    skeleton(&words.join(" ")).flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_compatibility_characters_and_letters_of_other_scripts_do_not_tell_names_apart() {
        for alike in [
            "cameo",
            "CAMEO",
            "\u{421}ameo",
            "Came\u{3bf}",
            "\u{ff23}\u{ff41}\u{ff4d}\u{ff45}\u{ff4f}",
            "Ca\u{200b}meo",
            "\u{feff}Cameo\u{ad}",
            "\u{1d402}\u{1d41a}\u{1d426}\u{1d41e}\u{1d428}",
        ] {
            assert_eq!(looks(alike), looks("Cameo"), "{alike:?}");
        }
        for alike in ["Requirements\u{a0}sync", " requirements  SYNC ", "Requirements\u{3000}sync"] {
            assert_eq!(looks(alike), looks("Requirements sync"), "{alike:?}");
        }
        assert_eq!(looks("e\u{301}tude"), looks("\u{c9}TUDE"), "composed or not");
    }

    #[test]
    fn names_that_read_differently_are_told_apart() {
        let names =
            ["Cameo", "Came", "Cameo 2", "Ca meo", "Kameo", "Änderungen", "Anderungen", "変更", "変史"];
        for (n, name) in names.iter().enumerate() {
            for other in &names[n + 1..] {
                assert_ne!(looks(name), looks(other), "{name} {other}");
            }
        }
        assert_eq!(looks("\u{200b} \u{2060}"), "", "as earlier versions took them");
    }
}
