//! Copies the database while it is in use (SQLite; PostgreSQL has its own tools for that).

use std::{
    fs::{self, File},
    io,
    path::{self, Path},
};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::{
    database::sqlite,
    error::StoreError,
    nonces::forgotten::mark_restored,
    private_file, random,
    store::Store,
    tables::vault_checks,
    vault::file::{beside, remove_if_there, sync_folder},
};

/// What is only valid at the moment of the copy. Restored, it would sign users in again who have signed out, or
/// accept again what was used since.
pub(crate) const OF_THE_MOMENT: [&str; 7] = [
    "DELETE FROM sessions",
    "DELETE FROM sign_in_steps",
    "DELETE FROM passkey_challenges",
    "DELETE FROM set_up_links",
    "DELETE FROM password_links",
    "DELETE FROM temporary_credentials",
    "DELETE FROM nonces",
];

impl Store {
    /// Copies the database to a new file, which is complete or does not exist; returns the numbers of the vault keys
    /// that open it.
    pub async fn back_up(&self, file: &Path) -> Result<Vec<i32>, StoreError> {
        // Absolute: SQLite takes some relative names for URIs.
        let absolute = path::absolute(file).map_err(|source| unwritable(file, source))?;
        if fs::symlink_metadata(&absolute).is_ok() {
            return Err(StoreError::BackupExists(file.to_owned()));
        }
        // An unpredictable name, created exclusively: no file and no link of another user can stand there.
        let draft = beside(&absolute, &format!("{:016x}.draft", u64::from_ne_bytes(random::bytes())));
        let created = private_file::create(&draft).map_err(|source| unwritable(file, source))?;
        let written = self.write_draft(&draft, &created).await;
        let placed = written.and_then(|keys| place(&draft, &absolute).map(|()| keys));
        let removed = remove_if_there(&draft).map_err(|source| unwritable(file, source));
        placed.map_err(|error| error.of_backup(file)).and_then(|keys| removed.map(|()| keys))
    }

    async fn write_draft(&self, draft: &Path, file: &File) -> Result<Vec<i32>, StoreError> {
        let name = draft.to_str().ok_or_else(|| unwritable(draft, io::ErrorKind::InvalidFilename.into()))?;
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [name.into()]);
        self.read.execute_raw(copy).await?;
        let connection = sqlite::connect(draft, 1, false).await?;
        // No journal: after a crash the draft is discarded.
        connection.execute_unprepared("PRAGMA journal_mode = OFF").await?;
        for statement in OF_THE_MOMENT {
            connection.execute_unprepared(statement).await?;
        }
        mark_restored(&connection).await?;
        let keys = vault_checks::proven(&connection, &self.vault).await?;
        connection.close().await?;
        file.sync_all().map_err(|source| unwritable(draft, source))?;
        let in_file = self.vault.read_again()?;
        if !keys.iter().all(|key| in_file.contains(key)) {
            return Err(StoreError::BackupRotated);
        }
        Ok(keys)
    }
}

/// Gives the draft the backup's name, unless that exists.
fn place(draft: &Path, file: &Path) -> Result<(), StoreError> {
    private_file::place(draft, file).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => StoreError::BackupExists(file.to_owned()),
        _ => unwritable(file, source),
    })?;
    sync_folder(file).map_err(|source| unwritable(file, source))
}

fn unwritable(file: &Path, source: io::Error) -> StoreError {
    StoreError::BackupFile { path: file.to_owned(), source }
}

impl StoreError {
    /// Names the backup instead of its draft.
    fn of_backup(self, file: &Path) -> Self {
        match self {
            Self::Full(_) => unwritable(file, io::ErrorKind::StorageFull.into()),
            Self::ReadOnly(_) => unwritable(file, io::ErrorKind::ReadOnlyFilesystem.into()),
            // Its folder was written to, so it is the names that SQLite makes of the draft's.
            Self::CannotOpen { .. } => {
                unwritable(file, io::Error::other("its name is too long, so give a shorter name"))
            }
            Self::CannotWrite { reason, .. } => unwritable(file, io::Error::other(reason)),
            Self::BackupFile { source, .. } => unwritable(file, source),
            Self::BackupExists(_) => Self::BackupExists(file.to_owned()),
            other => other,
        }
    }
}
