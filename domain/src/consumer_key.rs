//! The identifier of a consumer.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The public, unique, immutable identifier of a consumer: a UUID that this server generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConsumerKey(pub Uuid);

impl fmt::Display for ConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// The text is not a consumer key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A consumer key is a UUID such as 7f2c1e64-0b1d-4a57-9f0e-5f7a3f0c9b21.")]
pub struct NotAConsumerKey;

impl FromStr for ConsumerKey {
    type Err = NotAConsumerKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self).map_err(|_| NotAConsumerKey)
    }
}
