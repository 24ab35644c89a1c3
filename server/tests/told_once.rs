//! What is printed once and stands nowhere else: a new consumer's key, a link. Where nobody can read it, it is not made, or told
//! with how to have it again.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, pipe},
    process::{Command, Stdio},
};

use crate::support::{Home, SECRET};

const REGISTER: [&str; 4] = ["consumer", "register", "Sync", "--secret-stdin"];

/// The program, started by a shell with these words behind it.
fn by_shell(home: &Home, arguments: &[&str], redirected: &str) -> Command {
    let mut command = home.command_by(&["sh", "-c", &format!("exec \"$@\" {redirected}"), "sh"], arguments);
    fs::write(home.path().join("secret"), SECRET).unwrap();
    command.stdin(File::open(home.path().join("secret")).unwrap());
    command
}

/// The exit code of a command, and what it says on stderr.
fn ended(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn where_stdout_is_closed_nothing_is_made_that_is_shown_once() {
    let home = Home::with_users();
    let state = || (home.json(&["consumer", "list"], ""), home.json(&["user", "list"], ""));
    let before = state();
    for arguments in [
        &REGISTER[..],
        &[&REGISTER[..], &["--json"]].concat(),
        &["user", "add", "linus", "--link"],
        &["user", "reset-password", "grace"],
    ] {
        let (code, told) = ended(by_shell(&home, arguments, ">&-"));
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        assert!(
            told.starts_with("Standard output is closed, or /dev/null, so nobody would learn the "),
            "{told}"
        );
        assert!(told.contains("Nothing was changed"), "{told}");
    }
    assert_eq!(state(), before);
    // Nobody has to listen where nothing is shown once, nor to /dev/null.
    let brought = [&REGISTER[..], &["--key", "brought-1"]].concat();
    for (arguments, redirected) in [
        (&brought[..], ">&-"),
        (&["consumer", "approve", "brought-1"], ">&-"),
        (&["user", "disable", "grace"], ">&-"),
        (&REGISTER, ">/dev/null"),
    ] {
        let (code, told) = ended(by_shell(&home, arguments, redirected));
        assert_eq!(code, Some(0), "{arguments:?}: {told}");
    }
}

#[test]
fn what_was_made_and_could_not_be_told_is_told_with_how_to_have_it_again() {
    let home = Home::with_users();
    let commands: [(&[&str], &str); 4] = [
        (&REGISTER, "Sync is registered; `latchkey consumer list` shows its key."),
        (
            &["user", "add", "linus", "--link"],
            "linus is added, with a link; `latchkey user reset-password linus` prints",
        ),
        (
            &["user", "add", "anita", "--link", "--json"],
            "`latchkey user reset-password anita` prints another one.",
        ),
        (&["user", "reset-password", "grace"], "`latchkey user reset-password grace` prints another one."),
    ];
    for (number, (arguments, again)) in commands.into_iter().enumerate() {
        let mut command = by_shell(&home, arguments, "");
        // A device without room, or a reader that has gone.
        let (gone, pipe) = pipe().unwrap();
        drop(gone);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let stdout = if number % 2 == 0 { Stdio::from(full) } else { Stdio::from(pipe) };
        command.stdout(stdout);
        let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
        assert!(told.contains(again) && told.contains("But the output cannot be written: "), "{told}");
    }
    assert_eq!(home.json(&["consumer", "list"], "")[0]["name"], "Sync");
    let link = home.json(&["user", "reset-password", "linus"], "");
    assert!(link["password_link"]["url"].as_str().unwrap().contains("/set-password"), "{link}");
}

#[test]
fn a_start_whose_set_up_link_goes_nowhere_says_so_and_the_next_one_prints_another() {
    let home = Home::sqlite();
    for redirected in [">&-", ">/dev/null"] {
        let mut command =
            by_shell(&home, &["serve", "--listen", "127.0.0.1:0", "--internal-listen", "off"], redirected);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let told = log.lines().map(Result::unwrap).find(|line| line.contains("stdout cannot be written"));
        assert!(told.unwrap().contains("the link to set up with could not be told"));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    home.serve().line("set up at ");
}
