//! The vault key file: lines of a number, a colon and 32 bytes in base64. It is replaced atomically.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::Zeroizing;

use crate::{error::StoreError, private_file, random};

/// A key file is shorter: it would hold more than a thousand keys. What is longer is another file, or a device that never ends.
const MOST_BYTES: u64 = 64 * 1024;

/// The keys by number; the highest is the newest.
pub(crate) type Keys = BTreeMap<i32, XChaCha20Poly1305>;

/// The keys in the file, at least one.
pub(crate) fn read(path: &Path) -> Result<Keys, StoreError> {
    parse(&text(path)?).ok_or_else(|| StoreError::VaultKeyDamaged(path.to_owned()))
}

/// Creates a file with one key, atomically, and never replaces one.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    let draft = beside(path, &format!("{:016x}", u64::from_ne_bytes(random::bytes())));
    let created = || {
        let written = write(&draft, &[&new_line(1)], None);
        // Another process that was faster keeps its key.
        let placed = written.and_then(|()| match private_file::place(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
        remove_if_there(&draft)?;
        placed?;
        sync_folder(path)
    };
    created().map_err(|source| StoreError::VaultKeyFile { path: path.to_owned(), source })
}

/// Appends a new key with this number.
pub(crate) fn add(path: &Path, id: i32) -> Result<(), StoreError> {
    let text = text(path)?;
    replace(path, &[text.trim_end(), "\n", &new_line(id)])
}

/// Drops the keys older than this number.
pub(crate) fn drop_before(path: &Path, id: i32) -> Result<(), StoreError> {
    let text = text(path)?;
    let is_kept = |line: &&str| number(line).is_some_and(|number| number >= id);
    let kept: Vec<&str> = lines(&text).filter(is_kept).flat_map(|line| [line, "\n"]).collect();
    replace(path, &kept)
}

fn text(path: &Path) -> Result<Zeroizing<String>, StoreError> {
    let read = || -> io::Result<_> {
        let mut text = Zeroizing::new(String::new());
        let length = File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
        if length as u64 > MOST_BYTES { Err(io::ErrorKind::InvalidData.into()) } else { Ok(text) }
    };
    read().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => StoreError::VaultKeyMissing(path.to_owned()),
        io::ErrorKind::InvalidData => StoreError::VaultKeyDamaged(path.to_owned()),
        _ => StoreError::VaultKeyFile { path: path.to_owned(), source },
    })
}

fn parse(text: &str) -> Option<Keys> {
    let mut keys = Keys::new();
    for line in lines(text) {
        let (_, key) = line.split_once(':')?;
        let key = Zeroizing::new(BASE64.decode(key).ok()?);
        let is_twice = keys.insert(number(line)?, XChaCha20Poly1305::new_from_slice(&key).ok()?).is_some();
        if is_twice {
            return None;
        }
    }
    (!keys.is_empty()).then_some(keys)
}

/// The lines with a key, less what editors leave: a byte order mark, blank lines, and blanks at the end of a line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().map(str::trim_end).filter(|line| !line.is_empty())
}

fn number(line: &str) -> Option<i32> {
    line.split_once(':')?.0.parse().ok()
}

fn new_line(id: i32) -> Zeroizing<String> {
    let key = Zeroizing::new(random::bytes::<32>());
    Zeroizing::new(format!("{id}:{}\n", BASE64.encode(key.as_slice())))
}

/// Replaces the file atomically; it keeps its owner and mode.
fn replace(path: &Path, text: &[&str]) -> Result<(), StoreError> {
    let replaced = || {
        // Follow a symbolic link instead of replacing it.
        let file = fs::canonicalize(path)?;
        let draft = beside(&file, "new");
        // Left by a run that was interrupted.
        remove_if_there(&draft)?;
        let written = write(&draft, text, Some(&fs::metadata(&file)?));
        if let Err(error) = written.and_then(|()| fs::rename(&draft, &file)) {
            remove_if_there(&draft)?;
            return Err(error);
        }
        sync_folder(&file)
    };
    replaced().map_err(|source| StoreError::VaultKeyFile { path: path.to_owned(), source })
}

/// Writes a new file to disk, readable by its owner only, or with the owner and mode of `like`.
fn write(path: &Path, text: &[&str], like: Option<&fs::Metadata>) -> io::Result<()> {
    let mut file = private_file::create(path)?;
    if let Some(like) = like {
        private_file::give_owner(&file, like)?;
        private_file::give_mode(&file, like)?;
    }
    for part in text {
        file.write_all(part.as_bytes())?;
    }
    file.sync_all()
}

