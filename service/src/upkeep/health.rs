//! Figures for metrics.

use domain::StatusCounts;
use store::StoreError;

use crate::service::Service;

/// Figures for metrics.
#[derive(Debug)]
pub struct Gauges {
    /// The number of consumers with each status.
    pub consumers: StatusCounts,
    /// Open connections to the database.
    pub open_connections: u64,
    /// Open connections that are idle.
    pub idle_connections: u64,
}

impl Service {
    /// The tasks that have to run for as long as the server serves, and how often each has ended.
    pub fn task_ends(&self) -> Vec<(&'static str, u64)> {
        self.store.tasks().ends()
    }

    /// Figures for metrics.
    pub async fn gauges(&self) -> Result<Gauges, StoreError> {
        let (open_connections, idle_connections) = self.store.connections();
        Ok(Gauges {
            consumers: self.store.consumers().counts(None).await?,
            open_connections,
            idle_connections,
        })
    }
}
