//! `latchkey restore`: nothing is lost whatever the order of steps, and nothing is touched that somebody works on.

use crate::support;

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::json;
use support::{
    Home, PASSWORD, Said,
    process::crate_folder,
    signer::{App, Asker, Provider, until},
};

use crate::endurance::database::Lock;

/// A home with one consumer, `backup.db` which knows it, and a second consumer that came after.
fn with_backup() -> Home {
    let home = Home::sqlite().and_users();
    home.register("First");
    home.json(&["backup", "backup.db"], "");
    home.register("Second");
    home
}

fn log(home: &Home) -> PathBuf {
    home.data().join("latchkey.db-wal")
}

/// The names of the consumers, oldest first.
fn names(home: &Home) -> Vec<String> {
    let rows = home.json(&["consumer", "list"], "");
    rows.as_array().unwrap().iter().rev().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// A home whose server was killed, so that its log is there, with a consumer that is in the log alone.
fn killed() -> Home {
    let server = with_backup().serve();
    server.signed_in("ada").register("Third");
    let home = server.kill();
    assert!(fs::metadata(log(&home)).unwrap().len() > 0);
    home
}

#[test]
fn the_backup_is_in_the_place_of_the_database_which_is_kept() {
    let home = with_backup();
    let done = home.json(&["restore", "backup.db"], "");
    let kept = done["kept"].as_str().unwrap().to_owned();
    assert!(kept.contains("/data/latchkey.db.before-20"), "{done}");
    let expected = json!({ "database": "./data/latchkey.db", "backup": "backup.db", "kept": kept, "key_ids": [1],
                           "newest_line": 3, "newest_activity": done["newest_activity"] });
    assert_eq!(done, expected);
    let at = done["newest_activity"].as_str().unwrap();
    assert_eq!((at.len(), at.ends_with('Z')), ("2026-11-30T08:18:11.440Z".len(), true), "{at}");
    assert_eq!(names(&home), ["First"]);
    let check = home.run(&["check"], "").stdout;
    assert!(check.contains("restore: WARNING: this is a backup that no server has used yet"), "{check}");
    let said = home.run(&["restore", &kept], "");
    assert_eq!((said.code, &*said.stderr), (Some(0), ""), "{said:?}");
    let begins = format!(
        "./data/latchkey.db is now a copy of {kept}; it knows everything up to activity line 4 of 20"
    );
    assert!(said.stdout.starts_with(&begins), "{said:?}");
    assert!(
        said.stdout.contains(" The database before is kept as ") && said.stdout.ends_with(".\n"),
        "{said:?}"
    );
    assert_eq!(names(&home), ["First", "Second"], "and back again");
    let server = home.serve();
    let log = server.log_until("restored from a backup");
    let (_, until) = log.last().unwrap().split_once("until=\"").unwrap_or_else(|| panic!("{log:?}"));
    assert!(until.split('"').next().is_some_and(|until| until.ends_with('Z')), "RFC 3339: {until}");
    server.signed_in("ada");
}

#[test]
fn a_server_that_starts_from_a_plain_copy_accepts_nothing_twice_and_knows_no_session() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let app = provider.app_of("Tool", "grace");
    let public = provider.public.clone();
    let ada = provider.ada().clone();
    let (home, _) = provider.server.stop();
    fs::copy(home.database(), home.path().join("copy.db")).unwrap();
    let provider = Provider::in_home(home, &[("LATCHKEY_PUBLIC_URL", &public)]);
    let signed = app.echo().sign();
    assert_eq!(Asker::new(&provider.internal).ask(&signed), None, "accepted after the copy was made");
    let (home, _) = provider.server.stop();
    home.json(&["restore", "copy.db"], "");
    let again = Provider::in_home(home, &[("LATCHKEY_PUBLIC_URL", &public)]);
    assert_eq!(Asker::new(&again.internal).ask(&signed).as_deref(), Some("timestamp_refused"));
    ada.at(&again.server.url).get("/api/v1/whoami").is(401);
}

