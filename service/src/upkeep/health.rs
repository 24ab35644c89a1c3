//! Whether this process can do its work, and what it works with.

use domain::Status;
use store::StoreError;

use crate::service::Service;

/// Numbers for whoever operates the server.
#[derive(Debug)]
pub struct Gauges {
    /// How many consumers have each status.
    pub consumers: Vec<(Status, u64)>,
    /// Open connections to the database.
    pub open_connections: u64,
    /// Those of them that nobody uses at the moment.
    pub idle_connections: u64,
}

/// Why the server cannot do its work now.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The database does not answer.
    #[error("database: {0}")]
    Database(#[from] StoreError),
    /// What others do is not noticed, so that nothing may be answered from memory.
    #[error("feed: it has not been alive for a second")]
    Feed,
}

impl Service {
    /// Numbers for whoever operates the server.
    pub async fn gauges(&self) -> Result<Gauges, StoreError> {
        let (open_connections, idle_connections) = self.store.connections();
        Ok(Gauges { consumers: self.store.count_by_status().await?, open_connections, idle_connections })
    }

    /// Whether the database answers, migrated, and the feed is alive.
    pub async fn ready(&self) -> Result<(), NotReady> {
        self.store.latest_activity().await?;
        if self.store.is_feed_alive() { Ok(()) } else { Err(NotReady::Feed) }
    }
}
