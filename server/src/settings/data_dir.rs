//! The folder of the database and the vault key.

use std::{fs, io, os::unix::fs::DirBuilderExt as _, path::Path};

/// Makes the data folder, for its owner alone, where there is none.
pub(crate) fn make_data_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() { Ok(()) } else { fs::DirBuilder::new().recursive(true).mode(0o700).create(path) }
}
