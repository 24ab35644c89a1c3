//! The events that the stream sends and the page applies.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{consumer::Consumer, consumer_key::ConsumerKey};

/// A change to the list of consumers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every event is a consumer, and none is kept for long")]
pub enum Event {
    /// The consumer was added or changed; this is its current state.
    Consumer(Consumer),
    /// The consumer was removed permanently.
    Removed(ConsumerKey),
}

/// When a consumer was last used. A use is no activity, and does not change its consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The consumer's key.
    pub key: ConsumerKey,
    /// The time of the last request that was allowed.
    #[serde(with = "crate::time::rfc3339")]
    pub last_used_at: OffsetDateTime,
}

impl Use {
    /// `None` for a consumer that was never used.
    pub fn of(consumer: &Consumer) -> Option<Self> {
        Some(Self { key: consumer.key, last_used_at: consumer.last_used_at? })
    }
}

/// The last uses of many consumers, as one event of the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    /// One for each consumer.
    pub consumers: Vec<Use>,
}
