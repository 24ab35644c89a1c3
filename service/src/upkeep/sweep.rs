//! Removes what has expired and nobody asks for any more, and folds the texts that older nodes have written.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::service::Service;

/// What expired is kept for a day, so an hour more or less does not count.
const EVERY: Duration = Duration::from_hours(1);

impl Service {
    /// Removes expired temporary credentials and folds texts at once and then every hour, until it is dropped.
    pub async fn keep_sweeping(&self) {
        let mut every = interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if let Err(error) = self.store.temporary_credentials().delete_expired(self.clock.now()).await {
                tracing::warn!(%error, "expired temporary credentials could not be removed; the next try is in an hour");
            }
            if let Err(error) = self.store.consumers().fold_texts().await {
                tracing::warn!(%error, "the texts of consumers could not be folded; the next try is in an hour");
            }
        }
    }
}
