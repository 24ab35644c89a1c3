//! What the world may read of a failure: what happened and what to do. Paths, the driver's words and the names of settings
//! are for the log, which has the error itself.

use crate::error::StoreError;

/// The operator alone can help.
const OUR_FAULT: &str =
    "Something is wrong on this server, so this was not done. Tell whoever runs it: its log has the reason.";
/// The answer of the database did not arrive.
const UNKNOWN: &str = "The server cannot reach its database at present, so nobody can tell whether this was done. Try once more in a moment.";

impl StoreError {
    /// The sentences for the world. They hold nothing of the inside.
    pub fn public(&self) -> &'static str {
        match self {
            Self::Stale => "Somebody else changed this in the meantime.",
            Self::UsernameTaken => "A user with this name exists already.",
            Self::KeyTaken => "A consumer has this key already, or had it before it was removed.",
            Self::LastAdministrator => {
                "This is the last administrator who can sign in, so nothing was changed. First give another account the Configure Server permission."
            }
            Self::UserDisabled => "This account is disabled, so no link was made. Enable it first.",
            Self::Full(_) => {
                "The disk that holds the database is full, so this was not done. Try again once whoever runs this server has freed some space."
            }
            Self::Busy => {
                "The server is busy with other changes, so this was not done. Try again in a moment."
            }
            Self::Interrupted => {
                "The server was interrupted, so nobody can tell whether this was done. Try once more in a moment."
            }
            Self::Standby => {
                "The server's database takes no changes at present, so this was not done. Try again in a moment."
            }
            Self::Unreachable(_) | Self::CannotConnect { .. } => UNKNOWN,
            Self::TookTooLong => {
                "This took too long, so nobody can tell whether it was done. Try once more in a moment."
            }
            Self::ReadOnly(_)
            | Self::NotWritable { .. }
            | Self::CannotWrite { .. }
            | Self::Gone(_)
            | Self::Older(..)
            | Self::Damaged(_)
            | Self::Foreign(_)
            | Self::NotMade(_)
            | Self::Newer(..)
            | Self::CannotOpen { .. }
            | Self::CannotUse { .. }
            | Self::VaultKeyMissing(_)
            | Self::VaultKeyWrong(_)
            | Self::VaultKeyUnknown { .. }
            | Self::VaultKeyDamaged(_)
            | Self::VaultKeyFile { .. }
            | Self::Sealed
            | Self::SealedRow { .. }
            | Self::Unreadable(_)
            | Self::ForeignLog { .. }
            | Self::BeingRestored(_)
            | Self::InUse(_)
            | Self::BackupUnusable { .. }
            | Self::RestoreFile { .. }
            | Self::LogRemains { .. }
            | Self::BackupExists(_)
            | Self::BackupFile { .. }
            | Self::BackupRotated
            | Self::Database(_) => OUR_FAULT,
        }
    }

    /// Whether the request is at fault: the same one would be refused again, though nothing is wrong on the server.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Stale | Self::UsernameTaken | Self::KeyTaken | Self::LastAdministrator | Self::UserDisabled
        )
    }
}
