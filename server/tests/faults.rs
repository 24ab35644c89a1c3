//! What breaks: one clear sentence each, and nothing is lost.

use crate::support;

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{Seek as _, SeekFrom, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::Duration,
};

use support::{Home, SECRET, Said, fold};

use crate::endurance::database::Lock;

/// A home whose database has one consumer and is in one file.
fn home_with_a_key() -> (Home, String) {
    let home = Home::sqlite().and_users();
    let key = home.register("Requirements sync");
    fold(&home);
    (home, key)
}

/// Asserts that both a start and a command were refused, with the reason.
fn refused(home: &Home, code: i32, words: &str) {
    let said: [Said; 2] = [home.serve_in_vain(&[]), home.run(&["consumer", "list"], "")];
    for said in said {
        assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{said:?}");
        assert!(said.last_words().contains(words) && said.last_words().ends_with('.'), "{words}: {said:?}");
    }
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for setting in ["LATCHKEY_LISTEN", "LATCHKEY_INTERNAL_LISTEN"] {
        let home = Home::sqlite();
        let said = home.serve_in_vain(&[(setting, &address)]);
        assert_eq!((said.code, &*said.stdout), (Some(2), ""), "{said:?}");
        assert!(said.sentence().starts_with(&format!("{setting}={address} ")), "{said:?}");
    }
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let home = Home::sqlite();
    fs::create_dir(home.data()).unwrap();
    for garbage in ["This is a shopping list.\n".repeat(1000), "short".to_owned()] {
        fs::write(home.database(), &garbage).unwrap();
        refused(&home, 1, "damaged or is no SQLite database");
        assert_eq!(fs::read_to_string(home.database()).unwrap(), garbage);
        assert!(!home.vault_key().exists());
        assert_eq!(home.run(&["check"], "").code, Some(1));
    }
}

#[test]
fn a_database_with_an_overwritten_beginning_is_left_as_it_is() {
    let (home, key) = home_with_a_key();
    let whole = fs::read(home.database()).unwrap();
    overwrite(&home.database(), 0, &[0x55; 100]);
    let damaged = fs::read(home.database()).unwrap();
    refused(&home, 1, "damaged or is no SQLite database");
    assert!(fs::read(home.database()).unwrap() == damaged, "nothing was changed");
    fs::write(home.database(), whole).unwrap();
    assert_eq!(home.json(&["consumer", "show", &key], "")["name"], "Requirements sync");
}

#[test]
fn damage_further_inside_is_found_too() {
    let (home, _) = home_with_a_key();
    let length = fs::metadata(home.database()).unwrap().len();
    overwrite(&home.database(), 4096, &vec![0x55; usize::try_from(length).unwrap() - 4096]);
    refused(&home, 1, "damaged or is no SQLite database");
    let said = home.run(&["check"], "");
    assert_eq!(said.code, Some(1));
    assert!(said.stdout.contains("database: WRONG: ") && said.stdout.contains("damaged"), "{said:?}");
}

#[test]
fn another_programs_database_is_left_as_it_is() {
    let home = Home::sqlite();
    fs::create_dir(home.data()).unwrap();
    let foreign = include_bytes!("fixtures/foreign.db");
    fs::write(home.database(), foreign).unwrap();
    refused(&home, 1, "belongs to another program");
    let said = home.run(&["check"], "");
    assert_eq!(said.code, Some(1));
    assert!(fs::read(home.database()).unwrap() == foreign, "nothing was changed");
    assert_eq!(fs::read_dir(home.data()).unwrap().count(), 1, "nothing was put beside it");
}

#[test]
fn a_wrong_missing_or_damaged_vault_key_stops_the_start_and_loses_nothing() {
    let (home, key) = home_with_a_key();
    let other = Home::sqlite();
    other.json(&["migrate"], "");
    let right = fs::read(home.vault_key()).unwrap();
    fs::copy(other.vault_key(), home.vault_key()).unwrap();
    refused(&home, 1, "is not the one that this database's secrets were encrypted with");
    fs::write(home.vault_key(), "nonsense").unwrap();
    refused(&home, 1, "is damaged");
    fs::remove_file(home.vault_key()).unwrap();
    refused(&home, 1, "is missing, but the database holds secrets");
    assert!(!home.vault_key().exists(), "no other key was made in its place");
    fs::write(home.vault_key(), right).unwrap();
    assert_eq!(home.json(&["consumer", "show", &key], "")["name"], "Requirements sync");
}

