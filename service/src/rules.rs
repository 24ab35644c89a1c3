//! What the settings decide about OAuth: methods, clock skew, lifetimes.

use std::time::Duration;

/// What this server accepts and issues.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Largest accepted difference between `oauth_timestamp` and the clock, in both directions.
    pub clock_skew: Duration,
    /// Lifetime of temporary credentials.
    pub temporary_credentials_ttl: Duration,
    /// Lifetime of token credentials; with `None` they last until they are revoked.
    pub token_ttl: Option<Duration>,
    /// Whether PLAINTEXT is accepted. It sends the secrets themselves, so only https may carry it.
    pub allow_plaintext: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            clock_skew: Duration::from_mins(5),
            temporary_credentials_ttl: Duration::from_mins(10),
            token_ttl: None,
            allow_plaintext: false,
        }
    }
}
