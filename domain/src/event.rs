//! The events that the stream sends and the page applies.

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
