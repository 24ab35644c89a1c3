//! A home with users, made once for each build of the program and copied for each test: to add two users takes longer than most
//! tests do.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{
    home::Home,
    place::{Place, SERVER},
};

/// A place with a copy of what is in the home that this makes.
pub fn copy_of(make: impl FnOnce() -> Home) -> Place {
    let kept = Kept::of_this_build();
    kept.make_sure(make);
    let place = Place::copy_of(&kept.database);
    copy(&kept.data, &place.folder().join("data"));
    place
}

/// What is copied.
struct Kept {
    /// Holds the data folders of both databases, and a file that is locked while one of them is made.
    folder: PathBuf,
    data: PathBuf,
    /// Its database where that is PostgreSQL's.
    database: String,
}

impl Kept {
    fn of_this_build() -> Self {
        let program = fs::metadata(env!("CARGO_BIN_EXE_latchkey")).unwrap().modified().unwrap();
        let build = program.duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let kind = if env::var(SERVER).is_ok() { "postgres" } else { "sqlite" };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prepared").join(kind);
        Self { data: folder.join(build.to_string()), folder, database: format!("prepared_{build}") }
    }

    fn make_sure(&self, make: impl FnOnce() -> Home) {
        fs::create_dir_all(&self.folder).unwrap();
        // Each test is a process of its own.
        let lock = File::create(self.folder.join("lock")).unwrap();
        lock.lock().unwrap();
        if self.data.exists() && Place::has_database(&self.database) {
            return;
        }
        for entry in fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            }
        }
        let home = make();
        let half = self.folder.join("half");
        copy(&home.data(), &half);
        home.keep_database(&self.database);
        fs::rename(half, &self.data).unwrap();
    }
}

/// Copies a folder with the modes of its files.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
