//! Files that belong to the user that runs Latchkey, and to no other user.

use std::{
    fs::{self, File, Metadata, OpenOptions, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::Path,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

/// Read and written by its owner.
const MODE: u32 = 0o600;

/// Creates an empty file with the mode 0600, whatever the umask is. Fails if the name exists, also as a symbolic link
/// (`O_EXCL`).
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(MODE).open(path)?;
    // A umask takes bits away at creation.
    set_mode(&file, Permissions::from_mode(MODE))?;
    Ok(file)
}

/// Gives a file the mode of another one.
pub(crate) fn give_mode(file: &File, like: &Metadata) -> io::Result<()> {
    if file.metadata()?.mode() == like.mode() { Ok(()) } else { set_mode(file, like.permissions()) }
}

fn set_mode(file: &File, mode: Permissions) -> io::Result<()> {
    match file.set_permissions(mode) {
        // FAT and exFAT give every file the modes that they were mounted with, and refuse others also to the owner. What
        // others can read there, `serve` and `check` warn of.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        set => set,
    }
}

/// Gives a file the owner and group of another one.
pub(crate) fn give_owner(file: &File, like: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    fchown(file, Some(like.uid()), Some(like.gid()))
}

/// Gives a draft its name, atomically, and never replaces a file: `AlreadyExists` if the name is taken.
pub(crate) fn place(draft: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, draft, CWD, path, RenameFlags::NOREPLACE) {
        // NFS among others cannot, but has the hard links that FAT and exFAT lack.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link(draft, path),
        renamed => Ok(renamed?),
    }
}

fn link(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) =>
        {
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "its file system can neither make hard links nor rename a file without replacing another",
            ))
        }
        linked => linked.and_then(|()| fs::remove_file(draft)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of the two ways to give a draft its name.
    type Way = fn(&Path, &Path) -> io::Result<()>;

    #[test]
    fn a_draft_gets_its_name_once_whichever_way_the_file_system_has() {
        for way in [place as Way, link] {
            let folder = tempfile::tempdir().unwrap();
            let (draft, path) = (folder.path().join("draft"), folder.path().join("file"));
            fs::write(&draft, "new").unwrap();
            way(&draft, &path).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
            assert!(!draft.exists());
            fs::write(&draft, "newer").unwrap();
            let taken = way(&draft, &path).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&path).unwrap(), "new", "and what is there stays");
            assert!(draft.exists());
        }
    }

    #[test]
    fn where_there_are_neither_links_nor_such_renames_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        // A folder cannot be linked to, which the system says as it does where there are no links at all.
        let (draft, path) = (folder.path().join("draft"), folder.path().join("file"));
        fs::create_dir(&draft).unwrap();
        let told = link(&draft, &path).unwrap_err().to_string();
        assert!(told.contains("can neither make hard links nor rename"), "{told}");
        assert!(draft.exists() && !path.exists());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (draft, path) = (folder.path().join("draft"), folder.path().join("file"));
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        fs::write(&draft, "new").unwrap();
        for way in [place as Way, link] {
            assert_eq!(way(&draft, &path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    }
}
