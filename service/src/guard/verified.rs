//! A signed request that was found right.

use std::sync::Arc;

use domain::User;
use store::CachedConsumer;

/// A request whose signature, consumer, token and user are right, and that was never seen before.
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

    /// On whose behalf; none where it signed for itself alone (two-legged).
    pub fn user(&self) -> Option<&User> {
        self.user.as_deref()
    }
}
