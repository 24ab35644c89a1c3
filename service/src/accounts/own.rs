//! What users do with what is their own: see the consumers that act for them, and revoke that.

use domain::{Action, ConsumerKey, ConsumerName};
use store::{Authorization, activity::NewActivity};

use crate::{error::ServiceError, guard::admin::SignedIn, service::Service};

/// What belongs to a signed-in user.
#[derive(Clone, Copy, Debug)]
pub struct OwnAccount<'a> {
    pub(super) service: &'a Service,
    pub(super) signed_in: &'a SignedIn,
}

impl Service {
    /// What belongs to a signed-in user.
    pub fn account<'a>(&'a self, signed_in: &'a SignedIn) -> OwnAccount<'a> {
        OwnAccount { service: self, signed_in }
    }
}

impl OwnAccount<'_> {
    /// The consumers that act for the user, sorted by name.
    pub async fn authorizations(self) -> Result<Vec<Authorization>, ServiceError> {
        Ok(self.service.store.tokens().authorizations(self.signed_in.id(), self.service.clock.now()).await?)
    }

    /// Revokes what a consumer may do for the user; `false` if nothing was left to revoke.
    pub async fn revoke_authorization(self, key: ConsumerKey) -> Result<bool, ServiceError> {
        let now = self.service.clock.now();
        let activity = NewActivity::access(self.signed_in.by(now), Action::TokensRevoked, key);
        Ok(self.service.store.tokens().revoke(self.signed_in.id(), key, now, activity).await?)
    }

    /// The name of a consumer whose access the user has revoked; `None` if it may still act, or never could.
    pub async fn revoked_consumer(self, key: ConsumerKey) -> Result<Option<ConsumerName>, ServiceError> {
        if !self.service.store.tokens().is_revoked(self.signed_in.id(), key, self.service.clock.now()).await?
        {
            return Ok(None);
        }
        Ok(self.service.store.consumers().cached(key).await?.map(|consumer| consumer.name.clone()))
    }
}