/// The README's paragraph on what is to be done after a restore, in one line.
fn readme() -> String {
    let text = fs::read_to_string(crate_folder().join("../README.md")).unwrap();
    let paragraph = text.split("\n\n").find(|paragraph| paragraph.starts_with("After a restore "));
    paragraph.expect("the README has it").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the README says that a restore brings back, and whether it is so now. The application acts for `ada`.
fn brought_back(
    provider: &Provider,
    app: &App,
    disapproved: &str,
    removed: &str,
) -> [(&'static str, bool); 6] {
    let home = &provider.home;
    let users = home.json(&["user", "list"], "");
    let grace = users.as_array().unwrap().iter().find(|user| user["username"] == "grace").unwrap();
    let disapproved = home.json(&["consumer", "show", disapproved], "");
    let sign_in = provider.visitor().post("/sign-in", &[("username", "ada"), ("password", PASSWORD)]);
    [
        ("a key that was disapproved is approved again", disapproved["status"] == "approved"),
        ("a removed one is back", home.run(&["consumer", "show", removed], "").code == Some(0)),
        ("a disabled account is enabled", grace["disabled"] == false),
        ("passwords are the earlier ones", sign_in.status == 303),
        ("revoked tokens are good", app.at(provider).echo().send().status == 200),
        ("*Configure Server* is with whoever had it", grace["configure_server"] == true),
    ]
}

#[test]
fn everything_that_the_readme_says_is_back_after_a_restore_is_back() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let public = provider.public.clone();
    let app = provider.app_of("Tool", "ada");
    let [disapproved, removed] = ["Disapproved", "Removed"].map(|name| provider.app(name).key);
    let home = &provider.home;
    home.json(&["user", "permit", "grace"], "");
    home.json(&["backup", "backup.db"], "");
    home.json(&["consumer", "disapprove", &disapproved], "");
    home.json(&["consumer", "remove", &removed], "");
    home.json(&["user", "forbid", "grace"], "");
    home.json(&["user", "disable", "grace"], "");
    home.json(&["user", "passwd", "ada", "--password-stdin"], "another horse battery");
    until("the server knows of the revoked token", || (app.echo().send().status == 401).then_some(()));
    for (words, is_back) in brought_back(&provider, &app, &disapproved, &removed) {
        assert!(!is_back, "before the restore: {words}");
    }

    let (home, _) = provider.server.stop();
    home.json(&["restore", "backup.db"], "");
    let settings = [("LATCHKEY_PUBLIC_URL", &*public), ("LATCHKEY_CLOCK_SKEW", "2")];
    let again = Provider::in_home(home, &settings);
    let asker = Asker::new(&again.internal);
    until("signed requests are answered again", || {
        (asker.ask(&app.echo().sign()).as_deref() != Some("timestamp_refused")).then_some(())
    });
    let readme = readme();
    for (words, is_back) in brought_back(&again, &app, &disapproved, &removed) {
        assert!(readme.contains(words), "the README says that {words}: {readme}");
        assert!(is_back, "{words}");
    }
}

#[test]
fn after_a_restore_clients_are_told_when_to_sign_again_and_not_to_set_their_clocks() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let app = provider.app_of("Tool", "ada");
    provider.home.json(&["backup", "backup.db"], "");
    let (home, _) = provider.server.stop();
    home.json(&["restore", "backup.db"], "");
    let again = Provider::in_home(home, &[]);
    for distance in [0, -4000, 4000] {
        let told = app.at(&again).echo().at(distance).send().refused_at_api(401, "timestamp_refused");
        let advice = told["oauth_problem_advice"].as_str().unwrap();
        let (_, rest) = advice.split_once("sign the request again in ").unwrap_or_else(|| panic!("{told}"));
        let seconds: u64 = rest.split(' ').next().unwrap().parse().unwrap();
        assert!((1..=301).contains(&seconds), "{told}");
        assert_eq!(told.get("oauth_acceptable_timestamps"), None, "{told}");
    }
    until("it is ready, since it answers", || (again.inside("/readyz").status == 200).then_some(()));
}

