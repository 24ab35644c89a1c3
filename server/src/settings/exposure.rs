//! What other users of the machine can read or change, although only Latchkey should: their modes are reported and left
//! as they are.

use std::{
    fmt, fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{StatVfsMountFlags, statvfs};

use crate::settings::Settings;

/// Read bits of group and world.
const READ_BY_OTHERS: u32 = 0o044;
/// Write bits of group and world.
const WRITTEN_BY_OTHERS: u32 = 0o022;
/// In a folder with this bit others can make files, but neither rename nor remove ours.
const STICKY: u32 = 0o1000;
/// What stands beside the database: the write-ahead log, its index and the rollback journal.
const BESIDE_DATABASE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A file or folder of ours.
#[derive(Debug, PartialEq, Eq)]
struct Ours {
    what: &'static str,
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A file for its owner alone.
    File,
    /// A file that others may read.
    PublicFile,
    /// A folder for its owner alone.
    Folder,
    /// The folder of the database, where that is not ours: a file that others make there can pass for a journal of it.
    OfDatabase,
    /// The folder of the vault key, where that is not ours: others must not replace the file.
    OfKey,
}

impl Kind {
    /// The bits of a mode that let others do what they must not.
    fn too_much(self, mode: u32) -> u32 {
        match self {
            Self::File | Self::Folder => mode & (READ_BY_OTHERS | WRITTEN_BY_OTHERS),
            Self::OfKey if mode & STICKY != 0 => 0,
            Self::PublicFile | Self::OfDatabase | Self::OfKey => mode & WRITTEN_BY_OTHERS,
        }
    }
}

/// A file or folder whose mode lets others in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exposure {
    ours: Ours,
    mode: u32,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ours: Ours { what, path, kind }, mode } = self;
        let (path, too_much) = (path.display(), kind.too_much(*mode));
        let can = match (too_much & READ_BY_OTHERS != 0, too_much & WRITTEN_BY_OTHERS != 0) {
            (true, true) => "read and write",
            (false, true) => "write",
            (_, false) => "read",
        };
        let (wanted, or) = match kind {
            Kind::File => ("600", ""),
            Kind::Folder => ("700", ""),
            Kind::PublicFile => ("go-w", ""),
            Kind::OfDatabase => ("go-w", ", or move the database to a folder of its own"),
            Kind::OfKey => ("go-w", ", or move the vault key to a folder of its own"),
        };
        let mode = mode & 0o777;
        write!(
            f,
            "other users can {can} the {what} {path}: its mode is {mode:04o}; run `chmod {wanted} {path}`{or}"
        )
    }
}

/// Everything of ours that group or world can read or write. What does not exist is not exposed, nor is what was mounted for
/// reading alone: a container's secret is 0444 by default, no other user is there, and its mode cannot be changed.
pub(crate) fn exposures(settings: &Settings) -> Vec<Exposure> {
    let mut all = Vec::new();
    // A file in its place is another mistake.
    if settings.data_dir.is_dir() {
        all.push(Ours { what: "data folder", path: settings.data_dir.clone(), kind: Kind::Folder });
    }
    all.extend(settings.database_url.file().into_iter().flat_map(of_database));
    all.push(file("vault key", settings.vault_key_file.clone()));
    all.extend(settings.tls_key.clone().map(|key| file("TLS key", key)));
    all.extend(settings.files.iter().map(|read| {
        let kind = if read.has_password { Kind::File } else { Kind::PublicFile };
        Ours { what: "settings file", path: read.path.clone(), kind }
    }));
    all.extend(folders(settings));
    all.into_iter().filter_map(|ours| exposure(ours).ok().flatten()).collect()
}

fn file(what: &'static str, path: PathBuf) -> Ours {
    Ours { what, path, kind: Kind::File }
}

/// The database, what SQLite puts beside it, and what restores kept of earlier ones.
fn of_database(database: &Path) -> Vec<Ours> {
    let database = target(database);
    let beside = BESIDE_DATABASE.map(|ending| file("database", with_ending(&database, ending)));
    let begins = with_ending(&database, ".before-");
    let is_kept = |path: &PathBuf| {
        path.as_os_str().as_encoded_bytes().starts_with(begins.as_os_str().as_encoded_bytes())
    };
    let listed = fs::read_dir(folder(&database)).into_iter().flatten().flatten();
    // Named as the database is, also where that is a name alone.
    let siblings = listed.map(|entry| database.with_file_name(entry.file_name()));
    let mut kept: Vec<_> = siblings.filter(is_kept).collect();
    kept.sort();
    beside.into_iter().chain(kept.into_iter().map(|path| file("kept database", path))).collect()
}

/// The folders of the database, of a link to it and of the vault key that are not the data folder.
fn folders(settings: &Settings) -> Vec<Ours> {
    let is_data_folder = |path: &Path| match (fs::canonicalize(path), fs::canonicalize(&settings.data_dir)) {
        (Ok(path), Ok(data)) => path == data,
        _ => false,
    };
    let of_database = settings.database_url.file().into_iter().flat_map(|database| {
        let folders = [folder(database).to_owned(), folder(&target(database)).to_owned()];
        folders.map(|path| Ours { what: "folder of the database", path, kind: Kind::OfDatabase })
    });
    let path = folder(&settings.vault_key_file).to_owned();
    let of_key = Ours { what: "folder of the vault key", path, kind: Kind::OfKey };
    let mut folders: Vec<Ours> = Vec::new();
    for ours in of_database.chain([of_key]) {
        if !is_data_folder(&ours.path) && folders.iter().all(|other| other.path != ours.path) {
            folders.push(ours);
        }
    }
    folders
}

