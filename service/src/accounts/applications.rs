//! What users may do about the consumers that act for them.

use domain::{Action, ConsumerKey, ConsumerName};
use store::{Authorization, activity::NewActivity};

use crate::{error::ServiceError, guard::admin::SignedIn, service::Service};

impl Service {
    /// The consumers that act for a user, by name.
    pub async fn authorizations(&self, signed_in: &SignedIn) -> Result<Vec<Authorization>, ServiceError> {
        Ok(self.store.authorizations(signed_in.id(), self.clock.now()).await?)
    }

    /// Takes back what a consumer may do for a user; false where it could do nothing any more.
    pub async fn revoke_authorization(
        &self,
        signed_in: &SignedIn,
        key: ConsumerKey,
    ) -> Result<bool, ServiceError> {
        let now = self.clock.now();
        let activity = NewActivity::access(signed_in.by(now), Action::TokensRevoked, key);
        Ok(self.store.revoke_authorization(signed_in.id(), key, now, activity).await?)
    }

    /// What a consumer is called that acted for a user until that was revoked; none where it may act, or never did.
    pub async fn revoked_consumer(
        &self,
        signed_in: &SignedIn,
        key: ConsumerKey,
    ) -> Result<Option<ConsumerName>, ServiceError> {
        if !self.store.is_revoked(signed_in.id(), key, self.clock.now()).await? {
            return Ok(None);
        }
        Ok(self.store.cached_consumer(key).await?.map(|consumer| consumer.name.clone()))
    }
}
