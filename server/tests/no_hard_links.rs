//! A file system without hard links and without modes, as FAT and exFAT are: whatever else gives a file its name does so there,
//! and its mode stays as it is.

use crate::support;

use std::{fs, process::Command};

use serde_json::json;
use support::{
    Home, PASSWORD, Said, finish,
    preload::{PRELOAD, library},
};

/// Refuses every hard link and every change of a mode, as Linux does where the file system has neither.
const REFUSAL: &str = "#include <errno.h>
#include <sys/stat.h>
int link(const char *from, const char *to) { errno = EPERM; return -1; }
int linkat(int a, const char *from, int b, const char *to, int flags) { errno = EPERM; return -1; }
int chmod(const char *path, mode_t mode) { errno = EPERM; return -1; }
int fchmod(int file, mode_t mode) { errno = EPERM; return -1; }
int fchmodat(int folder, const char *path, mode_t mode, int flags) { errno = EPERM; return -1; }
";

/// A library that does so.
fn refusal(home: &Home) -> String {
    let library = library(home, REFUSAL);
    let [file, linked] = ["file", "linked"].map(|name| home.path().join(name).display().to_string());
    fs::write(&file, "").unwrap();
    for refused in [&["ln", &file, &linked][..], &["chmod", "600", &file]] {
        let tried = Command::new(refused[0]).args(&refused[1..]).env(PRELOAD, &library).output().unwrap();
        assert!(!tried.status.success(), "it refuses: {tried:?}");
    }
    assert!(!fs::exists(&linked).unwrap());
    library
}

#[test]
fn a_first_start_a_rotation_a_backup_and_a_restore_need_neither_hard_links_nor_modes() {
    let home = Home::sqlite();
    let library = refusal(&home);
    let without_links = [(PRELOAD, &*library)];
    let run = |home: &Home, arguments: &[&str], stdin: &str| -> Said {
        let mut command = home.command(&[arguments, &["--json"]].concat());
        command.envs(without_links);
        let said = finish(command, stdin);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said
    };
    let server = home.serve_with(&without_links);
    server.line("set up at ");
    let (home, _) = server.stop();
    run(&home, &["user", "add", "ada", "--configure-server", "--password-stdin"], PASSWORD);
    run(&home, &["vault", "rotate"], "");
    run(&home, &["backup", "backup.db"], "");
    home.register("Since the backup");
    let restored = run(&home, &["restore", "backup.db"], "").json();
    assert_eq!(home.json(&["consumer", "list"], ""), json!([]));
    run(&home, &["restore", restored["kept"].as_str().unwrap()], "");
    assert_eq!(home.json(&["consumer", "list"], "")[0]["name"], "Since the backup", "it was kept whole");
    home.serve_with(&without_links).signed_in("ada");
}