/// Where a link leads; SQLite's files lie there.
fn target(path: &Path) -> PathBuf {
    let linked = path.is_symlink().then(|| fs::canonicalize(path).ok()).flatten();
    linked.unwrap_or_else(|| path.to_owned())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exposure(ours: Ours) -> io::Result<Option<Exposure>> {
    let found = fs::metadata(&ours.path)?;
    let is_read_only = statvfs(&ours.path)?.f_flag.contains(StatVfsMountFlags::RDONLY);
    // A service manager may show a service the whole system read-only.
    let is_mount = is_read_only && found.dev() != fs::metadata("/")?.dev();
    let mode = found.permissions().mode();
    Ok(is_exposed(ours.kind, mode, is_mount).then_some(Exposure { ours, mode }))
}

/// Whether others may do too much. What containers mount as a secret is for every reader, where no other user is: not its
/// owner sets its mode.
fn is_exposed(kind: Kind, mode: u32, is_mount: bool) -> bool {
    let too_much = kind.too_much(mode);
    let is_secret_mount = is_mount && kind == Kind::File && too_much & WRITTEN_BY_OTHERS == 0;
    too_much != 0 && !is_secret_mount
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_mode(path: &Path, mode: u32, what: &'static str, kind: Kind) -> Option<Exposure> {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        exposure(Ours { what, path: path.to_owned(), kind }).unwrap()
    }

    fn of(mode: u32, kind: Kind) -> Option<Exposure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.key");
        fs::write(&file, "").unwrap();
        with_mode(&file, mode, "vault key", kind)
    }

    #[test]
    fn what_its_owner_alone_can_use_is_not_exposed() {
        for mode in [0o600, 0o400, 0o700, 0o711] {
            assert_eq!(of(mode, Kind::File), None, "{mode:o}");
        }
        for mode in [0o600, 0o644, 0o444, 0o755] {
            assert_eq!(of(mode, Kind::PublicFile), None, "{mode:o}");
        }
    }

    #[test]
    fn a_secret_that_is_mounted_for_reading_alone_is_for_every_reader_and_nothing_else_there_is() {
        let mounted = |mode, kind| is_exposed(kind, mode, true);
        assert!(!mounted(0o444, Kind::File) && is_exposed(Kind::File, 0o444, false));
        for mode in [0o666, 0o446, 0o464] {
            assert!(mounted(mode, Kind::File), "{mode:o}");
        }
        assert!(mounted(0o755, Kind::Folder) && mounted(0o666, Kind::PublicFile));
    }

    #[test]
    fn people_are_told_what_others_can_do_and_what_to_run() {
        for (mode, can) in [(0o640, "read"), (0o604, "read"), (0o620, "write"), (0o666, "read and write")] {
            let told = of(mode, Kind::File).unwrap().to_string();
            let begins = format!("other users can {can} the vault key /");
            assert!(told.starts_with(&begins) && told.contains(&format!("mode is 0{mode:o}; ")), "{told}");
            assert!(told.contains("`chmod 600 /") && told.ends_with("/vault.key`"), "{told}");
        }
        let told = of(0o664, Kind::PublicFile).unwrap().to_string();
        assert!(told.starts_with("other users can write the ") && told.contains("`chmod go-w /"), "{told}");
        let folder = tempfile::tempdir().unwrap();
        let told = with_mode(folder.path(), 0o755, "data folder", Kind::Folder).unwrap().to_string();
        assert!(told.contains("mode is 0755; run `chmod 700 /"), "{told}");
    }

    #[test]
    fn a_folder_that_is_not_ours_may_be_read_but_not_written() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, kind, is_exposed) in [
            (0o755, Kind::OfDatabase, false),
            (0o775, Kind::OfDatabase, true),
            (0o1777, Kind::OfDatabase, true),
            (0o755, Kind::OfKey, false),
            (0o777, Kind::OfKey, true),
            (0o1777, Kind::OfKey, false),
        ] {
            let found = with_mode(folder.path(), mode, "folder", kind);
            assert_eq!(found.is_some(), is_exposed, "{mode:o} {kind:?}");
            let told = found.map_or(String::new(), |found| found.to_string());
            assert_eq!(told.ends_with(" to a folder of its own"), is_exposed, "{told}");
        }
    }

    #[test]
    fn the_files_of_a_database_lie_where_a_link_to_it_leads() {
        let (linking, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = fs::canonicalize(home.path()).unwrap().join("keys.db");
        for ending in ["", ".before-2026-01-31T12-05-09-wal", ".before-2026-01-31T12-05-09", ".bak"] {
            fs::write(with_ending(&target, ending), "").unwrap();
        }
        let link = linking.path().join("latchkey.db");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let kept = "kept database";
        let expected = [
            ("database", ""),
            ("database", "-wal"),
            ("database", "-shm"),
            ("database", "-journal"),
            (kept, ".before-2026-01-31T12-05-09"),
            (kept, ".before-2026-01-31T12-05-09-wal"),
        ]
        .map(|(what, ending)| file(what, with_ending(&target, ending)));
        assert_eq!(of_database(&link), expected);
        assert_eq!(of_database(&target), expected);
    }

    #[test]
    fn what_does_not_exist_is_not_exposed() {
        assert!(exposure(file("TLS key", PathBuf::from("/nowhere/tls.key"))).is_err());
    }
}
