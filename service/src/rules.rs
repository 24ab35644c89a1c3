//! What this server accepts, as its settings say.

use std::time::Duration;

/// What this server accepts.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Accepted distance of `oauth_timestamp`, either way.
    pub clock_skew: Duration,
    /// Life of temporary credentials.
    pub temporary_credentials_ttl: Duration,
    /// Life of token credentials; none: until revoked.
    pub token_ttl: Option<Duration>,
    /// Whether the PLAINTEXT method is accepted. Only ever over https.
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
