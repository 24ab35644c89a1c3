//! One decision on many consumers, part by part: on all of a view, or on those that were picked. What each part has done, and
//! where the next one begins.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{consumer::Consumer, consumer_key::ConsumerKey, consumer_name::ConsumerName};

/// How many consumers a part looks at, so that it is answered in time.
pub const MOST_AT_ONCE: usize = 50;

/// How many consumers are picked one by one, or left out of a view: a form has room for this many keys, whatever they are.
pub const MOST_PICKED: usize = 250;

/// How long a view stays selected whole: what it had longer ago is not what its table shows.
const SELECTED_FOR: Duration = Duration::days(1);

/// How far the clocks of two servers may differ: one selects, and another decides.
const CLOCKS_DIFFER: Duration = Duration::minutes(5);

/// How many characters a reason has at most.
const MOST_OF_A_REASON: usize = 300;

/// What is done to each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Approve its key.
    Approve,
    /// Disapprove its key.
    Disapprove,
    /// Remove it for good.
    Remove,
}

impl Deed {
    /// Its word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Disapprove => "disapprove",
            Self::Remove => "remove",
        }
    }
}

/// A consumer that was picked, as it was seen. Written `KEY REVISION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Its key.
    pub key: ConsumerKey,
    /// Its revision.
    pub revision: i64,
}

/// It is not a key and a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotPicked;

impl FromStr for Picked {
    type Err = NotPicked;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, revision) = text.split_once(' ').ok_or(NotPicked)?;
        let key = key.parse().map_err(|_| NotPicked)?;
        Ok(Self { key, revision: revision.parse().map_err(|_| NotPicked)? })
    }
}

/// Why a decision is not made on a view that was selected at this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectedAtError {
    /// Longer ago than it stays selected.
    #[error("This was selected more than a day ago. Select all that match again.")]
    LongAgo,
    /// Later than now.
    #[error("This was selected later than now, by the clock of this server. Select all that match again.")]
    Later,
}

/// The time that the filters of a view mean in every part of a decision: when it was selected, in milliseconds since 1970. 0
/// means now; pages of earlier versions do not say when.
pub fn selected_at(ms: i64, now: OffsetDateTime) -> Result<OffsetDateTime, SelectedAtError> {
    if ms == 0 {
        return Ok(now);
    }
    let at = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::milliseconds(ms));
    if at > now.saturating_add(CLOCKS_DIFFER) {
        Err(SelectedAtError::Later)
    } else if at < now.saturating_sub(SELECTED_FOR) {
        Err(SelectedAtError::LongAgo)
    } else {
        Ok(at)
    }
}

/// Why a list of consumers cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It has no line.
    #[error("Name at least one consumer.")]
    Empty,
    /// It has more lines than are taken at once.
    #[error("Name at most {0} consumers at once.")]
    TooMany(usize),
    /// The same line once more.
    #[error("{0:?} is named twice.")]
    Twice(String),
    /// A line that names no consumer.
    #[error("{0:?} does not name a consumer as this list does.")]
    Line(String),
}

/// Reads a list, one consumer on a line.
pub fn list<T: FromStr + PartialEq>(text: &str, most: usize) -> Result<Vec<T>, ListError> {
    let mut list = Vec::new();
    for line in text.lines() {
        if list.len() == most {
            return Err(ListError::TooMany(most));
        }
        let item = line.parse().map_err(|_| ListError::Line(line.to_owned()))?;
        if list.contains(&item) {
            return Err(ListError::Twice(line.to_owned()));
        }
        list.push(item);
    }
    if list.is_empty() { Err(ListError::Empty) } else { Ok(list) }
}

/// A consumer, as a result names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its key.
    pub key: ConsumerKey,
    /// Its name when it was looked at; `None` where it was gone.
    pub name: Option<ConsumerName>,
}

impl From<&Consumer> for Named {
    fn from(consumer: &Consumer) -> Self {
        Self { key: consumer.key, name: Some(consumer.name.clone()) }
    }
}

