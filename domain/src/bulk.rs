//! One decision on many consumers, part by part: on all of a view, or on those that were picked. What each part has done, and
//! where the next one begins.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{consumer::Consumer, consumer_key::ConsumerKey, consumer_name::ConsumerName};

/// How many consumers a part looks at, so that it is answered in time.
pub const MOST_AT_ONCE: usize = 50;

/// How many consumers are picked one by one, or left out of a view: a form has room for this many keys, whatever they are.
pub const MOST_PICKED: usize = 250;

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
    fn a_deed_has_the_word_that_its_form_reads() {
        for deed in [Deed::Approve, Deed::Disapprove, Deed::Remove] {
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.word());
        }
    }
}
