//! What becomes of temporary credentials, as their column keeps it.

use serde::{Deserialize, Serialize};

/// What has become of temporary credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The user has not been asked yet, or has not answered.
    Undecided,
    /// The user allowed it.
    Allowed,
    /// The user did not.
    Denied,
    /// Exchanged for token credentials.
    Used,
    /// An administrator signed everybody out, or removed the consumer.
    Revoked,
    /// Somebody guessed at the verifier.
    Void,
}
