//! What a start says, and what a stop leaves: one file that has everything.

use crate::support;

use std::{
    fs::{self, OpenOptions},
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

use http::Method;
use support::{
    Browser, Home, PASSWORD, PATIENCE, SECRET,
    browser::{try_send, with_form},
};

use crate::{
    endurance::database::{Lock, listed},
    postgresql::reached::Waiting,
};

/// The names of the files in the data folder, sorted.
fn files(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.data()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A home with nothing but the database file and the vault key of another one.
fn copied(home: &Home) -> Home {
    let copy = Home::sqlite();
    fs::create_dir(copy.data()).unwrap();
    fs::copy(home.database(), copy.database()).unwrap();
    fs::copy(home.vault_key(), copy.vault_key()).unwrap();
    copy
}

/// Registers consumers until the server is gone; returns the keys that it acknowledged.
fn register_until_it_is_gone(ada: &Browser, name: &str, progress: &Sender<()>) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let name = format!("{name} {}", keys.len());
        let request = ada.request(Method::POST, "/api/page/register");
        match try_send(with_form(request, &[("name", &name), ("secret", SECRET)])) {
            Ok(answer) if answer.status == 200 => {
                keys.push(answer.json()["key"].as_str().unwrap().to_owned());
            }
            Ok(_) | Err(_) => return keys,
        }
        // Nobody counts them any more once the server is being stopped.
        let _ = progress.send(());
    }
}

#[test]
fn after_a_stop_under_load_the_database_file_alone_has_everything_that_was_acknowledged() {
    const STOPS: usize = 20;
    const WORKERS: usize = 3;
    let mut home = Home::sqlite().and_users();
    let mut ada: Option<Browser> = None;
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..STOPS {
        let server = home.serve();
        let browser = ada.map_or_else(|| server.signed_in("ada"), |ada| ada.at(&server.url));
        let (progress, done) = channel();
        home = thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS)
                .map(|worker| {
                    let (browser, progress) = (&browser, progress.clone());
                    let name = format!("{round}.{worker}");
                    scope.spawn(move || register_until_it_is_gone(browser, &name, &progress))
                })
                .collect();
            for _ in 0..WORKERS * 2 {
                done.recv_timeout(PATIENCE).unwrap();
            }
            let (home, _) = server.stop();
            acknowledged.extend(workers.into_iter().flat_map(|worker| worker.join().unwrap()));
            home
        });
        ada = Some(browser);
        assert_eq!(files(&home), ["latchkey.db", "vault.key"], "round {round}");
        let known = listed(&copied(&home));
        let lost: Vec<_> = acknowledged.iter().filter(|key| !known.contains_key(*key)).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
    }
}

#[test]
fn what_another_program_keeps_from_being_folded_in_is_told_and_not_lost() {
    let server = Home::sqlite().and_users().serve();
    let ada = server.signed_in("ada");
    // A reader of the database as it is now: what is written after it cannot be folded in.
    let reader = Lock::take(&server.home, "BEGIN; SELECT count(*) FROM consumers");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let home = server.home.clone();
    server.signal("TERM");
    let told = server.log_until("still holds what was written last");
    let line = told.last().unwrap();
    assert!(line.contains("latchkey.db-wal") && line.contains("`latchkey backup`"), "{line}");
    assert_eq!(server.exit_code(), Some(0));
    assert!(listed(&home).contains_key(&key));
    drop(reader);
    assert_eq!(files(&home), ["latchkey.db", "vault.key"], "the last one to go folds it in");
}

