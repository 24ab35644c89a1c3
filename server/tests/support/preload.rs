//! Functions of the C library that a test replaces in the programs that it starts.

use std::{fs, process::Command};

use super::Home;

/// The variable that names such a library to the dynamic linker.
pub const PRELOAD: &str = "LD_PRELOAD";

/// A library that is made of this C source.
pub fn library(home: &Home, source: &str) -> String {
    let [file, library] =
        ["preload.c", "preload.so"].map(|name| home.path().join(name).display().to_string());
    fs::write(&file, source).unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", &library, &file]).output().unwrap();
    assert!(compiled.status.success(), "{compiled:?}");
    library
}
