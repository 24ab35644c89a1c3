//! The files of a SQLite database, and the lock that tells who works on them.
//!
//! Every process that opens the database shares a lock on its folder; a restore, which puts another file in the
//! database's place, holds it alone. The file itself cannot carry that lock, since it is what a restore replaces.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, FlockOperation, OFlags, access, fcntl_lock},
    io::Errno,
};

use crate::error::StoreError;

/// What SQLite adds to the database's name: the write-ahead log, its index, and the rollback journal.
pub(crate) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A SQLite database on the disk. Its files lie beside the file that a symbolic link leads to.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    database: PathBuf,
}

impl Files {
    pub(crate) fn of(database: &Path) -> Self {
        // A link may lead to another disk, on which there is no file yet.
        let linked = || {
            let target = fs::read_link(database).ok();
            target.map_or_else(|| database.to_owned(), |target| database.with_file_name("").join(target))
        };
        Self { database: fs::canonicalize(database).unwrap_or_else(|_| linked()) }
    }

    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    pub(crate) fn log(&self) -> PathBuf {
        with_ending(&self.database, "-wal")
    }

    pub(crate) fn folder(&self) -> &Path {
        let folder = self.database.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// Shares the lock until the file is dropped. `None` where the folder does not exist, or is none.
    pub(crate) fn share(&self) -> Result<Option<File>, StoreError> {
        let folder = match open_folder(self.folder()) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            other => other.map_err(|source| self.cannot_open(&source))?,
        };
        match folder.try_lock_shared() {
            Ok(()) => Ok(Some(folder)),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::BeingRestored(self.database.display().to_string()))
            }
            Err(TryLockError::Error(source)) => Err(self.cannot_open(&source)),
        }
    }

    /// Holds the lock alone until the file is dropped; fails while another process works on the database.
    pub(crate) fn lock(&self) -> Result<File, StoreError> {
        let folder = open_folder(self.folder()).map_err(|source| self.cannot_open(&source))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(TryLockError::WouldBlock) => Err(self.in_use()),
            Err(TryLockError::Error(source)) => Err(self.cannot_open(&source)),
        }
    }

    /// Locks the database file, if there is one, as SQLite does: earlier versions and other programs, which do not know
    /// the lock on the folder, have it locked as well. Closing the file drops every lock of this process on it, so no
    /// connection to it may be open.
    pub(crate) fn lock_database(&self) -> Result<Option<File>, StoreError> {
        let file = match OpenOptions::new().read(true).write(true).open(&self.database) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|source| self.cannot_open(&source))?,
        };
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from) {
            Ok(()) => Ok(Some(file)),
            // POSIX leaves the choice between `EAGAIN` and `EACCES`.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::PermissionDenied) =>
            {
                Err(self.in_use())
            }
            Err(source) => Err(self.cannot_open(&source)),
        }
    }

    /// Refuses a database that could only be read. SQLite would open it all the same, and leave an index of the log (`-shm`)
    /// with the database's mode, which nobody can use once the database itself may be written to. Opens nothing, since
    /// closing a file would drop the locks that SQLite has on it.
    pub(crate) fn refuse_read_only(&self) -> Result<(), StoreError> {
        if !self.database.exists() {
            return Ok(());
        }
        for ending in ["", BESIDE[0], BESIDE[1], BESIDE[2]] {
            self.refuse_unusable(&with_ending(&self.database, ending), Access::READ_OK | Access::WRITE_OK)?;
        }
        self.refuse_unusable(self.folder(), Access::WRITE_OK | Access::EXEC_OK)
    }

    /// Refuses a folder in which no database can be made; where it is missing, the one above it.
    pub(crate) fn refuse_unmakeable(&self) -> Result<(), StoreError> {
        let mut folder = self.folder();
        while !folder.exists()
            && let Some(above) = folder.parent()
        {
            folder = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        }
        self.refuse_unusable(folder, Access::WRITE_OK | Access::EXEC_OK)
    }

    /// Whatever else is wrong, SQLite reports.
    fn refuse_unusable(&self, path: &Path, wanted: Access) -> Result<(), StoreError> {
        match access(path, wanted) {
            Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Err(StoreError::NotWritable {
                database: self.database.display().to_string(),
                path: path.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn in_use(&self) -> StoreError {
        StoreError::InUse(self.database.display().to_string())
    }

    pub(crate) fn cannot_open(&self, source: &io::Error) -> StoreError {
        StoreError::CannotOpen { path: self.database.display().to_string(), reason: source.to_string() }
    }
}

/// Opens a folder. What is none is an error at once: to open a named pipe would wait for one that writes there.
fn open_folder(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::DIRECTORY.bits().cast_signed()).open(path)
}

/// Appends to a file's name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn many_share_the_lock_or_one_has_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::of(&folder.path().join("latchkey.db"));
        let (one, two) = (files.share().unwrap(), files.share().unwrap());
        assert!(matches!(files.lock(), Err(StoreError::InUse(_))));
        drop((one, two));
        let alone = files.lock().unwrap();
        assert!(matches!(files.share(), Err(StoreError::BeingRestored(_))));
        assert!(matches!(files.lock(), Err(StoreError::InUse(_))));
        drop(alone);
        assert!(files.share().unwrap().is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves no file");
    }

    #[test]
    fn where_there_is_no_folder_nothing_is_locked_and_nothing_made() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::of(&folder.path().join("missing").join("latchkey.db"));
        assert!(files.share().unwrap().is_none());
        assert!(matches!(files.lock(), Err(StoreError::CannotOpen { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_files_lie_where_a_link_leads_to_whether_a_database_is_there_or_not() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, target) = (folder.path().join("latchkey.db"), elsewhere.path().join("keys.db"));
        symlink(&target, &link).unwrap();
        assert_eq!(Files::of(&link).log(), with_ending(&target, "-wal"));
        fs::write(&target, "").unwrap();
        assert_eq!(Files::of(&link).database(), fs::canonicalize(&target).unwrap());
        assert_eq!(Files::of(Path::new("no-such.db")).folder(), Path::new("."));
    }
}
