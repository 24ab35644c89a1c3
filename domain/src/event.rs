//! What the event stream says and the page applies.

use crate::{consumer::Consumer, consumer_key::ConsumerKey};

/// A change to the table of consumer keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The consumer is new, or is now like this.
    Consumer(Consumer),
    /// The consumer is gone for good.
    Removed(ConsumerKey),
}