/// The name of a draft beside a file.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a change of a file's name durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with_a_key() -> (Self, PathBuf) {
            let folder = Self(tempfile::tempdir().unwrap());
            let path = folder.0.path().join("vault.key");
            create(&path).unwrap();
            (folder, path)
        }

        fn files(&self) -> usize {
            fs::read_dir(self.0.path()).unwrap().count()
        }
    }

    fn numbers(path: &Path) -> Vec<i32> {
        read(path).unwrap().into_keys().collect()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn it_is_for_its_owner_alone_and_is_made_once() {
        let (folder, path) = Folder::with_a_key();
        let made = fs::read(&path).unwrap();
        assert_eq!((mode(&path), numbers(&path)), (0o600, vec![1]));
        create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), made);
        assert_eq!(folder.files(), 1, "no draft is left behind");
    }

    #[test]
    fn a_key_is_added_behind_the_others_and_older_ones_are_dropped() {
        let (folder, path) = Folder::with_a_key();
        let first = fs::read_to_string(&path).unwrap();
        for id in [2, 3] {
            add(&path, id).unwrap();
        }
        let three = fs::read_to_string(&path).unwrap();
        assert!(three.starts_with(&first) && numbers(&path) == [1, 2, 3]);
        drop_before(&path, 3).unwrap();
        let third = fs::read_to_string(&path).unwrap();
        assert!(three.ends_with(&third) && numbers(&path) == [3]);
        assert_eq!(folder.files(), 1, "no draft is left behind");
    }

    #[test]
    fn it_keeps_its_mode_and_stays_behind_its_link() {
        let (folder, path) = Folder::with_a_key();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.0.path().join("link");
        symlink("vault.key", &link).unwrap();
        add(&link, 2).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((mode(&path), numbers(&path)), (0o640, vec![1, 2]));
    }

    #[test]
    fn what_an_interrupted_run_left_behind_does_no_harm() {
        let (folder, path) = Folder::with_a_key();
        fs::write(folder.0.path().join("vault.key.new"), "half a k").unwrap();
        add(&path, 2).unwrap();
        assert_eq!((numbers(&path), folder.files()), (vec![1, 2], 1));
    }

    #[test]
    fn a_missing_or_extra_line_break_does_no_harm() {
        let (_folder, path) = Folder::with_a_key();
        let text = fs::read_to_string(&path).unwrap();
        for ending in ["", "\n", "\r\n", "\n\n", "\r\n\r\n", " \n \t\n"] {
            fs::write(&path, format!("{}{ending}", text.trim_end())).unwrap();
            assert_eq!(numbers(&path), [1], "{ending:?}");
            add(&path, 2).unwrap();
            assert_eq!(numbers(&path), [1, 2], "{ending:?}");
        }
    }

    #[test]
    fn what_an_editor_adds_costs_no_key() {
        let (_folder, path) = Folder::with_a_key();
        add(&path, 2).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let keys: Vec<&str> = text.lines().collect();
        fs::write(&path, format!("\u{feff}{}  \r\n\r\n{}\t\n\n", keys[0], keys[1])).unwrap();
        assert_eq!(numbers(&path), [1, 2]);
        drop_before(&path, 1).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "both are kept");
    }

    #[test]
    fn a_damaged_one_is_told_apart_from_a_missing_one() {
        let (_folder, path) = Folder::with_a_key();
        let line = fs::read_to_string(&path).unwrap();
        let twice = format!("{line}{line}");
        let too_long = "\n".repeat(65536) + &line;
        for text in [
            "",
            "nonsense",
            "1:c2hvcnQ=",
            "x:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            &twice,
            &too_long,
        ] {
            fs::write(&path, text).unwrap();
            assert!(matches!(read(&path), Err(StoreError::VaultKeyDamaged(_))), "{text}");
        }
        assert!(matches!(read(Path::new("/dev/zero")), Err(StoreError::VaultKeyDamaged(_))), "it never ends");
        fs::remove_file(&path).unwrap();
        assert!(matches!(read(&path), Err(StoreError::VaultKeyMissing(_))));
        assert!(matches!(add(&path, 2), Err(StoreError::VaultKeyMissing(_))));
    }
}
