//! A file system without hard links, as FAT and exFAT are: whatever else gives a file its name does so there.

use crate::support;

use std::{fs, process::Command};

use serde_json::json;
use support::{Home, PASSWORD, Said, finish};

/// Refuses every hard link, as Linux does where the file system has none.
const REFUSAL: &str = "#include <errno.h>
int link(const char *from, const char *to) { errno = EPERM; return -1; }
int linkat(int a, const char *from, int b, const char *to, int flags) { errno = EPERM; return -1; }
";

/// A library for `LD_PRELOAD` that does so.
fn refusal(home: &Home) -> String {
    let [source, library, linked] =
        ["refusal.c", "refusal.so", "linked"].map(|name| home.path().join(name).display().to_string());
    fs::write(&source, REFUSAL).unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", &library, &source]).output().unwrap();
    assert!(compiled.status.success(), "{compiled:?}");
    let tried = Command::new("ln").args([&source, &linked]).env("LD_PRELOAD", &library).output().unwrap();
    assert!(!tried.status.success() && !fs::exists(&linked).unwrap(), "it refuses: {tried:?}");
    library
}

#[test]
fn a_first_start_a_backup_and_a_restore_need_no_hard_links() {
    let home = Home::sqlite();
    let library = refusal(&home);
    let without_links = [("LD_PRELOAD", &*library)];
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
    run(&home, &["backup", "backup.db"], "");
    home.register("Since the backup");
    let restored = run(&home, &["restore", "backup.db"], "").json();
    assert_eq!(home.json(&["consumer", "list"], ""), json!([]));
    run(&home, &["restore", restored["kept"].as_str().unwrap()], "");
    assert_eq!(home.json(&["consumer", "list"], "")[0]["name"], "Since the backup", "it was kept whole");
    home.serve_with(&without_links).signed_in("ada");
}
