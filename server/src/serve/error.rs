//! Why the server did not start, or stopped.

use std::{io, net::SocketAddr, path::PathBuf};

use service::ServiceError;
use store::StoreError;

/// Why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be made.
    #[error(
        "The data folder {path} cannot be made: {source}. Make it yourself, or name another one with LATCHKEY_DATA_DIR."
    )]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A listener cannot be opened.
    #[error(
        "{setting}={address} cannot be listened on: {source}. Is another program using it? Give another address, or port 0 for any."
    )]
    Listen {
        /// The setting that named it.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(
        "LATCHKEY_TLS_CERT={cert} with LATCHKEY_TLS_KEY={key} cannot be used: {source}. Both must be PEM files that belong together."
    )]
    Tls {
        /// `LATCHKEY_TLS_CERT`
        cert: PathBuf,
        /// `LATCHKEY_TLS_KEY`
        key: PathBuf,
        /// What the library said.
        source: io::Error,
    },
    /// The database or the vault key.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first questions to the database.
    #[error("{}", .0.cause())]
    Service(#[from] ServiceError),
    /// The listener failed while serving, or signals cannot be caught.
    #[error("The server cannot go on: {0}.")]
    Io(#[from] io::Error),
}

impl ServeError {
    /// The process's exit code: 2 for settings that cannot work, 1 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::DataDir { .. } | Self::Listen { .. } | Self::Tls { .. } => 2,
            Self::Store(_) | Self::Service(_) | Self::Io(_) => 1,
        }
    }
}
