//! Why a command did not do what it was asked.

use std::io;

use service::ServiceError;
use store::StoreError;

use crate::{serve::error::ServeError, settings::SettingsError};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(
        "The data folder {path} cannot be made: {source}. Make it yourself, or name another one with LATCHKEY_DATA_DIR."
    )]
    DataDir { path: String, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{}", .0.cause())]
    Service(#[from] ServiceError),
    #[error("Nothing was changed: the question was not answered with yes.")]
    NotConfirmed,
    #[error("The {0} was not the same the second time, so nothing was changed.")]
    TypedDifferently(String),
    #[error(
        "The database is in PostgreSQL, whose own program copies it: `{command}`. Only the vault key {vault_key_file}, as it is now, opens the secrets in it: keep a copy of that file too, in another place."
    )]
    PgDump { command: String, vault_key_file: String },
    #[error("Not everything is right; see above.")]
    CheckFailed,
    #[error(
        "The database is in PostgreSQL, whose own programs restore it. Stop every node, run `{command}`, then, before a node starts, `{mark}`, which marks the database as restored."
    )]
    PgRestore { command: String, mark: String },
    #[error("The server is not ready; see above.")]
    NotReady,
    #[error("The output cannot be written: {0}.")]
    Output(#[from] io::Error),
    #[error(
        "Standard output is closed, or /dev/null, so nobody would learn the {0}, which is told once. Nothing was changed; run the command again with an output that is read."
    )]
    NobodyListens(&'static str),
    #[error("{done} But the output cannot be written: {source}.")]
    Untold { done: String, source: io::Error },
}

impl CommandError {
    /// The same, where a change had been made before the output failed.
    pub(super) fn after(self, done: String) -> Self {
        match self {
            Self::Output(source) => Self::Untold { done, source },
            other => other,
        }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::Usage(_) | Self::DataDir { .. } => 2,
            Self::Serve(error) => error.exit_code(),
            Self::Store(_)
            | Self::Service(_)
            | Self::NotConfirmed
            | Self::TypedDifferently(_)
            | Self::PgDump { .. }
            | Self::PgRestore { .. }
            | Self::CheckFailed
            | Self::NotReady
            | Self::Output(_)
            | Self::NobodyListens(_)
            | Self::Untold { .. } => 1,
        }
    }
}
