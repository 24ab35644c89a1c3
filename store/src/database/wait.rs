//! Waits for a PostgreSQL that is not there yet, as when both are started together.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::database::{location::Location, pooling::examine, reach::NotReached};

/// How long to wait before it is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

impl Location {
    /// Waits until PostgreSQL is there, or something is wrong that waiting does not mend, but no longer than `patience`; says
    /// once that it waits. What is wrong is for opening to say.
    pub async fn until_there(&self, patience: Duration) {
        let Self::Postgres(url) = self else { return };
        let mut is_told = false;
        let waiting = async {
            loop {
                match examine(url).await {
                    Err(NotReached { error, may_come: true }) => {
                        if !is_told {
                            let (seconds, error) = (patience.as_secs(), error.at_opening(&self.to_string()));
                            tracing::warn!(%error, "waiting up to {seconds} s for PostgreSQL to be there");
                            is_told = true;
                        }
                        sleep(AGAIN_AFTER).await;
                    }
                    Ok(()) if is_told => return tracing::info!("PostgreSQL is there: {self}"),
                    Ok(()) | Err(_) => return,
                }
            }
        };
        // Opening says why it cannot be reached.
        let _ = timeout(patience, Box::pin(waiting)).await;
    }
}
