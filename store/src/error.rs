//! Everything that can go wrong with what is kept, in words that say what to do.

use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row changed, or went, after it was read.
    #[error("Somebody else changed this in the meantime.")]
    Stale,
    /// The name is taken.
    #[error("A user with this name exists already.")]
    UsernameTaken,
    /// `SQLITE_FULL`, or a quota.
    #[error(
        "The disk that holds the database is full, so nothing was changed. Free some space and try again."
    )]
    Full,
    /// `SQLITE_READONLY` and its kin.
    #[error(
        "The database cannot be written to. Make {0} and the files in it writable for the user that runs latchkey."
    )]
    ReadOnly(String),
    /// Another process held the database for too long.
    #[error("The database is busy with another program's work. Try again in a moment.")]
    Busy,
    /// Not a file that SQLite wrote, or one that was damaged.
    #[error(
        "The database {0} is damaged or is no SQLite database. Nothing was changed; restore it from a backup, or name another one with LATCHKEY_DATABASE_URL."
    )]
    Damaged(String),
    /// A database of another program.
    #[error(
        "The database {0} belongs to another program. Nothing was changed; name another one with LATCHKEY_DATABASE_URL."
    )]
    Foreign(String),
    /// A database that a later version migrated.
    #[error(
        "The database {0} was written by a newer latchkey (it has the migration {1}). Start that version, or restore a backup made before it."
    )]
    Newer(String, String),
    /// The folder or file cannot be opened or made.
    #[error(
        "The database {path} cannot be opened: {reason}. Check that its folder exists and that the user that runs latchkey may read and write there."
    )]
    CannotOpen {
        /// The database file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// No key file beside a database that has secrets.
    #[error(
        "The vault key {0} is missing, but the database holds secrets encrypted with it. Put the key file back, or name it with LATCHKEY_VAULT_KEY_FILE."
    )]
    VaultKeyMissing(PathBuf),
    /// A key file that cannot open this database's secrets.
    #[error(
        "The vault key {0} is not the one that this database's secrets were encrypted with. Put the right key file there, or name it with LATCHKEY_VAULT_KEY_FILE."
    )]
    VaultKeyWrong(PathBuf),
    /// A key file that is not in its format.
    #[error(
        "The vault key file {0} is damaged: it must hold lines of a number, a colon and 32 bytes in base64. Restore it from a backup."
    )]
    VaultKeyDamaged(PathBuf),
    /// A key file that can be neither read nor made.
    #[error(
        "The vault key file {path} cannot be used: {source}. Check that its folder exists and that the user that runs latchkey may read and write there."
    )]
    VaultKeyFile {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A secret that the right key does not open: the row was tampered with.
    #[error(
        "A stored secret does not open with the vault key: the row was changed by something other than latchkey. Give the consumer a new secret."
    )]
    Sealed,
    /// A stored value that is not in its format.
    #[error("The database holds {0} that cannot be read: it was changed by something other than latchkey.")]
    Unreadable(&'static str),
    /// The process is about to end.
    #[error("The server is stopping, so this was not done. Try again in a moment.")]
    Interrupted,
    /// Anything else the database said.
    #[error("The database did not answer as it should: {0}")]
    Database(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match sqlite_code(&error) {
            // Primary result codes; the rest of an extended one is above the low byte.
            Some(5 | 6) => Self::Busy,
            Some(8) => Self::ReadOnly("its folder".to_owned()),
            Some(11 | 26) => Self::Damaged("file".to_owned()),
            Some(13) => Self::Full,
            Some(14) => Self::CannotOpen { path: "file".to_owned(), reason: error.to_string() },
            _ => Self::Database(error.to_string()),
        }
    }
}

/// SQLite's primary result code of an error, where it has one.
fn sqlite_code(error: &DbErr) -> Option<u32> {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    let SqlxError::Database(error) = error.as_ref() else {
        return None;
    };
    error.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

impl StoreError {
    /// Whether it is the vault key that is wrong, and not the database.
    pub fn is_of_the_vault_key(&self) -> bool {
        matches!(
            self,
            Self::VaultKeyMissing(_)
                | Self::VaultKeyWrong(_)
                | Self::VaultKeyDamaged(_)
                | Self::VaultKeyFile { .. }
        )
    }

    /// The same answer for everybody else who waited for the same write.
    pub(crate) fn same(&self) -> Self {
        match self {
            Self::Busy => Self::Busy,
            Self::Full => Self::Full,
            Self::ReadOnly(path) => Self::ReadOnly(path.clone()),
            other => Self::Database(other.to_string()),
        }
    }

    /// Names the database file in an error that was met before anybody could know it.
    pub(crate) fn at(self, database: &str) -> Self {
        match self {
            Self::ReadOnly(_) => Self::ReadOnly(database.to_owned()),
            Self::Damaged(_) => Self::Damaged(database.to_owned()),
            Self::CannotOpen { reason, .. } => Self::CannotOpen { path: database.to_owned(), reason },
            other => other,
        }
    }
}
