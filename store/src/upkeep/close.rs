//! Closes the database, so that SQLite's is one file again.

use std::{mem, sync::PoisonError};

use sea_orm::DbBackend;
use tokio::sync::MutexGuard;

use crate::{
    database::{original::OriginalFiles, values::number},
    error::StoreError,
    store::Store,
};

/// Writes the whole log into the database file and empties it. The first cell is 1 where another connection is in the
/// way.
const FOLD_IN: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Waits until no use and no repeated request for a key is being written in the background. No such write begins until
    /// the guards are dropped, so that a writer can be ended which would lose what it has taken.
    pub async fn hold_writers(&self) -> (MutexGuard<'_, ()>, MutexGuard<'_, ()>) {
        (self.keyring.uses_pace.hold().await, self.repeats.pace.hold().await)
    }

    /// Closes every connection. The last process that does so folds SQLite's log into the database file. Fails if the log is
    /// another database's.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.close_all_but_the_writer().await?;
        self.leave_foreign_log()?;
        self.close_the_writer().await
    }

    /// Folds SQLite's log into the database file, then closes every connection; for the server, which may not be the last
    /// that works on the database. Fails if another process keeps the log from being folded in, or the log is another database's;
    /// nothing is lost then.
    pub async fn close_whole(&self) -> Result<(), StoreError> {
        self.close_all_but_the_writer().await?;
        self.leave_foreign_log()?;
        let folded = self.fold_in().await;
        self.close_the_writer().await?;
        folded
    }

    async fn close_all_but_the_writer(&self) -> Result<(), StoreError> {
        self.watch.close_by_ref().await?;
        Ok(self.read.close_by_ref().await?)
    }

    /// Fails where a backup was copied over the database: the log is not that file's, and must not be folded into it.
    fn leave_foreign_log(&self) -> Result<(), StoreError> {
        let refused = self.files.as_ref().map_or(Ok(()), OriginalFiles::refuse_foreign_log);
        if refused.is_err() {
            // SQLite folds the log in where its last connection is closed, so one stays open until the process ends.
            mem::forget(self.write.clone());
        }
        refused
    }

    async fn fold_in(&self) -> Result<(), StoreError> {
        let Some(file) = self.location.file().filter(|_| self.backend() == DbBackend::Sqlite) else {
            return Ok(());
        };
        if number(&self.write, FOLD_IN).await? == 0 {
            return Ok(());
        }
        let database = file.display();
        Err(StoreError::LogRemains { database: database.to_string(), log: format!("{database}-wal") })
    }

    async fn close_the_writer(&self) -> Result<(), StoreError> {
        // On SQLite this is the same pool, and closing it twice does nothing.
        self.nonce_writer.close_by_ref().await?;
        self.write.close_by_ref().await?;
        // Last: a restore that holds the lock puts another file in the place of the database.
        drop(self.in_use.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(())
    }
}
