//! `latchkey backup`: beside a server that serves, killed at any moment, and what a server that starts from it accepts.

use crate::support;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use serde_json::json;
use support::{
    Home,
    signer::{Asker, Provider, until},
};

/// A new home with a backup in the place of the database, and the vault key that it was made with.
fn restored(backup: &Path, of: &Home) -> Home {
    let home = Home::sqlite();
    fs::create_dir(home.data()).unwrap();
    fs::copy(backup, home.database()).unwrap();
    fs::copy(of.vault_key(), home.vault_key()).unwrap();
    home
}

#[test]
fn a_server_that_starts_from_it_knows_everything_and_accepts_nothing_twice() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let app = provider.app_of("Tool", "grace");
    app.echo().send().is(200);
    let backup = provider.home.path().join("backup.db");
    let made = provider.home.json(&["backup", "backup.db"], "");
    assert_eq!(
        made,
        json!({ "backup": "backup.db", "database": "./data/latchkey.db", "vault_key_file": "./data/vault.key",
                "key_ids": [1] })
    );
    // One by a clock that is right, one by a clock that goes ahead.
    let accepted = [app.echo().sign(), app.echo().at(200).sign()];
    let asker = Asker::new(&provider.internal);
    for signed in &accepted {
        assert_eq!(asker.ask(signed), None, "accepted after the backup was made");
    }
    let public = provider.public.clone();
    let lines = provider.ada().get("/api/v1/activity?limit=500").is(200).json()["items"].clone();
    let (home, _) = provider.server.stop();

    let again = Provider::in_home(restored(&backup, &home), &[("LATCHKEY_PUBLIC_URL", &public)]);
    let asker = Asker::new(&again.internal);
    for signed in &accepted {
        assert_eq!(asker.ask(signed).as_deref(), Some("timestamp_refused"));
    }
    let told = again.server.log();
    assert!(told.iter().any(|line| line.contains("restored from a backup")), "{told:?}");
    let kept = again.ada().get("/api/v1/activity?limit=500").is(200).json()["items"].clone();
    let (latest, before) = kept.as_array().unwrap().split_first().unwrap();
    assert_eq!(latest["action"], "signed_in", "everybody signs in as before");
    assert_eq!(before, lines.as_array().unwrap(), "every line is there");
    again.server.stop();

    // Where requests may be two seconds old, they count again after two.
    let settings = [("LATCHKEY_PUBLIC_URL", &*public), ("LATCHKEY_CLOCK_SKEW", "2")];
    let soon = Provider::in_home(restored(&backup, &home), &settings);
    let asker = Asker::new(&soon.internal);
    until("signed requests are accepted again", || asker.ask(&app.echo().sign()).is_none().then_some(()));
    let (home, _) = soon.server.stop();
    let later = Provider::in_home(home, &settings);
    assert_eq!(
        Asker::new(&later.internal).ask(&app.echo().sign()),
        None,
        "the first start alone keeps them waiting"
    );
    assert!(!later.server.log().iter().any(|line| line.contains("restored from a backup")));
}

