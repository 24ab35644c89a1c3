//! Places that are filled once for each build of a test program and copied for each test: to migrate a database, or to add users,
//! takes longer than most tests do.
#![allow(dead_code, reason = "the tests of three crates share it, and each uses its part")]

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use store::Store;

use super::place::{Place, SERVER};

/// A place with an empty store.
pub async fn with_store() -> Place {
    let kept = Kept::lock("store", &env::current_exe().unwrap());
    if !kept.is_there() {
        let place = Place::new();
        let store = Store::open(&place.location(), &place.vault_key()).await.unwrap();
        store.close().await.unwrap();
        kept.keep(place);
    }
    kept.copy()
}

/// What is copied. Each test is a process of its own: the others wait until this is dropped.
pub struct Kept {
    folder: PathBuf,
    files: PathBuf,
    /// Its database where that is PostgreSQL's.
    database: String,
    lock: File,
}

impl Kept {
    /// What is kept under this name for the program as it was built last.
    pub fn lock(name: &str, program: &Path) -> Self {
        let crate_name = env!("CARGO_PKG_NAME");
        let built = fs::metadata(program).unwrap().modified().unwrap();
        let number = built.duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let kind = if env::var(SERVER).is_ok() { "postgres" } else { "sqlite" };
        let prepared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prepared");
        let folder = prepared.join(kind).join(crate_name).join(name);
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        let (files, database) =
            (folder.join(number.to_string()), format!("prepared_{crate_name}_{name}_{number}"));
        Self { folder, files, database, lock }
    }

    pub fn is_there(&self) -> bool {
        self.files.exists() && Place::has_database(&self.database)
    }

    /// Keeps a place that is filled, in place of what earlier builds kept. Nothing may use its database any more.
    pub fn keep(&self, filled: Place) {
        for entry in fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            }
        }
        let half = self.folder.join("half");
        fs::create_dir(&half).unwrap();
        copy(filled.folder(), &half);
        filled.keep_database(&self.database);
        fs::rename(half, &self.files).unwrap();
    }

    pub fn copy(self) -> Place {
        drop(self.lock);
        let place = Place::copy_of(&self.database);
        copy(&self.files, place.folder());
        place
    }
}

/// Copies what is in a folder, with the modes of its files and folders.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (entry, to) = (entry.path(), to.join(entry.file_name()));
        if entry.is_dir() {
            fs::create_dir(&to).unwrap();
            fs::set_permissions(&to, fs::metadata(&entry).unwrap().permissions()).unwrap();
            copy(&entry, &to);
        } else {
            fs::copy(&entry, &to).unwrap();
        }
    }
}
