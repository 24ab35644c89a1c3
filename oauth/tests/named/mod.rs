//! Finds the tests and files of the workspace that documents name.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// A file of the workspace. Its folder is asked for when the test runs: a checkout elsewhere may run the same compiled test.
pub fn path(file: impl AsRef<Path>) -> PathBuf {
    let oauth = env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    Path::new(&oauth).join("..").join(file)
}

/// Whether a file of the workspace has this test: a function with a test's attribute above it, or one of Playwright's by its
/// title.
pub fn is_test(file: &str, name: &str) -> bool {
    let source = fs::read_to_string(path(file)).unwrap_or_default();
    if Path::new(file).extension().is_some_and(|extension| extension == "ts") {
        return source.contains(&format!("test(\"{name}\""));
    }
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let declares = |line: &str| {
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        function.is_some_and(|rest| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
    };
    lines.iter().enumerate().any(|(index, line)| {
        let mut above = lines[..index].iter().rev().take_while(|line| line.starts_with("#["));
        declares(line) && above.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    })
}
