//! The first start on a database that was restored from a backup.

use crate::{Service, ServiceError};

impl Service {
    /// To be called before anything is served: where the database was restored, requests that may have been accepted since
    /// the backup are refused from here on, since nobody knows their nonces any more. Gives the last second, since 1970,
    /// whose requests are refused.
    pub async fn close_after_restore(&self) -> Result<Option<i64>, ServiceError> {
        // Whose clock is ahead was accepted ahead of time.
        let skew = i64::try_from(self.rules.clock_skew.as_secs()).unwrap_or(i64::MAX);
        let until = self.clock.now().unix_timestamp().saturating_add(skew);
        Ok(self.store.close_after_restore(until).await?.then_some(until))
    }
}
