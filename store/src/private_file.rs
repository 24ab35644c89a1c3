//! Files that belong to the user that runs Latchkey, and to no other user.

use std::{
    fs::{File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

/// Read and written by its owner.
const MODE: u32 = 0o600;

/// Creates an empty file with the mode 0600, whatever the umask is. Fails if the name exists, also as a symbolic link
/// (`O_EXCL`).
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(MODE).open(path)?;
    // A umask takes bits away at creation.
    file.set_permissions(Permissions::from_mode(MODE))?;
    Ok(file)
}
