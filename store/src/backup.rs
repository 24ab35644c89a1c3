//! A copy of a SQLite database, made while everybody goes on, and what must not come back with it.
//!
//! Between a backup and its restore requests are accepted whose nonces the copy does not know. So the copy is marked, and
//! whoever serves it first refuses everything that may have been accepted by then.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::{
    Store, StoreError,
    connect::number,
    sqlite,
    vault_file::{beside, remove_if_there, sync_folder},
};

/// `PRAGMA user_version` of a copy that nobody has served yet.
const NOT_SERVED: i64 = 1;

/// What is good once, or for a while, and would be good again.
const LEFT_OUT: [&str; 3] =
    ["DELETE FROM sessions", "DELETE FROM temporary_credentials", "DELETE FROM set_up_links"];

impl Store {
    /// Copies the database, as it is at one moment, into a new file for its owner alone; gives its size in bytes. There is
    /// the whole file, or none. Sessions, temporary credentials and set-up links are left out.
    pub async fn back_up(&self, file: &Path) -> Result<u64, StoreError> {
        if self.is_shared() {
            return Err(StoreError::NoFile);
        }
        let failed = |source| StoreError::Backup { path: file.to_owned(), source };
        if file.symlink_metadata().is_ok() {
            return Err(failed(taken()));
        }
        let draft = beside(file, "draft");
        let lock = lock(&draft).map_err(failed)?;
        let copied = self.copy(&draft).await.and_then(|()| put(&lock, &draft, file).map_err(failed));
        // Also where it failed: half a copy helps nobody, and takes room.
        remove_if_there(&draft).and_then(|()| sync_folder(file)).map_err(failed)?;
        copied.map_err(|error| match error {
            StoreError::Backup { .. } => error,
            other => failed(io::Error::other(other.to_string())),
        })
    }

    async fn copy(&self, draft: &Path) -> Result<(), StoreError> {
        let name = draft.to_str().ok_or(StoreError::Unreadable("no name in UTF-8"))?;
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [name.into()]);
        self.read.execute_raw(copy).await?;
        let copied = sqlite::connect(draft, 1, false).await?;
        let marked = async {
            for statement in LEFT_OUT {
                copied.execute_unprepared(statement).await?;
            }
            copied.execute_unprepared(&format!("PRAGMA user_version = {NOT_SERVED}")).await
        };
        let marked = marked.await;
        copied.close().await?;
        marked?;
        Ok(())
    }

    /// To be called before the first answer: in a database that was restored, every request up to the second `until` is
    /// refused from here on. Gives whether it was.
    pub async fn close_after_restore(&self, until: i64) -> Result<bool, StoreError> {
        if self.is_shared() || number(&self.read, "PRAGMA user_version").await? != NOT_SERVED {
            return Ok(false);
        }
        let change = self.begin().await?;
        let close = Statement::from_sql_and_values(DbBackend::Sqlite, CLOSE, [until.into()]);
        change.transaction.execute_raw(close).await?;
        change.transaction.execute_unprepared("PRAGMA user_version = 0").await?;
        self.commit(change).await?;
        Ok(true)
    }
}

const CLOSE: &str = "UPDATE nonces_forgotten SET until = max(until, $1) WHERE id = 1";

/// An empty draft, for its owner alone, that no other process is working on. What one that was cut off has left is used.
fn lock(draft: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(draft)?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::Error::other("another backup to this file is under way"),
        TryLockError::Error(error) => error,
    })?;
    file.set_len(0)?;
    Ok(file)
}

fn taken() -> io::Error {
    io::Error::other("there is a file of this name already, and no backup replaces another")
}

/// Gives a finished draft its name, unless somebody has it.
fn put(draft: &File, name: &Path, file: &Path) -> io::Result<u64> {
    draft.sync_all()?;
    fs::hard_link(name, file).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => taken(),
        _ => error,
    })?;
    Ok(draft.metadata()?.len())
}
