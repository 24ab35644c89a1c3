//! The folder of the database and the vault key.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
};

/// Used by its owner alone.
const MODE: u32 = 0o700;

/// Makes the data folder, and those above it, where there is none: each for its owner alone, whatever the umask is.
pub(crate) fn make_data_dir(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        make_data_dir(above)?;
    }
    match DirBuilder::new().mode(MODE).create(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made?,
    }
    // A umask takes bits away at creation.
    if fs::metadata(path)?.permissions().mode() & MODE == MODE {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(MODE))
}
