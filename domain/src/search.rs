//! What a search looks through, folded alike on both sides: the text that is typed, and the texts of a consumer.

use crate::consumer::Consumer;

/// Folds case, of every script that has one: to upper case and back, so that `ß` and `SS` are the same, and so are the three
/// sigmas, wherever in a word they stand. To lower case first, for `ẞ`, which is upper case already.
pub fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

/// The texts of a consumer that a search looks through, folded, a line for each. The empty line at the end lets three
/// characters begin at each character of the texts, which is what an index of trigrams holds.
pub fn search_text(consumer: &Consumer) -> String {
    let texts = [consumer.name.as_str(), consumer.key.as_str()];
    let notes = [&consumer.owner, &consumer.note].into_iter().flatten().map(String::as_str);
    texts.into_iter().chain(notes).map(|text| fold(text) + "\n").chain(["\n".to_owned()]).collect()
}

/// Whether a search for this text finds the consumer.
pub(crate) fn finds(text: &str, consumer: &Consumer) -> bool {
    search_text(consumer).contains(&fold(text))
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::{activity::Actor, consumer_name::ConsumerName};

    #[test]
    fn case_is_folded_in_every_script_that_has_one() {
        for (one, other) in [
            ("ÄRGER", "ärger"),
            ("STRASSE", "straße"),
            ("STRAẞE", "Strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("ОКНО", "окно"),
            ("Ǆ", "ǆ"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_eq!(fold("a%b_ 変更 😀"), "a%b_ 変更 😀");
        assert_ne!(fold("Ä"), fold("A"), "an accent is no case");
    }

    #[test]
    fn what_is_folded_stays_as_it_is() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        assert_eq!(fold(&fold(&all)), fold(&all));
    }

    #[test]
    fn a_search_finds_any_part_of_name_key_owner_and_note_whatever_the_case() {
        let mut consumer = Consumer::register(
            "OauthKey".parse().unwrap(),
            ConsumerName::parse("Große Straße").unwrap(),
            false,
            Actor::CommandLine,
            OffsetDateTime::UNIX_EPOCH,
        );
        for text in ["", "g", "E ST", "GROSSE", "straße", "HKEY", "oauthkey"] {
            assert!(finds(text, &consumer), "{text}");
        }
        for text in ["gross strasse", "eo", "keyoauth", "oauthkey ", "dienst", "night"] {
            assert!(!finds(text, &consumer), "{text}");
        }
        consumer.owner = Some("Änderungsdienst".to_owned());
        consumer.note = Some("Runs at night.\nAsk before.".to_owned());
        consumer.contact = Some("changes@app.example".to_owned());
        for text in ["ÄNDER", "Dienst", "NIGHT", "ask b", "große", "HKEY"] {
            assert!(finds(text, &consumer), "{text}");
        }
        assert!(!finds("changes@", &consumer), "an address is not looked through");
    }
}
