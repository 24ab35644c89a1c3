//! The answer to an administrator whose edit was based on an outdated revision.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{activity::Actor, consumer::Consumer};

/// Another administrator changed the consumer after it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The author of the latest change.
    pub by: Actor,
    /// The time of the latest change.
    #[serde(with = "crate::time::rfc3339")]
    pub at: OffsetDateTime,
    /// The differences, as phrases that follow "changed".
    pub changes: Vec<String>,
    /// The current consumer; with its revision the edit can be sent again.
    pub current: Consumer,
}

/// Another administrator removed the consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The administrator who removed it.
    pub by: Actor,
    /// The time of the removal.
    #[serde(with = "crate::time::rfc3339")]
    pub at: OffsetDateTime,
}