#[test]
fn before_the_first_start_check_names_what_the_copy_knows_last_and_what_is_back() {
    let home = Home::sqlite().and_users();
    home.json(&["backup", "backup.db"], "");
    home.json(&["user", "disable", "grace"], "");
    assert!(!home.run(&["check"], "").stdout.contains("restore:"), "the original is no copy");
    let copy = restored(&home.path().join("backup.db"), &home);
    assert_eq!(copy.json(&["user", "list"], "")[1]["disabled"], false, "grace is back");
    let said = copy.run(&["check"], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    let line = said.stdout.lines().find(|line| line.starts_with("restore: WARNING: ")).unwrap();
    for words in ["activity line 2 of ", "accounts disabled since are enabled", "passwords", "tokens revoked"]
    {
        assert!(line.contains(words), "{words}: {line}");
    }
    let found = copy.json(&["check"], "");
    assert!(found.as_array().unwrap().iter().any(|finding| finding["subject"] == "restore"), "{found}");
    let server = copy.serve();
    let told = server.log_until("restored from a backup");
    assert!(told.last().unwrap().contains("as they were at activity line 2"), "{told:?}");
    let (copy, _) = server.stop();
    assert!(
        !copy.run(&["check"], "").stdout.contains("restore:"),
        "from then on it has a history of its own"
    );
}

#[test]
fn killed_at_any_moment_it_leaves_a_whole_file_or_none() {
    const ROUNDS: usize = 20;
    let seed = env::var("LATCHKEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("LATCHKEY_SEED={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let home = Home::sqlite().and_users();
    let key = home.register("Requirements sync");
    let begin = Instant::now();
    home.json(&["backup", "first.db"], "");
    let whole = begin.elapsed();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let name = format!("{round}.db");
        let mut command = home.command(&["backup", &name]);
        let mut running =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = support::whole(running.stdout.take().unwrap());
        let ended = said.recv_timeout(whole.mul_f64(random.f64())).is_ok();
        running.kill().unwrap();
        running.wait().unwrap();
        killed += usize::from(!ended);
        let file = home.path().join(&name);
        if !file.exists() {
            home.json(&["backup", &name], "");
        }
        let listed = restored(&file, &home).json(&["consumer", "list"], "");
        assert_eq!(listed[0]["key"], *key, "round {round}");
    }
    assert!(killed > 0);
}

#[test]
fn several_at_once_beside_a_server_are_all_whole() {
    let server = Home::sqlite().and_users().serve();
    let ada = server.signed_in("ada");
    let home = server.home.clone();
    let files: Vec<_> = (0..3).map(|n| format!("{n}.db")).collect();
    thread::scope(|scope| {
        let made: Vec<_> = files.iter().map(|file| scope.spawn(|| home.run(&["backup", file], ""))).collect();
        for n in 0..20 {
            ada.register(&format!("Tool {n}"));
        }
        for said in made {
            let said = said.join().unwrap();
            assert_eq!(said.code, Some(0), "{said:?}");
        }
    });
    for file in files {
        let checked = restored(&home.path().join(file), &home).run(&["check"], "");
        assert_eq!(checked.code, Some(0), "{checked:?}");
    }
}

#[test]
fn it_says_what_was_made_and_what_stands_in_its_way() {
    let home = Home::sqlite();
    let said = home.run(&["backup", "backup.db"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().contains("latchkey.db") && !home.data().exists(), "nothing is made: {said:?}");
    let home = home.and_made();
    home.register("Requirements sync");
    let said = home.run(&["backup", "backup.db"], "");
    let words = "backup.db is a copy of ./data/latchkey.db. Only ./data/vault.key, as it is now (key 1), opens the secrets in \
                 it: keep a copy of that file too, in another place.\n";
    assert_eq!((said.code, &*said.stdout, &*said.stderr), (Some(0), words, ""));
    for (arguments, code, words) in [
        (&["backup", "backup.db"][..], 1, "backup.db exists already"),
        (&["backup", "no/backup.db"], 1, "no/backup.db cannot be written"),
        (&["backup", &*"x".repeat(230)], 1, "x cannot be written: its name is too long"),
        (&["backup", "other.db", "--vault-key-file", "missing.key"], 1, "missing.key"),
        (&["backup"], 2, "FILE"),
    ] {
        let said = home.run(arguments, "");
        assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{said:?}");
        assert!(said.sentence().contains(words), "{said:?}");
    }
    assert!(!home.path().join("other.db").exists());
}

/// What it says there is run as it stands.
#[test]
fn where_the_database_is_in_postgresql_it_names_the_program_that_copies_it() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_made();
    home.register("Requirements sync");
    let said = home.run(&["backup", "keys.dump"], "");
    assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{said:?}");
    assert!(said.sentence().contains("./data/vault.key"), "{said:?}");
    let command = said.sentence().split('`').nth(1).unwrap();
    let ran = Command::new("sh").args(["-c", command]).current_dir(home.path()).status().unwrap();
    assert!(ran.success(), "{command}");
    assert!(fs::read(home.path().join("keys.dump")).unwrap().starts_with(b"PGDMP"));
    fs::remove_file(home.vault_key()).unwrap();
    let said = home.run(&["backup", "other.dump"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().starts_with("The vault key"), "{said:?}");
}
