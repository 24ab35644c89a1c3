//! The file of a unix socket: made for owner and group, replaced where its process is dead, removed at the end where it is still
//! its own.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    process::umask,
};
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

/// What others may not do: owner and group may connect, so that a proxy of the same group can.
const NOT_FOR_OTHERS: Mode = Mode::from_bits_retain(0o117);

/// Opens a socket. A file that a dead process left is replaced; a socket that answers, or another file, is an error.
pub(super) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let _turn = Turn::take(path)?;
    if is_stale(path)? {
        fs::remove_file(path)?;
    }
    let usual = umask(NOT_FOR_OTHERS);
    let bound = UnixListener::bind(path);
    umask(usual);
    Ok((bound?, SocketFile { path: path.to_owned(), identity: identity(path)? }))
}

/// The right to make a socket's file: of two that start at once, the second one fails rather than remove what the first has made.
/// A locked file beside the socket, which goes with the turn. The folder cannot carry the lock: it may be the database's, whose
/// own lock it carries.
struct Turn {
    /// Locked until it is dropped.
    _file: File,
    path: PathBuf,
}

impl Turn {
    fn take(socket: &Path) -> io::Result<Self> {
        let mut path = socket.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
        loop {
            let file = options.open(&path).map_err(|error| in_the_way(&path, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::AddrInUse.into()),
                // Some file systems have sockets, but no locks.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let own = file.metadata()?;
            // The turn before may have removed it after it was opened.
            if identity(&path).is_ok_and(|found| found == (own.dev(), own.ino())) {
                return Ok(Self { _file: file, path });
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // One that stays does no harm: nobody has it locked.
        let _ = fs::remove_file(&self.path);
    }
}

/// A lock's file that is there and cannot be opened: another user's, as a start that was killed leaves it, or no file.
fn in_the_way(lock: &Path, error: io::Error) -> io::Error {
    let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
    let is_of_the_lock =
        is_link || matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory);
    if !is_of_the_lock || fs::symlink_metadata(lock).is_err() {
        return error;
    }
    let words = format!(
        "the lock {} beside it cannot be opened ({error}), as where another user left it",
        lock.display()
    );
    io::Error::new(io::ErrorKind::AlreadyExists, words)
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
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Otherwise this would wait for a process that lives and takes no connections.
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(true),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        Ok(()) | Err(_) => Err(io::ErrorKind::AddrInUse.into()),
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
    use std::{
        os::unix::{
            fs::PermissionsExt as _,
            net::{self, UnixStream},
        },
        sync::Barrier,
        thread,
    };

    use tokio::runtime::Handle;

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
    #[tokio::test]
    async fn of_several_that_start_at_once_one_has_the_socket_and_leaves_nothing_else() {
        const STARTS: usize = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        drop(net::UnixListener::bind(&path).unwrap());
        let (runtime, together) = (Handle::current(), Barrier::new(STARTS));
        let start = || {
            let _context = runtime.enter();
            together.wait();
            bind(&path)
        };
        let bound: Vec<_> = thread::scope(|scope| {
            let starts = [(); STARTS].map(|()| scope.spawn(start));
            starts.into_iter().filter_map(|start| start.join().unwrap().ok()).collect()
        });
        assert_eq!(bound.len(), 1, "{bound:?}");
        UnixStream::connect(&path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn neither_a_lock_on_its_folder_nor_one_that_a_killed_start_left_is_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        let database = File::open(folder.path()).unwrap();
        database.lock_shared().unwrap();
        let path = folder.path().join("a.sock");
        fs::write(folder.path().join("a.sock.lock"), "").unwrap();
        bind(&path).unwrap();
    }

    #[tokio::test]
    async fn a_lock_that_cannot_be_opened_is_named_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (path, lock) = (folder.path().join("a.sock"), folder.path().join("a.sock.lock"));
        fs::create_dir(&lock).unwrap();
        let denied = in_the_way(&lock, io::ErrorKind::PermissionDenied.into());
        for error in [bind(&path).unwrap_err(), denied] {
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert!(error.to_string().contains("/a.sock.lock beside it cannot be opened ("), "{error}");
        }
        assert!(lock.is_dir() && !path.exists());
        let denied = in_the_way(&folder.path().join("none.lock"), io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind(), io::ErrorKind::PermissionDenied, "the folder is at fault");
    }

    #[tokio::test]
    async fn a_socket_whose_process_takes_no_connections_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.bind(&SockAddr::unix(&path).unwrap()).unwrap();
        socket.listen(0).unwrap();
        let _first_in_the_queue = UnixStream::connect(&path).unwrap();
        assert_eq!(bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