#[test]
fn a_data_folder_that_cannot_be_made_or_written_to_is_named() {
    let home = Home::sqlite();
    fs::write(home.path().join("file"), "").unwrap();
    for (folder, code) in [("file/data", 2), ("file", 2), ("/proc/self", 1)] {
        let said = home.serve_in_vain(&[("LATCHKEY_DATA_DIR", folder)]);
        assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{folder}: {said:?}");
        let words = said.last_words();
        assert!(words.contains(folder) && words.ends_with('.'), "{folder}: {words}");
    }
}

/// The program as a user that file modes bind: for root, without the capabilities that pass over them.
fn bound_by_modes(home: &Home, arguments: &[&str]) -> Said {
    let probe = home.path().join("probe");
    fs::write(&probe, "").unwrap();
    fs::set_permissions(&probe, Permissions::from_mode(0o444)).unwrap();
    let plain = home.command(arguments);
    if OpenOptions::new().write(true).open(&probe).is_err() {
        return support::finish(plain, "");
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search", "--"]).arg(plain.get_program());
    command.args(plain.get_args()).current_dir(home.path());
    support::finish(command, "")
}

#[test]
fn a_read_only_data_folder_is_named_and_loses_nothing() {
    let (home, key) = home_with_a_key();
    let before = fs::read(home.database()).unwrap();
    let set_modes = |folder, file| {
        fs::set_permissions(home.database(), Permissions::from_mode(file)).unwrap();
        fs::set_permissions(home.data(), Permissions::from_mode(folder)).unwrap();
    };
    for (folder, file) in [(0o555, 0o444), (0o555, 0o644), (0o755, 0o444)] {
        set_modes(folder, file);
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0", "--internal-listen", "off"][..],
            &["consumer", "approve", &key],
        ] {
            let said = bound_by_modes(&home, arguments);
            assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{folder:o}, {file:o}: {said:?}");
            let words = said.last_words();
            assert!(
                words.contains("data/latchkey.db") && words.contains("writ"),
                "{folder:o}, {file:o}: {words}"
            );
        }
        let check = bound_by_modes(&home, &["check"]);
        assert_eq!(check.code, Some(1), "{folder:o}, {file:o}: {check:?}");
        assert!(
            check.stdout.contains("database: WRONG: The database ./data/latchkey.db cannot"),
            "{check:?}"
        );
        assert_eq!(fs::read_dir(home.data()).unwrap().count(), 2, "nothing is put beside the database");
    }
    set_modes(0o755, 0o644);
    assert!(fs::read(home.database()).unwrap() == before, "nothing was changed");
    assert_eq!(home.json(&["consumer", "approve", &key], "")["status"], "approved");
}

#[test]
fn a_file_beside_the_database_that_cannot_be_written_is_named() {
    let (home, _) = home_with_a_key();
    let index = home.data().join("latchkey.db-shm");
    fs::write(&index, "").unwrap();
    fs::set_permissions(&index, Permissions::from_mode(0o400)).unwrap();
    for arguments in [&["user", "list"][..], &["check"]] {
        let said = bound_by_modes(&home, arguments);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(format!("{said:?}").contains("may not read and write "), "{said:?}");
        assert!(format!("{said:?}").contains("latchkey.db-shm"), "{said:?}");
    }
}

#[test]
fn check_says_where_a_start_cannot_make_a_database() {
    let home = Home::sqlite();
    let folder = home.path().join("shut");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    for data_dir in ["shut", "shut/data"] {
        let check = bound_by_modes(&home, &["check", "--data-dir", data_dir]);
        assert_eq!(check.code, Some(1), "{check:?}");
        assert!(check.stdout.contains("database: WRONG: ") && check.stdout.contains("shut"), "{check:?}");
    }
}

