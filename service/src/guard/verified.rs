//! `Verified`: a signed request that passed every check.

use std::sync::Arc;

use domain::User;
use store::CachedConsumer;

/// A request whose signature, consumer, token and user are valid, and whose nonce is new.
#[derive(Clone, Debug)]
pub struct Verified {
    pub(crate) consumer: Arc<CachedConsumer>,
    pub(crate) user: Option<Arc<User>>,
}

impl Verified {
    /// The consumer that signed.
    pub fn consumer(&self) -> &CachedConsumer {
        &self.consumer
    }

    /// The user for whom it acts; `None` if it signed without a token (two-legged).
    pub fn user(&self) -> Option<&User> {
        self.user.as_deref()
    }
}
