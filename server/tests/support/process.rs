//! What the system reports of a running program and makes for one, and where the tests themselves are run.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// The folder of this crate. It is asked for when the test runs: a checkout elsewhere may run the same compiled test.
pub fn crate_folder() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it").into()
}

/// How much memory it holds, in KiB.
pub fn memory(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the system tells it");
    held.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How many files and connections it has open.
pub fn open_files(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/fd")).unwrap().count()
}

/// Lets the test itself have as many files and connections open as the system allows.
pub fn allow_many_files() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let all = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).unwrap();
}

/// Makes a named pipe that nobody reads or writes.
pub fn make_pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}
