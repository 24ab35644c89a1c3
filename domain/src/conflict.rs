//! What the slower of two administrators is told, instead of overwriting the faster one's change.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{activity::Actor, consumer::Consumer};

/// Somebody changed the consumer after it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Who was faster, last.
    pub by: Actor,
    /// When, last.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What changed, in words that follow "changed".
    pub changes: Vec<String>,
    /// The consumer as it is now; its revision lets the slower one go on.
    pub current: Consumer,
}

/// Somebody removed the consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Who removed it.
    pub by: Actor,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}