#[test]
fn the_commands_that_the_readme_names_for_after_a_restore_exist_and_name_the_last_activity() {
    let home = with_backup();
    let readme = readme();
    let spans = readme.split('`').skip(1).step_by(2).filter(|span| !span.starts_with("LATCHKEY_"));
    let commands: Vec<_> = spans.map(|span| span.strip_prefix("latchkey ").unwrap_or(span)).collect();
    for command in ["restore", "check", "user list", "consumer list", "user passwd", "user sign-out"] {
        assert!(commands.contains(&command), "{command}: {commands:?}");
    }
    for command in commands {
        let words: Vec<_> = command.split(' ').chain(["--help"]).collect();
        let said = home.run(&words, "");
        assert_eq!(said.code, Some(0), "`latchkey {command}`: {said:?}");
    }
    let sentence = "`latchkey restore` and `latchkey check`, run before the start, name the last activity that the backup knows";
    assert!(readme.contains(sentence), "{readme}");
    for command in [&["restore", "backup.db"][..], &["check"]] {
        let said = home.run(command, "");
        assert!(said.stdout.contains(" activity line 3 of 20"), "{said:?}");
    }
}

#[test]
fn while_a_server_or_another_program_works_on_the_database_it_is_left_alone() {
    let server = with_backup().serve();
    let said = server.home.run(&["restore", "backup.db"], "");
    assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{said:?}");
    assert!(said.sentence().contains("is in use") && said.sentence().contains("Stop the server"), "{said:?}");
    server.visitor().get("/sign-in").is(200);
    let (home, _) = server.stop();
    let other = Lock::take(&home, "BEGIN IMMEDIATE");
    let said = home.run(&["restore", "backup.db"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().contains("is in use"), "{said:?}");
    drop(other);
    assert_eq!(names(&home), ["First", "Second"], "nothing was changed");
    home.json(&["restore", "backup.db"], "");
    assert_eq!(names(&home), ["First"]);
}

/// Every command that works on the database names the log and what to do, and changes neither of the two.
fn is_refused(home: &Home, case: &str) {
    let files = || [home.database(), log(home)].map(|file| fs::read(file).ok());
    let before = files();
    let is_named = |told: &str| {
        assert!(
            told.contains("latchkey.db-wal") && told.contains("`latchkey restore FILE`"),
            "{case}: {told}"
        );
    };
    for arguments in [
        &["user", "list"][..],
        &["consumer", "list"],
        &["backup", "more.db"],
        &["migrate"],
        &["vault", "rotate"],
    ] {
        let said = home.run(arguments, "");
        assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{case}: {said:?}");
        is_named(said.sentence());
    }
    let check: Said = home.run(&["check"], "");
    assert_eq!(check.code, Some(1), "{case}: {check:?}");
    is_named(check.stdout.lines().find(|line| line.starts_with("database: WRONG: ")).unwrap());
    let served = home.serve_in_vain(&[]);
    assert_eq!(served.code, Some(1), "{case}: {served:?}");
    is_named(served.last_words());
    assert!(files() == before, "{case}: nothing was changed");
}

#[test]
fn a_backup_that_was_copied_or_moved_over_the_database_does_not_take_its_log() {
    for by_moving in [false, true] {
        let home = killed();
        if by_moving {
            fs::rename(home.path().join("backup.db"), home.database()).unwrap();
        } else {
            fs::copy(home.path().join("backup.db"), home.database()).unwrap();
        }
        is_refused(&home, "over the database");
        // What the index of the log says makes no difference.
        fs::remove_file(home.data().join("latchkey.db-shm")).unwrap();
        is_refused(&home, "without the index");
        // Either the file that lies there is restored, or the backup once more.
        let backup = if by_moving { "data/latchkey.db" } else { "backup.db" };
        home.json(&["restore", backup], "");
        assert!(!log(&home).exists());
        assert_eq!(names(&home), ["First"]);
        let server = home.serve();
        server.log_until("restored from a backup");
    }
}

#[test]
fn a_log_whose_database_was_removed_waits_for_it() {
    let home = killed();
    let away = home.path().join("away.db");
    fs::rename(home.database(), &away).unwrap();
    is_refused(&home, "removed");
    fs::rename(&away, home.database()).unwrap();
    assert_eq!(names(&home), ["First", "Second", "Third"], "nothing was lost");
}

#[test]
fn what_a_killed_server_left_in_its_log_is_kept_and_comes_back() {
    let home = killed();
    let kept = home.json(&["restore", "backup.db"], "")["kept"].as_str().unwrap().to_owned();
    assert_eq!(names(&home), ["First"]);
    assert!(fs::metadata(format!("{kept}-wal")).unwrap().len() > 0, "with its log");
    home.json(&["restore", &kept], "");
    assert_eq!(names(&home), ["First", "Second", "Third"]);
}

#[test]
fn the_files_put_in_place_by_hand_work_where_the_log_was_removed() {
    let home = killed();
    for ending in ["-wal", "-shm"] {
        fs::remove_file(home.data().join(format!("latchkey.db{ending}"))).unwrap();
    }
    fs::copy(home.path().join("backup.db"), home.database()).unwrap();
    assert_eq!(names(&home), ["First"]);
}

#[test]
fn killed_at_any_moment_it_leaves_the_database_or_the_backup() {
    const ROUNDS: usize = 20;
    let seed = env::var("LATCHKEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("LATCHKEY_SEED={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let home = with_backup();
    let begin = Instant::now();
    home.json(&["restore", "backup.db"], "");
    let whole = begin.elapsed();
    let mut killed = 0;
    for round in 0..ROUNDS {
        home.register("Second");
        let mut command = home.command(&["restore", "backup.db"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = command.spawn().unwrap();
        let said = support::whole(running.stdout.take().unwrap());
        let ended = said.recv_timeout(whole.mul_f64(random.f64())).is_ok();
        running.kill().unwrap();
        running.wait().unwrap();
        killed += usize::from(!ended);
        let names = names(&home);
        assert!(names == ["First"] || names == ["First", "Second"], "round {round}: {names:?}");
        home.json(&["restore", "backup.db"], "");
    }
    assert!(killed > 0);
}

#[test]
fn what_cannot_be_restored_is_told_and_nothing_is_touched() {
    let home = with_backup();
    let other = with_backup();
    fs::copy(other.path().join("backup.db"), home.path().join("others.db")).unwrap();
    fs::write(home.path().join("foreign.db"), include_bytes!("fixtures/foreign.db")).unwrap();
    fs::write(home.path().join("text.db"), "a shopping list\n".repeat(500)).unwrap();
    let whole = fs::read(home.path().join("backup.db")).unwrap();
    fs::write(home.path().join("half.db"), &whole[..whole.len() / 2]).unwrap();
    support::process::make_pipe(&home.path().join("pipe"));
    let before = fs::read(home.database()).unwrap();
    for (file, code, words) in [
        ("pipe", 1, "it is not a file"),
        ("missing.db", 1, "missing.db cannot be restored"),
        (".", 1, "it is not a file"),
        ("text.db", 1, "no SQLite database"),
        ("half.db", 1, "half.db cannot be restored"),
        ("foreign.db", 1, "no database of Latchkey"),
        ("others.db", 1, "vault.key is not the one"),
        ("-", 2, "standard output or input"),
    ] {
        let said = home.run(&["restore", file], "");
        assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{file}: {said:?}");
        assert!(said.sentence().contains(words), "{file}: {said:?}");
    }
    assert_eq!(home.run(&["restore"], "").code, Some(2));
    let files = fs::read_dir(home.data()).unwrap().count();
    assert_eq!(files, 2, "no draft is left");
    assert!(fs::read(home.database()).unwrap() == before);
}

/// What it says there is run as it stands.
#[test]
fn where_the_database_is_in_postgresql_it_names_the_programs_that_restore_it() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_users();
    let key = home.register("Requirements sync");
    let commands = |arguments: &[&str]| {
        let said = home.run(arguments, "");
        assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{said:?}");
        said.sentence().split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |command: &str| {
        let ran = Command::new("sh").args(["-c", command]).current_dir(home.path()).status().unwrap();
        assert!(ran.success(), "{command}");
    };
    run(&commands(&["backup", "keys.dump"])[0]);
    home.json(&["consumer", "remove", &key], "");
    for command in commands(&["restore", "keys.dump"]) {
        run(&command);
    }
    assert_eq!(names(&home), ["Requirements sync"]);
    let server = home.serve();
    server.log_until("restored from a backup");
}