/// A consumer for which it was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    /// Which.
    pub consumer: Named,
    /// Why not, as a sentence.
    pub why: String,
}

impl NotDone {
    /// For a reason, of which a result has the beginning where it is long.
    pub fn new(consumer: Named, mut why: String) -> Self {
        if let Some((end, _)) = why.char_indices().nth(MOST_OF_A_REASON) {
            why.truncate(end);
            why.push('…');
        }
        Self { consumer, why }
    }
}

/// What a part has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPart {
    /// The consumers for which this part did it.
    pub done: Vec<Named>,
    /// Those for which it was done before, perhaps by the same part, whose answer was lost.
    pub already: Vec<Named>,
    /// The others.
    pub not_done: Vec<NotDone>,
    /// The consumer of the view behind which the next part begins; `None` at the end, and of those that were picked.
    pub next: Option<ConsumerKey>,
    /// Why this part ended early, as a sentence. What is above is true all the same, and `next` says where to go on; of those
    /// that were picked, the first that is not named here.
    pub stopped: Option<String>,
}

impl BulkPart {
    /// How many consumers it names.
    pub fn len(&self) -> usize {
        self.done.len() + self.already.len() + self.not_done.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_consumer_on_each_line_and_no_more_than_are_taken_at_once() {
        let picked = list::<Picked>("Oauth.Key:1 3\nanother 12", 2).unwrap();
        assert_eq!(picked[0], Picked { key: "Oauth.Key:1".parse().unwrap(), revision: 3 });
        assert_eq!(picked[1], Picked { key: "another".parse().unwrap(), revision: 12 });
        assert_eq!(list::<ConsumerKey>("a\nb\nc", 2), Err(ListError::TooMany(2)));
        assert_eq!(list::<ConsumerKey>("", 2), Err(ListError::Empty));
        assert_eq!(list::<ConsumerKey>("a\nb\na", 9), Err(ListError::Twice("a".to_owned())));
    }

    #[test]
    fn a_line_that_names_no_consumer_is_refused_and_told() {
        for line in ["a", "a b", "a 1 2", " 1", "a%20b 1", "a 1.5"] {
            let text = format!("a-key 1\n{line}");
            assert_eq!(list::<Picked>(&text, 9), Err(ListError::Line(line.to_owned())));
        }
    }

    #[test]
    fn a_view_is_decided_on_as_it_was_when_it_was_selected_for_a_day() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let selected = |ago: Duration| selected_at(crate::time::milliseconds(now - ago), now);
        for ago in [Duration::ZERO, Duration::minutes(30), Duration::hours(24), Duration::minutes(-5)] {
            assert_eq!(selected(ago), Ok(now - ago), "{ago}");
        }
        assert_eq!(selected_at(0, now), Ok(now), "an earlier version says nothing");
        assert_eq!(selected(Duration::hours(24) + Duration::MILLISECOND), Err(SelectedAtError::LongAgo));
        assert_eq!(selected(Duration::minutes(-5) - Duration::MILLISECOND), Err(SelectedAtError::Later));
        for (ms, error) in [(i64::MAX, SelectedAtError::Later), (i64::MIN, SelectedAtError::LongAgo)] {
            assert_eq!(selected_at(ms, now), Err(error));
        }
    }

    #[test]
    fn a_long_reason_ends_with_an_ellipsis_after_a_whole_character() {
        let named = Named { key: "a".parse().unwrap(), name: None };
        let why = |length: usize| NotDone::new(named.clone(), "ä".repeat(length)).why;
        assert_eq!(why(300), "ä".repeat(300));
        assert_eq!(why(301), format!("{}…", "ä".repeat(300)));
    }

    #[test]
    fn a_deed_has_the_word_that_its_form_reads() {
        for deed in [Deed::Approve, Deed::Disapprove, Deed::Remove] {
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.word());
        }
    }
}
