//! Why the server did not start, or stopped.

use std::{io, path::PathBuf};

use service::ServiceError;
use store::StoreError;

use crate::settings::listen_at::ListenAt;

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
    #[error("{setting}={at} cannot be listened on: {source}. {}", advice(.at, .source.kind()))]
    Listen {
        /// The setting that named it.
        setting: &'static str,
        /// What it said.
        at: ListenAt,
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

/// The ports below this one are for privileged processes.
const PRIVILEGED: u16 = 1024;

/// What to do where a listener cannot be opened.
fn advice(at: &ListenAt, kind: io::ErrorKind) -> &'static str {
    let is_socket = at.port().is_none();
    match kind {
        io::ErrorKind::AddrInUse if is_socket => "Another program answers there: give another path.",
        io::ErrorKind::AddrInUse => "Is another program using it? Give another address, or port 0 for any.",
        io::ErrorKind::AlreadyExists => "Give another path, or move that file away.",
        io::ErrorKind::PermissionDenied if is_socket => {
            "Give a path in a folder that this user may write to."
        }
        io::ErrorKind::PermissionDenied if at.port().is_some_and(|port| port < PRIVILEGED) => {
            "Ports below 1024 are privileged: give a higher one, or let the program have it (CAP_NET_BIND_SERVICE)."
        }
        io::ErrorKind::AddrNotAvailable => {
            "This machine does not have that address: give one that it has, or 0.0.0.0 for all."
        }
        _ if is_socket => "Give a path in a folder that is there, of at most 100 bytes.",
        _ if matches!(at, ListenAt::Name(..)) => "Give a name that this machine can resolve, or an address.",
        _ => "Give another address.",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_why_a_listener_cannot_be_opened_has_its_own_advice() {
        for (at, kind, words) in [
            ("127.0.0.1:3000", io::ErrorKind::AddrInUse, "Is another program using it?"),
            ("unix:a.sock", io::ErrorKind::AddrInUse, "Another program answers there"),
            ("unix:a.sock", io::ErrorKind::AlreadyExists, "move that file away"),
            ("unix:a.sock", io::ErrorKind::PermissionDenied, "a folder that this user may write to"),
            ("unix:a.sock", io::ErrorKind::NotFound, "a folder that is there"),
            ("0.0.0.0:443", io::ErrorKind::PermissionDenied, "Ports below 1024 are privileged"),
            ("keys.example:80", io::ErrorKind::PermissionDenied, "Ports below 1024 are privileged"),
            ("0.0.0.0:3000", io::ErrorKind::PermissionDenied, "Give another address."),
            ("192.0.2.1:3000", io::ErrorKind::AddrNotAvailable, "does not have that address"),
            ("keys.example:3000", io::ErrorKind::Other, "Give a name that this machine can resolve"),
        ] {
            let (at, setting) = (at.parse().unwrap(), "LATCHKEY_LISTEN");
            let told = ServeError::Listen { setting, at, source: kind.into() }.to_string();
            assert!(told.starts_with("LATCHKEY_LISTEN=") && told.contains(words), "{told}");
            let is_asked = told.contains("Is another program using it?");
            assert_eq!(is_asked, kind == io::ErrorKind::AddrInUse && !told.contains("unix:"), "{told}");
        }
    }
}
