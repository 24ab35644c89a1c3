//! What a tab hears: what other tabs say, and what the browser reports of the page.

use serde::{Deserialize, Serialize};

use crate::console::link::Link;

/// The form of the words: tabs of versions with another one do not understand each other, and each have their own leader.
pub(super) const FORM: u32 = 2;

/// What one tab says to all others, or to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Word {
    /// This tab has come, or is back, and has seen the activity up to a number.
    Hello { from: u64, seen: i64 },
    /// This tab leads, and its link is in this state.
    Leads { id: u64, link: Link },
    /// The leader is there, and its stream is.
    Beat { id: u64 },
    /// What came over the stream. What is no activity has no number.
    Event { to: Option<u64>, id: Option<i64>, name: String, data: String },
    /// Fetch everything: more was missed than is known.
    Resync { to: Option<u64> },
    /// This tab leads no more.
    Gone { id: u64 },
}

/// What a tab hears besides its own connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Heard {
    /// Another tab said this.
    Word(Word),
    /// The page is seen again, is back from the browser's cache, or has a network again.
    Look,
    /// It has been hidden for a minute, or goes.
    Hidden,
    /// The browser has no network.
    Offline,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_tab_says_another_understands() {
        for word in [
            Word::Hello { from: u64::MAX, seen: -1 },
            Word::Leads { id: 1, link: Link::Polling },
            Word::Beat { id: 1 },
            Word::Event {
                to: None,
                id: Some(i64::MAX),
                name: "removed".into(),
                data: r#"{"key":"a"}"#.into(),
            },
            Word::Event { to: Some(2), id: None, name: "used".into(), data: String::new() },
            Word::Resync { to: Some(2) },
            Word::Gone { id: 1 },
        ] {
            let text = serde_json::to_string(&word).unwrap();
            assert_eq!(serde_json::from_str::<Word>(&text).unwrap(), word);
        }
        assert!(serde_json::from_str::<Word>("{\"Shout\":1}").is_err());
    }
}
