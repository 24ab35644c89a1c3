//! Every failure of the store, with a sentence that says what to do. These are for the log and the command line; `public`
//! has those for the world.

pub(crate) mod postgres;
mod public;
mod sqlite;

use std::path::PathBuf;

use sea_orm::{DbErr, RuntimeErr, SqlxError, sqlx::postgres::PgDatabaseError};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row was changed or deleted after it was read.
    #[error("Somebody else changed this in the meantime.")]
    Stale,
    /// The name is taken.
    #[error("A user with this name exists already.")]
    UsernameTaken,
    /// A consumer has the key, or had it.
    #[error("A consumer has this key already, or had it before it was removed.")]
    KeyTaken,
    /// Nobody could administer the server any more.
    #[error(
        "This is the last administrator who can sign in, so nothing was changed. First give another account the permission with `latchkey user permit NAME`."
    )]
    LastAdministrator,
    /// A link to set the password of an account that is disabled.
    #[error("This account is disabled, so no link was made. Enable it first.")]
    UserDisabled,
    /// `SQLITE_FULL`, or a quota.
    #[error(
        "The disk that holds the database is full, so nothing was changed. Free some space at {0} and try again."
    )]
    Full(String),
    /// `SQLITE_IOERR` of something that is written: it is how SQLite reports a full disk or a limit in most other places.
    #[error(
        "The database {path} cannot be written: {reason}. Space may be missing where it lies: free some there, raise the limit (a quota, or a file's size by `ulimit -f`), or see to the disk; then try again."
    )]
    CannotWrite {
        /// The database file.
        path: String,
        /// What the driver reported.
        reason: String,
    },
    /// `SQLITE_READONLY` and related codes.
    #[error(
        "The database cannot be written to. Make {0}, what lies beside it with its name (-wal, -shm) and their folder writable for the user that runs latchkey."
    )]
    ReadOnly(String),
    /// The same, found before SQLite opens anything.
    #[error(
        "The database {database} cannot be used: the user that runs latchkey may not read and write {path}. Give it to that user (chown), or change its mode (chmod)."
    )]
    NotWritable {
        /// The database file.
        database: String,
        /// The file or folder at fault.
        path: PathBuf,
    },
    /// `SQLSTATE` 25006: a standby, or a server that was set to read only.
    #[error(
        "The PostgreSQL server takes no changes: it is a standby, or it was set to read only. Other connections are tried all the time; see to it that LATCHKEY_DATABASE_URL leads to the primary."
    )]
    Standby,
    /// SQLite's files were deleted or replaced while the process used them.
    #[error(
        "The database {0}, or its log, was deleted or replaced while it is in use, so nothing is written: it would be lost. Put the files back as they were; or stop latchkey, restore a backup, and start it again."
    )]
    Gone(String),
    /// A migration is missing that was there at the start.
    #[error(
        "The database {0} lacks the migration {1}: an older copy was put in its place. Start latchkey again, which applies it."
    )]
    Older(String, &'static str),
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
    /// No file, or a database without tables.
    #[error(
        "There is no Latchkey database at {0}, and none was made. Check LATCHKEY_DATA_DIR and LATCHKEY_DATABASE_URL; `latchkey serve` or `latchkey migrate` makes a new one."
    )]
    NotMade(String),
    /// A database that a later version migrated.
    #[error(
        "The database {0} was written by a newer latchkey (it has the migration {1}). Start that version, or restore a backup made before it."
    )]
    Newer(String, String),
    /// The folder or file cannot be opened or made.
    #[error(
        "The database {path} cannot be opened: {reason}. Check that its folder exists and that the user that runs latchkey may read and write there, or name another one with LATCHKEY_DATABASE_URL."
    )]
    CannotOpen {
        /// The database file.
        path: String,
        /// What the operating system reported.
        reason: String,
    },
    /// PostgreSQL, a pooler in front of it or a file for the connection would not do.
    #[error("The database{} cannot be used: {reason}. {advice}", postgres::named(.database.as_deref()))]
    CannotUse {
        /// The database, where it is known.
        database: Option<String>,
        /// What is wrong.
        reason: String,
        /// What to do.
        advice: &'static str,
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
    /// A key file that was not updated when the key was rotated on another machine.
    #[error(
        "The vault key file {path} does not hold key {key_id}, which secrets in the database are encrypted with. Copy the file from the machine where `latchkey vault rotate` was run, or put back the one that was kept with this database."
    )]
    VaultKeyUnknown {
        /// The missing key's number.
        key_id: i32,
        /// The key file.
        path: PathBuf,
    },
    /// A malformed key file.
    #[error(
        "The vault key file {0} is damaged: it must hold lines of a number, a colon and 32 bytes in base64, each number once. Restore it from a backup."
    )]
    VaultKeyDamaged(PathBuf),
    /// A key file that can be neither read nor created.
    #[error(
        "The vault key file {path} cannot be used: {source}. Check that its folder exists and that the user that runs latchkey may read and write there, or name another one with LATCHKEY_VAULT_KEY_FILE."
    )]
    VaultKeyFile {
        /// The key file.
        path: PathBuf,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// A secret that the right key does not open: the row was tampered with.
    #[error(
        "A stored secret does not open with the vault key: the row was changed by something other than latchkey. Give the consumer a new secret."
    )]
    Sealed,
    /// The same, found while all secrets are sealed with a new key.
    #[error(
        "The secret in the row {name} of {table} does not open with the vault key: the row was changed by something other than latchkey. Nothing is lost, but the old vault key stays until that is put right: give the consumer a new secret, delete the token's row, or run `latchkey user reset-factors NAME`; then run `latchkey vault rotate` again."
    )]
    SealedRow {
        /// The table.
        table: &'static str,
        /// The consumer's key, the token, or the user's number.
        name: String,
    },
    /// A malformed stored value.
    #[error("The database holds {0} that cannot be read: it was changed by something other than latchkey.")]
    Unreadable(&'static str),
    /// The task that had to answer ended before it did.
    #[error(
        "The task that does this ended before it was done: the server is stopping, or it made a mistake, which the log has. It is started again; try once more in a moment."
    )]
    Interrupted,
    /// A log that lies beside a database which is not its own.
    #[error(
        "The write-ahead log {log} does not belong to the database {database}: a backup was copied there, or the database removed, while the log was left. Nothing was changed; run `latchkey restore FILE` with the backup, or with {database} itself, which keeps the log aside."
    )]
    ForeignLog {
        /// The database file.
        database: String,
        /// The log beside it.
        log: String,
    },
    /// The folder is locked by a restore.
    #[error(
        "The database {0} is being restored from a backup at this moment, so nothing was done. Try again once that is finished."
    )]
    BeingRestored(String),
    /// A restore found another process at work.
    #[error(
        "The database {0} is in use, and nothing was changed. Stop the server, and whatever else has a database in this folder open, before a backup is restored."
    )]
    InUse(String),
    /// A file that cannot be restored.
    #[error("The backup {path} cannot be restored: {reason}. Nothing was changed; choose another backup.")]
    BackupUnusable {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The backup could not be copied beside the database or put in its place.
    #[error(
        "The backup cannot be put in the place of {database}: {source}. See to it that its folder can be written to and has room for a copy, then run `latchkey restore` again; the database before is there, or beside it under a name with the date."
    )]
    RestoreFile {
        /// The database file.
        database: String,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// SQLite's log could not be folded in at the end.
    #[error(
        "Another program has the database {database} open, so its log {log} still holds what was written last. Nothing is lost, but {database} alone is not whole: copy it with `latchkey backup`."
    )]
    LogRemains {
        /// The database file.
        database: String,
        /// The log beside it.
        log: String,
    },
    /// The backup's file name exists already.
    #[error("{0} exists already, and a backup never replaces a file. Nothing was copied; name another file.")]
    BackupExists(PathBuf),
    /// The backup cannot be written.
    #[error(
        "The backup {path} cannot be written: {source}. Nothing is left of it; see to it that its folder exists, can be written to and has room for a copy of the database."
    )]
    BackupFile {
        /// The backup.
        path: PathBuf,
        /// What the operating system reported.
        source: std::io::Error,
    },
    /// The copy needs a key that is no longer in the key file.
    #[error(
        "The vault key was rotated while the database was copied, so nothing is kept. Run `latchkey backup` again."
    )]
    BackupRotated,
    /// PostgreSQL cannot be reached at start-up, where nothing retries.
    #[error(
        "The database {database} cannot be reached: {reason}. Check that it is running, or name another one with LATCHKEY_DATABASE_URL."
    )]
    CannotConnect {
        /// The database.
        database: String,
        /// What the driver reported.
        reason: String,
    },
    /// PostgreSQL or the network to it is down, or no connection is free.
    #[error(
        "The database cannot be reached ({0}), so nobody can tell whether this was done. It is tried again all the time; try once more in a moment."
    )]
    Unreachable(String),
    /// The database responds too slowly.
    #[error(
        "The database takes too long to answer, so nobody can tell whether this was done. Try once more in a moment."
    )]
    TookTooLong,
    /// Any other database error.
    #[error("The database did not answer as it should: {0}")]
    Database(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let driver = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(driver))
            | DbErr::Exec(RuntimeErr::SqlxError(driver))
            | DbErr::Query(RuntimeErr::SqlxError(driver)) => driver.as_ref(),
            DbErr::ConnectionAcquire(_) => return Self::Unreachable("no connection is free".to_owned()),
            _ => return Self::Database(error.to_string()),
        };
        match driver {
            SqlxError::Database(reported) => match reported.try_downcast_ref::<PgDatabaseError>() {
                Some(error) => Self::from_postgres(error),
                None => Self::from_sqlite(reported.code().as_deref(), driver),
            },
            SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed => {
                Self::Unreachable(driver.to_string())
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl StoreError {
    /// Maps PostgreSQL's `SQLSTATE`.
    fn from_postgres(error: &PgDatabaseError) -> Self {
        if let Some(advice) = postgres::advice(error.code()) {
            return Self::of_server(format!("PostgreSQL answers: {}", error.message()), advice);
        }
        match error.code() {
            "53100" => Self::Full("its server".to_owned()),
            "25006" => Self::Standby,
            // Lock timeout, serialization failure, deadlock.
            "55P03" | "40001" | "40P01" => Self::Busy,
            // The statement timed out and was cancelled.
            "57014" => Self::TookTooLong,
            // Shutting down or starting up, no connections left, no memory left.
            "57P01" | "57P02" | "57P03" | "53300" | "53200" | "25P03" => {
                Self::Unreachable(error.message().to_owned())
            }
            code if code.starts_with("08") => Self::Unreachable(error.message().to_owned()),
            _ => Self::Database(error.message().to_owned()),
        }
    }

    /// Something about the server that has to be put right.
    pub(crate) fn of_server(reason: impl Into<String>, advice: &'static str) -> Self {
        Self::CannotUse { database: None, reason: reason.into(), advice }
    }

    /// Whether the vault key is at fault rather than the database.
    pub fn is_of_the_vault_key(&self) -> bool {
        matches!(
            self,
            Self::VaultKeyMissing(_)
                | Self::VaultKeyWrong(_)
                | Self::VaultKeyUnknown { .. }
                | Self::VaultKeyDamaged(_)
                | Self::VaultKeyFile { .. }
        )
    }

    /// A copy of the error, for the other callers of the same write.
    pub(crate) fn same(&self) -> Self {
        match self {
            Self::Busy => Self::Busy,
            Self::Full(path) => Self::Full(path.clone()),
            Self::CannotWrite { path, reason } => {
                Self::CannotWrite { path: path.clone(), reason: reason.clone() }
            }
            Self::ReadOnly(path) => Self::ReadOnly(path.clone()),
            Self::Standby => Self::Standby,
            Self::Gone(database) => Self::Gone(database.clone()),
            Self::Unreachable(reason) => Self::Unreachable(reason.clone()),
            Self::TookTooLong => Self::TookTooLong,
            other => Self::Database(other.to_string()),
        }
    }

    /// Names the row whose secret does not open.
    pub(crate) fn of_row(self, table: &'static str, name: &str) -> Self {
        match self {
            Self::Sealed => Self::SealedRow { table, name: name.to_owned() },
            other => other,
        }
    }

    /// The error as reported at start-up, where nothing retries.
    pub(crate) fn at_opening(self, database: &str) -> Self {
        match self {
            Self::Unreachable(reason) => Self::CannotConnect { database: database.to_owned(), reason },
            other => other.at(database),
        }
    }

    /// Fills in the database's name, which the place that failed did not know.
    pub(crate) fn at(self, database: &str) -> Self {
        match self {
            Self::ReadOnly(_) => Self::ReadOnly(database.to_owned()),
            Self::NotWritable { path, .. } => Self::NotWritable { database: database.to_owned(), path },
            Self::Full(_) => Self::Full(database.to_owned()),
            Self::CannotWrite { reason, .. } => Self::CannotWrite { path: database.to_owned(), reason },
            Self::Damaged(_) => Self::Damaged(database.to_owned()),
            Self::CannotOpen { reason, .. } => Self::CannotOpen { path: database.to_owned(), reason },
            Self::CannotUse { reason, advice, .. } => {
                Self::CannotUse { database: Some(database.to_owned()), reason, advice }
            }
            other => other,
        }
    }
}
