//! Secrets typed at a terminal: nobody sees them there, and a typing error changes nothing.

use crate::support;

use std::fs::File;

use serde_json::json;
use support::{Home, PASSWORD, SECRET, signer::until, terminal::Terminal};

use crate::endurance::database::Lock;

const ADD: [&str; 4] = ["user", "add", "ada", "--password-stdin"];

#[test]
fn a_password_is_not_echoed_and_asked_for_twice() {
    let home = Home::made();
    let terminal = Terminal::start(home.command(&ADD));
    for prompt in ["password (not shown): ", "password once more: "] {
        terminal.hear(prompt);
        terminal.enter(PASSWORD);
    }
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.echoed, "\r\n\r\n", "nothing but the line breaks");
    assert!(ended.is_echoing, "the terminal is left as it was: {ended:?}");
    home.serve().signed_in("ada");
}

#[test]
fn a_consumer_secret_that_is_typed_differently_the_second_time_changes_nothing() {
    let home = Home::made();
    let terminal = Terminal::start(home.command(&["consumer", "register", "App", "--secret-stdin"]));
    terminal.hear("consumer secret (not shown): ");
    terminal.enter(SECRET);
    terminal.hear("consumer secret once more: ");
    terminal.enter("a consumer secret with a typing error");
    let ended = terminal.end();
    let words = "The consumer secret was not the same the second time, so nothing was changed.\n";
    assert_eq!((ended.code, &*ended.stderr), (Some(1), words));
    assert!(ended.echoed.trim().is_empty() && ended.is_echoing, "{ended:?}");
    assert_eq!(home.json(&["consumer", "list"], ""), json!([]));
}

#[test]
fn interrupted_it_leaves_the_terminal_as_it_was() {
    let home = Home::made();
    let terminal = Terminal::start(home.command(&ADD));
    terminal.hear("password (not shown): ");
    terminal.interrupt();
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    assert!(ended.is_echoing, "{ended:?}");
    assert_eq!(home.json(&["user", "list"], ""), json!([]));
}

#[test]
fn interrupted_while_it_waits_for_the_database_it_ends_and_changes_nothing() {
    let home = Home::sqlite().and_made();
    let terminal = Terminal::start(home.command(&ADD));
    terminal.hear("password (not shown): ");
    terminal.enter(PASSWORD);
    terminal.hear("password once more: ");
    let writing = Lock::take(&home, "BEGIN IMMEDIATE");
    terminal.enter(PASSWORD);
    until("both answers are read", || terminal.is_echoing().then_some(()));
    terminal.interrupt();
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    drop(writing);
    assert_eq!(home.json(&["user", "list"], ""), json!([]));
}

#[test]
fn where_nothing_can_be_asked_a_command_fails_and_changes_nothing() {
    let home = Home::made();
    let key = home.register("App");
    for arguments in [&ADD[..], &["consumer", "remove", &key]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ended = Terminal::start_with(home.command(arguments), full.into()).end();
        assert!(matches!(ended.code, Some(1 | 2)), "{arguments:?}: {ended:?}");
        assert!(ended.is_echoing, "{ended:?}");
    }
    assert_eq!(home.json(&["user", "list"], ""), json!([]));
    assert_eq!(home.json(&["consumer", "list"], "")[0]["key"], *key);
}
