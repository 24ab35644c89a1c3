//! The files of a SQLite database as they were opened. Another program may delete, replace or overwrite them at any time: what
//! is written from then on is lost with the process, so it is refused.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    database::{content::Content, files::Files, log},
    error::StoreError,
};

/// A database's file and its log, which a running process keeps open.
#[derive(Debug)]
pub(crate) struct OriginalFiles {
    database: PathBuf,
    files: Vec<(PathBuf, Identity)>,
    content: Option<Content>,
    are_gone: AtomicBool,
}

/// Device and inode.
type Identity = (u64, u64);

impl OriginalFiles {
    /// The files behind these names now. A connection has to be open already, and to have read: that makes the log.
    pub(crate) fn opened(database: &Path) -> Self {
        let files = [database.to_owned(), Files::of(database).log()].into_iter();
        let files = files.filter_map(|path| identity(&path).ok().map(|identity| (path, identity)));
        Self {
            database: database.to_owned(),
            files: files.collect(),
            content: Content::opened(database),
            are_gone: AtomicBool::new(false),
        }
    }

    /// Fails once their names lead elsewhere, or nowhere, or the database was overwritten.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let are_gone = self.are_elsewhere() || self.content.as_ref().is_some_and(Content::is_overwritten);
        if self.are_gone.swap(are_gone, Ordering::AcqRel) != are_gone {
            let database = self.database.display();
            if are_gone {
                tracing::error!(%database, "the database was deleted or replaced while it is in use: changes and signed requests are refused");
            } else {
                tracing::info!(%database, "the database is there again");
            }
        }
        self.refuse_gone()
    }

    fn are_elsewhere(&self) -> bool {
        self.files.iter().any(|(path, opened)| match identity(path) {
            Ok(identity) => identity != *opened,
            // Where the file system does not answer, its own errors tell.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        })
    }

    /// Fails where the log is not the database's any more, since that was overwritten.
    pub(crate) fn refuse_foreign_log(&self) -> Result<(), StoreError> {
        let Some(content) = &self.content else { return Ok(()) };
        let files = Files::of(&self.database);
        if content.is_overwritten() {
            return Err(log::foreign(&files));
        }
        // Files that were moved away are still a pair, and what lies in their place is not compared with them.
        if self.are_elsewhere() {
            return Ok(());
        }
        match log::refuse_foreign_to(&files, content.file()) {
            // Where the file system does not answer, its own errors tell.
            Err(StoreError::CannotOpen { .. }) => Ok(()),
            compared => compared,
        }
    }

    /// Fails where the last `check` did. Costs nothing.
    pub(crate) fn refuse_gone(&self) -> Result<(), StoreError> {
        if self.are_gone.load(Ordering::Acquire) {
            return Err(StoreError::Gone(self.database.display().to_string()));
        }
        Ok(())
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(files: &OriginalFiles) -> bool {
        let checked = files.check();
        assert_eq!(checked.is_err(), files.refuse_gone().is_err());
        matches!(checked, Err(StoreError::Gone(_)))
    }

    #[test]
    fn a_database_or_log_that_is_deleted_moved_or_replaced_is_gone_until_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let [database, log, aside] = ["a.db", "a.db-wal", "aside"].map(|name| folder.path().join(name));
        for path in [&database, &log] {
            fs::write(path, "pages").unwrap();
        }
        let files = OriginalFiles::opened(&database);
        assert!(!is_refused(&files));
        fs::write(&database, "more pages").unwrap();
        assert!(!is_refused(&files), "it was only written to");
        for path in [&database, &log] {
            fs::rename(path, &aside).unwrap();
            assert!(is_refused(&files));
            fs::copy(&aside, path).unwrap();
            assert!(is_refused(&files), "a copy is another file");
            fs::rename(&aside, path).unwrap();
            assert!(!is_refused(&files));
        }
    }

    #[test]
    fn a_database_behind_a_link_has_its_log_beside_the_target() {
        let folder = tempfile::tempdir().unwrap();
        let [target, log, link] = ["a.db", "a.db-wal", "link.db"].map(|name| folder.path().join(name));
        for path in [&target, &log] {
            fs::write(path, "pages").unwrap();
        }
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let files = OriginalFiles::opened(&link);
        assert!(!is_refused(&files));
        fs::remove_file(&log).unwrap();
        assert!(is_refused(&files));
    }
}
