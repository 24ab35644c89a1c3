//! What other users of the machine can read or change, although only Latchkey should: their modes are reported and left
//! as they are.

use std::{
    fmt, fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::settings::Settings;

/// Read bits of group and world.
const READ_BY_OTHERS: u32 = 0o044;
/// Write bits of group and world.
const WRITTEN_BY_OTHERS: u32 = 0o022;

/// A file or folder whose mode lets others in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exposure {
    what: &'static str,
    path: PathBuf,
    mode: u32,
    is_folder: bool,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, path, mode, is_folder } = self;
        let can = match (mode & READ_BY_OTHERS != 0, mode & WRITTEN_BY_OTHERS != 0) {
            (true, true) => "read and write",
            (false, true) => "write",
            (_, false) => "read",
        };
        let (path, wanted) = (path.display(), if *is_folder { 700 } else { 600 });
        write!(
            f,
            "other users can {can} the {what} {path}: its mode is {mode:04o}; run `chmod {wanted} {path}`"
        )
    }
}

/// Everything of ours that group or world can read or write. What does not exist is not exposed.
pub(crate) fn exposures(settings: &Settings) -> Vec<Exposure> {
    let mut ours = Vec::new();
    // A file in its place is another mistake.
    if settings.data_dir.is_dir() {
        ours.push(("data folder", settings.data_dir.clone()));
    }
    if let Some(database) = settings.database_url.file() {
        let files = ["", "-wal", "-shm"].map(|ending| ("database", with_ending(database, ending)));
        ours.extend(files);
    }
    ours.push(("vault key", settings.vault_key_file.clone()));
    ours.extend(settings.tls_key.clone().map(|key| ("TLS key", key)));
    ours.into_iter().filter_map(|(what, path)| exposure(what, path).ok().flatten()).collect()
}

fn exposure(what: &'static str, path: PathBuf) -> io::Result<Option<Exposure>> {
    let found = fs::metadata(&path)?;
    let mode = found.permissions().mode() & 0o777;
    let is_exposed = mode & (READ_BY_OTHERS | WRITTEN_BY_OTHERS) != 0;
    Ok(is_exposed.then(|| Exposure { what, path, mode, is_folder: found.is_dir() }))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mode: u32) -> Option<Exposure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.key");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        exposure("vault key", file).unwrap()
    }

    #[test]
    fn what_its_owner_alone_can_use_is_not_exposed() {
        for mode in [0o600, 0o400, 0o700, 0o711] {
            assert_eq!(of(mode), None, "{mode:o}");
        }
    }

    #[test]
    fn people_are_told_what_others_can_do_and_what_to_run() {
        for (mode, can) in [(0o640, "read"), (0o604, "read"), (0o620, "write"), (0o666, "read and write")] {
            let told = of(mode).unwrap().to_string();
            let begins = format!("other users can {can} the vault key /");
            assert!(told.starts_with(&begins) && told.contains(&format!("mode is 0{mode:o}; ")), "{told}");
            assert!(told.contains("`chmod 600 /") && told.ends_with("/vault.key`"), "{told}");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let told = exposure("data folder", folder.path().to_owned()).unwrap().unwrap().to_string();
        assert!(told.contains("mode is 0755; run `chmod 700 /"), "{told}");
    }

    #[test]
    fn what_does_not_exist_is_not_exposed() {
        assert!(exposure("TLS key", PathBuf::from("/nowhere/tls.key")).is_err());
    }
}
