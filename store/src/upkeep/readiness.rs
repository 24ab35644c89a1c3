//! What readiness asks of the database, and the watch over SQLite's files.

use std::{future::pending, time::Duration};

use tokio::time::sleep;

use crate::{database::original::OriginalFiles, error::StoreError, migration, store::Store};

/// How often the names of SQLite's files are looked up.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Store {
    /// Whether the database answers, and has every migration of this version.
    pub async fn check_database(&self) -> Result<(), StoreError> {
        match migration::missing(&self.read).await? {
            Some(version) => Err(StoreError::Older(self.location.to_string(), version)),
            None => Ok(()),
        }
    }

    /// Whether SQLite's files are still those that were opened. PostgreSQL has none here.
    pub fn check_files(&self) -> Result<(), StoreError> {
        self.files.as_ref().map_or(Ok(()), OriginalFiles::check)
    }

    /// Checks the files while the process serves, so that signed requests are refused soon after they are gone. Never
    /// resolves.
    pub async fn keep_checking_files(&self) {
        let Some(files) = &self.files else { return pending().await };
        loop {
            // The file logs what it finds, and remembers it for those who write.
            let _ = files.check();
            sleep(LOOK_EVERY).await;
        }
    }
}
