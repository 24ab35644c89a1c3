//! Who makes a database: `serve`, `migrate` and `user add --init`. For every other command a mistyped folder is an error.

use crate::support;

use std::fs;

use store::Location;
use support::{Home, PASSWORD, process::make_pipe};

/// A key that no consumer has.
const KEY: &str = "00000000-0000-0000-0000-000000000000";

/// Every command that works on a database and makes none.
const COMMANDS: [&[&str]; 21] = [
    &["user", "add", "carol", "--password-stdin"],
    &["user", "add", "carol", "--link"],
    &["user", "list"],
    &["user", "disable", "carol"],
    &["user", "enable", "carol"],
    &["user", "permit", "carol"],
    &["user", "forbid", "carol"],
    &["user", "passwd", "carol", "--password-stdin"],
    &["user", "reset-password", "carol"],
    &["user", "reset-factors", "carol"],
    &["user", "sign-out", "carol"],
    &["consumer", "register", "App", "--secret-stdin"],
    &["consumer", "list"],
    &["consumer", "show", KEY],
    &["consumer", "approve", KEY],
    &["consumer", "disapprove", KEY],
    &["consumer", "remove", KEY, "--yes"],
    &["consumer", "edit", KEY, "--name", "App"],
    &["backup", "copy.db"],
    &["vault", "rotate"],
    &["prune", "--before", "2026-01-01"],
];
/// The others: what makes a database, what looks whether there is one, and what works on a server or puts a file in place.
const OTHERS: [&str; 5] = ["serve", "migrate", "check", "health", "restore"];

/// The database as sentences name it.
fn shown(home: &Home) -> String {
    match home.location() {
        Location::Sqlite(_) => "./data/latchkey.db".to_owned(),
        shared @ Location::Postgres(_) => shared.to_string(),
    }
}

/// The commands that a help text lists.
fn listed(home: &Home, command: &[&str]) -> Vec<String> {
    let help = home.run(&[command, &["--help"]].concat(), "").stdout;
    let (_, commands) = help.split_once("\nCommands:\n").unwrap_or_else(|| panic!("{help}"));
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names = commands.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_stands_in_one_of_the_two_lists() {
    let home = Home::new();
    for name in listed(&home, &[]) {
        let is_tried = COMMANDS.iter().any(|command| command[0] == name);
        assert!(is_tried || OTHERS.contains(&name.as_str()), "{name}");
    }
    for group in ["user", "consumer", "vault"] {
        for name in listed(&home, &[group]) {
            let is_tried = COMMANDS.iter().any(|command| command[..2] == [group, &*name]);
            assert!(is_tried, "{group} {name}");
        }
    }
}

#[test]
fn without_a_database_a_command_names_the_one_that_is_missing_and_leaves_nothing_behind() {
    let home = Home::new();
    for has_folder in [false, true] {
        for arguments in COMMANDS {
            let said = home.run(arguments, PASSWORD);
            assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{arguments:?}: {said:?}");
            let words = format!("There is no Latchkey database at {}, and none was made.", shown(&home));
            assert!(said.sentence().starts_with(&words), "{arguments:?}: {said:?}");
            assert!(said.sentence().contains("`latchkey migrate`"), "{arguments:?}: {said:?}");
        }
        assert_eq!(home.data().exists(), has_folder);
        if !has_folder {
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
            fs::create_dir(home.data()).unwrap();
        }
    }
    assert_eq!(fs::read_dir(home.data()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_mistyped_data_folder_is_named_and_not_made() {
    let home = Home::made();
    for arguments in COMMANDS {
        let said = home.run(&[arguments, &["--data-dir", "dta"]].concat(), PASSWORD);
        assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{arguments:?}: {said:?}");
        assert!(said.sentence().contains("dta/"), "{arguments:?}: {said:?}");
    }
    assert!(!home.path().join("dta").exists() && !home.path().join("copy.db").exists());
    assert_eq!(home.json(&["user", "list"], ""), serde_json::json!([]));
}

#[test]
fn nothing_is_made_for_a_first_user_who_is_refused() {
    let home = Home::new();
    let by_password = |name| ["user", "add", name, "--init", "--password-stdin"];
    for (arguments, password, field) in [
        (&by_password("x y")[..], PASSWORD, "username: "),
        (&by_password("ada"), "password", "password: "),
        (&by_password("ada"), "", "password: "),
        (&["user", "add", "x y", "--init", "--link"], "", "username: "),
    ] {
        let said = home.run(arguments, password);
        assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{arguments:?}: {said:?}");
        assert!(said.stderr.starts_with(field), "{arguments:?}: {said:?}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn the_first_user_may_make_the_database() {
    let home = Home::new();
    for name in ["ada", "grace"] {
        home.json(&["user", "add", name, "--init", "--password-stdin"], PASSWORD);
    }
    assert!(home.vault_key().exists());
    assert_eq!(home.json(&["user", "list"], "").as_array().unwrap().len(), 2);
    home.serve().signed_in("ada");
}

#[test]
fn a_named_pipe_in_the_place_of_folder_or_database_holds_no_command_up() {
    let home = Home::sqlite();
    make_pipe(&home.path().join("pipe"));
    for place in [["--data-dir", "pipe"], ["--database-url", "sqlite://pipe"]] {
        for command in [&["user", "list"][..], &["consumer", "list"], &["check"]] {
            let said = home.run(&[command, &place].concat(), "");
            assert_eq!(said.code, Some(1), "{command:?} {place:?}: {said:?}");
            assert!(format!("{said:?}").contains("pipe"), "{said:?}");
        }
    }
}
