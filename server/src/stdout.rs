//! Whether anybody can read what is printed. What is shown once must not go to nobody.

use std::{fs, io, os::unix::fs::MetadataExt as _};

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};

/// Whether stdout was closed when the process began: Rust then opens `/dev/null` in its place, for reading too, as who starts a
/// process without an output does. `>/dev/null`, which somebody typed, does not.
pub(crate) fn is_closed() -> bool {
    let opened = fcntl_getfl(io::stdout());
    leads_nowhere() && opened.is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR)
}

/// Whether stdout is `/dev/null`.
pub(crate) fn leads_nowhere() -> bool {
    let (Ok(stdout), Ok(nowhere)) = (fstat(io::stdout()), fs::metadata("/dev/null")) else { return false };
    FileType::from_raw_mode(stdout.st_mode) == FileType::CharacterDevice && stdout.st_rdev == nowhere.rdev()
}