#[test]
fn commands_that_only_read_do_so_while_another_program_writes() {
    let (home, key) = home_with_a_key();
    let _other = Lock::take(&home, "BEGIN IMMEDIATE");
    let prune = ["prune", "--before", "2026-01-01", "--dry-run"];
    for arguments in [&["user", "list"][..], &["consumer", "list"], &["consumer", "show", &key], &prune] {
        let said = home.run(arguments, "");
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
    }
    let said = home.run(&["consumer", "approve", &key], "");
    assert!(said.code == Some(1) && said.last_words().contains("is busy"), "{said:?}");
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let home = Home::sqlite();
    fs::create_dir(home.data()).unwrap();
    // An empty database of the smallest pages whose size SQLite takes for the largest possible: from then on every
    // further page is answered by the real SQLITE_FULL, whatever disk the test runs on.
    fs::write(home.database(), include_bytes!("fixtures/small-pages.db")).unwrap();
    home.add_user("ada", true);
    let server = home.serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let (home, _) = server.stop();
    fold(&home);
    let pages = u32::MAX - 1;
    overwrite(&home.database(), 28, &pages.to_be_bytes());
    let file = OpenOptions::new().write(true).open(home.database()).unwrap();
    file.set_len(u64::from(pages) * 512).unwrap();
    drop(file);
    let server = home.serve();
    let ada = ada.at(&server.url);
    let long_name = "x".repeat(100);
    let told = ada.call("register", &[("name", &long_name), ("secret", SECRET)]).is(503).json();
    assert!(
        told["Unavailable"].as_str().unwrap().starts_with("The disk that holds the database is full"),
        "{told}"
    );
    let form = [("name", &*long_name), ("secret", SECRET), ("secret_again", SECRET)];
    let page = ada.post("/settings/oauth-consumers", &form).is(503);
    assert!(page.text().contains("disk that holds the database is full"), "{}", page.text());
    assert!(page.text().contains(&long_name), "what was typed is kept");
    let said = server.home.run(&["consumer", "register", &long_name, "--secret-stdin"], SECRET);
    assert_eq!(said.code, Some(1));
    assert!(said.sentence().starts_with("The disk that holds the database is full"), "{said:?}");
    let rows = ada.call("rows", &[]).is(200).json();
    assert_eq!(rows["items"], serde_json::json!([consumer]), "what was saved is there and no more");
    ada.get("/settings/oauth-consumers").is(200);
}

#[test]
fn a_limit_of_a_file_s_size_is_a_refusal_and_ends_nothing() {
    let limited = ["bash", "-c", "ulimit -f 1024; exec \"$@\"", "bash"];
    let server = Home::sqlite().and_users().serve_by(&limited, &[]);
    let ada = server.signed_in("ada");
    let mut names = Vec::new();
    // The write-ahead log grows with each change, until it reaches the limit.
    let refused = loop {
        let name = format!("App {}", names.len());
        let answer = ada.call("register", &[("name", &*name), ("secret", SECRET)]);
        if answer.status != 200 {
            break answer;
        }
        names.insert(0, name);
        assert!(names.len() < 2000, "the limit is reached");
    };
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(!names.is_empty(), "there is room for some");
    server.log_until("latchkey.db cannot be written");
    ada.get("/settings/oauth-consumers").is(200);
    let (home, _) = server.stop();
    assert_eq!(home.json(&["consumer", "list"], "").as_array().unwrap().len(), names.len());
}

#[test]
fn a_status_that_no_version_knows_takes_its_consumer_out_of_lists_and_nothing_else() {
    let home = Home::sqlite().and_users();
    let (odd, other) = (home.register("Odd"), home.register("Other"));
    let set = |home: &Home, status: &str| {
        home.sql(&format!("UPDATE consumers SET status = '{status}' WHERE key = '{odd}'"));
    };
    let count = |home: &Home| home.json(&["consumer", "list"], "").as_array().unwrap().len();
    set(&home, "suspended");
    assert_eq!(count(&home), 1);
    let said = home.run(&["check"], "");
    assert!(said.code == Some(1) && said.stdout.contains(&odd), "{said:?}");
    let server = home.serve();
    let ada = server.signed_in("ada");
    assert_eq!(ada.names(), ["Other"]);
    ada.get(&format!("/settings/oauth-consumers/{other}")).is(200);
    let (home, _) = server.stop();
    set(&home, "pending");
    assert_eq!(count(&home), 2);
    let said = home.run(&["check"], "");
    assert!(!said.stdout.contains(&odd), "{said:?}");
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let mut home = Home::sqlite().and_users();
    let mut names = Vec::new();
    for n in 0..3 {
        let server = home.serve();
        let ada = server.signed_in("ada");
        for m in 0..=n {
            names.insert(0, format!("App {n}.{m}"));
            ada.register(&names[0]);
        }
        home = server.kill();
        let list = home.json(&["consumer", "list"], "");
        let kept = list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap());
        assert_eq!(kept.collect::<Vec<_>>(), names);
    }
    assert_eq!(home.run(&["check"], "").code, Some(0));
}

#[test]
fn the_program_stops_at_once_and_starts_again_with_everything_there() {
    let mut server = Home::sqlite().and_users().serve();
    let ada = server.signed_in("ada");
    ada.register("Requirements sync");
    for signal in ["TERM", "INT"] {
        let (home, took) = server.stop_by(signal);
        assert!(took < Duration::from_secs(3), "SIG{signal}: {took:?}");
        server = home.serve();
        assert_eq!(ada.at(&server.url).names(), ["Requirements sync"]);
    }
}