#[test]
fn a_server_that_fails_to_start_and_a_command_leave_one_file_too() {
    let home = Home::sqlite().and_users();
    let key = home.register("Requirements sync");
    let one_file = ["latchkey.db", "vault.key"];
    for (arguments, stdin) in [
        (&["consumer", "approve", &key][..], ""),
        (&["consumer", "list"], ""),
        (&["consumer", "show", "00000000-0000-0000-0000-000000000000"], ""),
        (&["user", "add", "ada", "--password-stdin"], PASSWORD),
        (&["user", "add", "bob", "--password-stdin"], "short"),
        (&["vault", "rotate"], ""),
        (&["prune", "--before", "2020-01-01"], ""),
        (&["check"], ""),
        (&["migrate"], ""),
    ] {
        home.run(arguments, stdin);
        assert_eq!(files(&home), one_file, "{arguments:?}");
    }
    let vault_key = fs::read(home.vault_key()).unwrap();
    fs::remove_file(home.vault_key()).unwrap();
    for said in [home.run(&["user", "list"], ""), home.run(&["check"], ""), home.serve_in_vain(&[])] {
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(files(&home), ["latchkey.db"], "{said:?}");
    }
    fs::write(home.vault_key(), vault_key).unwrap();
    let (home, _) = home.serve().stop();
    assert_eq!(files(&home), one_file);
}

#[test]
fn a_start_that_is_stopped_at_any_moment_leaves_one_file_with_what_a_killed_server_had_acknowledged() {
    let server = Home::sqlite().and_users().serve();
    let key = server.signed_in("ada").register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let killed = server.kill();
    assert!(files(&killed).contains(&"latchkey.db-wal".to_owned()), "{:?}", files(&killed));
    for moment in [0, 1, 2, 4, 8, 16, 32, 64].map(Duration::from_millis) {
        let home = Home::sqlite();
        fs::create_dir(home.data()).unwrap();
        for name in files(&killed) {
            fs::copy(killed.data().join(&name), home.data().join(&name)).unwrap();
        }
        let start = Waiting::begin_with(&home, &[]);
        start.says(" starting ");
        thread::sleep(moment);
        start.terminate();
        assert_eq!(start.exit_code(), Some(0), "{moment:?}");
        assert_eq!(files(&home), ["latchkey.db", "vault.key"], "{moment:?}");
        assert!(listed(&home).contains_key(&key), "{moment:?}");
    }
}

#[test]
fn a_start_logs_the_version_and_the_database_without_a_password() {
    let server = Home::new().serve();
    let told = server.log_until(" starting ");
    let line = told.last().unwrap();
    assert!(line.contains(env!("CARGO_PKG_VERSION")), "{line}");
    let shown = if server.home.is_postgres() { "postgres://" } else { "./data/latchkey.db" };
    assert!(line.contains(shown) && !line.contains('@'), "{line}");
}

/// A device on which there is never any room.
fn full() -> std::process::Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_command_whose_output_cannot_be_written_says_so_and_what_it_has_done() {
    let home = Home::with_users();
    fs::write(home.path().join("secret"), SECRET).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.stdin(fs::File::open(home.path().join("secret")).unwrap());
        let output = command.stdout(full()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for json in [&[][..], &["--json"]] {
        let register = ["consumer", "register", "Requirements sync", "--secret-stdin"];
        let (code, told) = run(&[&register[..], json].concat());
        assert_eq!(code, Some(1), "{told}");
        let begins =
            "Requirements sync is registered; `latchkey consumer list` shows its key. But the output";
        assert!(told.starts_with(begins), "{told}");
    }
    let rows = home.json(&["consumer", "list"], "");
    let keys: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 2);
    for (arguments, begins) in [
        (&["consumer", "approve", keys[0]][..], "Requirements sync is approved. But the output"),
        (&["user", "disable", "grace"], "grace is disabled. But the output"),
        (&["consumer", "list"], "The output cannot be written"),
        (&["consumer", "show", keys[0]], "The output cannot be written"),
        (&["user", "list", "--json"], "The output cannot be written"),
        (&["check"], "The output cannot be written"),
        (&["migrate"], ""),
        (&["--help"], "The output cannot be written"),
        (&["consumer", "--help"], "The output cannot be written"),
        (&["--version"], "The output cannot be written"),
    ] {
        let (code, told) = run(arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        assert!(told.starts_with(begins), "{arguments:?}: {told}");
        assert!(told.to_lowercase().contains("the output cannot be written: "), "{arguments:?}: {told}");
    }
    assert_eq!(home.json(&["consumer", "show", keys[0]], "")["status"], "approved", "it was done");
}
