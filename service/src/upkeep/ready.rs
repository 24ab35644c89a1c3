//! Readiness: whether a signed request would be answered now. It tries what such a request needs, at most once a second while
//! signed requests do not fail.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use store::{Nonce, StoreError, random};
use tokio::time::timeout;

use crate::{
    service::Service,
    upkeep::readiness::{NotReady, Tried},
};

/// The longest that a part may take to show that it works.
const PATIENCE: Duration = Duration::from_secs(2);

impl Service {
    /// Whether a signed request would be answered now; otherwise every part that is in the way.
    pub async fn ready(&self) -> Result<(), Vec<NotReady>> {
        let arrived = Instant::now();
        let mut failed = {
            let mut last = self.readiness.last.lock().await;
            match &*last {
                Some(tried) if self.readiness.counts(tried, arrived) => tried.failed.clone(),
                Some(_) | None => {
                    self.readiness.begin();
                    let failed = self.failed_parts().await;
                    *last = Some(Tried { ended: Instant::now(), failed: failed.clone() });
                    failed
                }
            }
        };
        // These cost nothing, so they are never of a second ago.
        failed.extend(self.store.check_files().err().map(|error| NotReady::Database(Arc::new(error))));
        failed.extend((!self.store.is_feed_alive()).then_some(NotReady::Feed));
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }

    async fn failed_parts(&self) -> Vec<NotReady> {
        let (database, nonces) = tokio::join!(within(self.store.check_database()), within(self.try_nonce()));
        let database = database.err().map(|error| NotReady::Database(Arc::new(error)));
        let nonces = nonces.err().map(|error| NotReady::Nonces(Arc::new(error)));
        database.into_iter().chain(nonces).collect()
    }

    /// Records a nonce of no request, together with those of requests. It is forgotten with its second.
    async fn try_nonce(&self) -> Result<(), StoreError> {
        let nonce = Nonce { timestamp: self.clock.now().unix_timestamp(), hash: random::bytes() };
        self.store.nonces().record(nonce, self.too_old()).await?;
        Ok(())
    }
}

async fn within<T>(part: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(PATIENCE, part).await.unwrap_or(Err(StoreError::TookTooLong))
}
