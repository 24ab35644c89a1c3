//! The state of temporary credentials.

use serde::{Deserialize, Serialize};

/// The state of temporary credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The user has not answered yet.
    Undecided,
    /// The user allowed access.
    Allowed,
    /// The user denied access.
    Denied,
    /// Exchanged for token credentials.
    Used,
    /// An administrator revoked all access, or removed the consumer.
    Revoked,
    /// Too many wrong verifiers were tried.
    Void,
}
