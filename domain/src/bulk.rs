//! One decision on all consumers of a view, part by part: what each part has done, and where the next one begins.

use serde::{Deserialize, Serialize};

use crate::{consumer::Consumer, consumer_key::ConsumerKey, consumer_name::ConsumerName};

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

/// A consumer, as a result names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its key.
    pub key: ConsumerKey,
    /// Its name when it was looked at.
    pub name: ConsumerName,
}

impl From<&Consumer> for Named {
    fn from(consumer: &Consumer) -> Self {
        Self { key: consumer.key, name: consumer.name.clone() }
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
    /// The consumers for which it is done, some of them perhaps before.
    pub done: Vec<Named>,
    /// The others.
    pub not_done: Vec<NotDone>,
    /// The consumer behind which the next part begins; `None` at the end.
    pub next: Option<ConsumerKey>,
    /// Why this part ended early, as a sentence. What is above is true all the same, and `next` says where to go on.
    pub stopped: Option<String>,
}
