//! The file of a unix socket: made for owner and group, replaced where its process is dead, removed at the end where it is still
//! its own.

use std::{
    fs::{self, File},
    io,
    os::unix::{
        fs::{FileTypeExt as _, MetadataExt as _},
        net::UnixStream,
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, Mode, flock},
    process::umask,
};
use tokio::net::UnixListener;

/// What others may not do: owner and group may connect, so that a proxy of the same group can.
const NOT_FOR_OTHERS: Mode = Mode::from_bits_retain(0o117);

/// Opens a socket. A file that a dead process left is replaced; a socket that answers, or another file, is an error.
pub(super) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    // Of two that start at once, the second one meets a socket that answers, rather than removing it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(folder)?;
    flock(&folder, FlockOperation::LockExclusive)?;
    if is_stale(path)? {
        fs::remove_file(path)?;
    }
    let usual = umask(NOT_FOR_OTHERS);
    let bound = UnixListener::bind(path);
    umask(usual);
    Ok((bound?, SocketFile { path: path.to_owned(), identity: identity(path)? }))
}

/// Whether there is a socket that nobody answers on.
fn is_stale(path: &Path) -> io::Result<bool> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is no socket"));
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(io::Error::from(io::ErrorKind::AddrInUse)),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(true),
        Err(error) => Err(error),
    }
}

/// The file of a socket that this process listens on.
#[derive(Clone, Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    /// Removes the file, while the socket still answers: from then on it is another process's to make. One that has been put
    /// in its place stays.
    pub(super) fn remove(&self) {
        let path = self.path.display();
        if identity(&self.path).is_ok_and(|found| found != self.identity) {
            tracing::info!(%path, "the socket's file is another process's by now, and stays");
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%path, %error, "the socket's file could not be removed; the next start replaces it");
        }
    }
}

/// Device and inode, which no other file gets for as long as the socket is open.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::{fs::PermissionsExt as _, net};

    use super::*;

    #[tokio::test]
    async fn a_socket_is_for_its_owner_and_group_and_one_that_answers_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let (listener, file) = bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert_eq!(bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        UnixStream::connect(&path).unwrap();
        file.remove();
        assert!(!path.exists());
        drop(listener);
    }

    #[tokio::test]
    async fn what_another_process_put_in_its_place_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let (_first, file) = bind(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let (_second, other) = bind(&path).unwrap();
        file.remove();
        UnixStream::connect(&path).unwrap();
        other.remove();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_a_dead_process_left_is_replaced_and_another_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        drop(net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let _listener = bind(&path).unwrap();
        UnixStream::connect(&path).unwrap();
        let file = folder.path().join("keys.txt");
        fs::write(&file, "keep me").unwrap();
        assert_eq!(bind(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&file).unwrap(), "keep me");
        assert!(bind(&folder.path().join("missing/a.sock")).is_err());
    }
}
