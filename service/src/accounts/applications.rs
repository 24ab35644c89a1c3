//! What users can see and revoke: the consumers that act for them.

use domain::{Action, ConsumerKey, ConsumerName};
use store::{Authorization, activity::NewActivity};

use crate::{error::ServiceError, guard::admin::SignedIn, service::Service};

impl Service {
    /// The consumers that act for the user, sorted by name.
    pub async fn authorizations(&self, signed_in: &SignedIn) -> Result<Vec<Authorization>, ServiceError> {
        Ok(self.store.tokens().authorizations(signed_in.id(), self.clock.now()).await?)
    }

    /// Revokes what a consumer may do for the user; `false` if nothing was left to revoke.
    pub async fn revoke_authorization(
        &self,
        signed_in: &SignedIn,
        key: ConsumerKey,
    ) -> Result<bool, ServiceError> {
        let now = self.clock.now();
        let activity = NewActivity::access(signed_in.by(now), Action::TokensRevoked, key);
        Ok(self.store.tokens().revoke(signed_in.id(), key, now, activity).await?)
    }

    /// The name of a consumer whose access the user has revoked; `None` if it may still act, or never could.
    pub async fn revoked_consumer(
        &self,
        signed_in: &SignedIn,
        key: ConsumerKey,
    ) -> Result<Option<ConsumerName>, ServiceError> {
        if !self.store.tokens().is_revoked(signed_in.id(), key, self.clock.now()).await? {
            return Ok(None);
        }
        Ok(self.store.consumers().cached(key).await?.map(|consumer| consumer.name.clone()))
    }
}
