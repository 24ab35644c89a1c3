//! `latchkey backup`: while a server serves, killed at any moment, and what is true after a restore.

mod support;

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use domain::ConsumerQuery;
use serde_json::json;
use store::{Location, Store};
use support::{
    Home,
    signer::{App, Asker, Provider, until},
};

const FILE: &str = "copy.db";

/// The path of a file in the folder of a home.
fn in_folder(home: &Home, name: &str) -> PathBuf {
    home.path().join(name)
}

/// Puts a backup into the place of the database.
fn restore(home: &Home) {
    let database = home.data().join("latchkey.db");
    for beside in ["latchkey.db-wal", "latchkey.db-shm"] {
        let _ = fs::remove_file(home.data().join(beside));
    }
    fs::copy(in_folder(home, FILE), database).unwrap();
}

/// How many consumers a backup holds, each of whose secrets opens, where it is not damaged.
fn consumers(file: &Path, home: &Home) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store =
            Store::open_existing(&Location::Sqlite(file.to_owned()), &home.vault_key()).await.unwrap();
        assert_eq!(store.health().await.unwrap().integrity, "ok");
        let list = store.list_consumers(&ConsumerQuery::default(), 1000).await.unwrap().items;
        for consumer in &list {
            assert!(store.consumer_secret(consumer.key).await.unwrap().is_some());
        }
        store.close().await.unwrap();
        list.len()
    })
}

#[test]
fn a_restored_database_is_as_it_was_and_accepts_nothing_that_was_accepted_since() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let app = provider.app_of("Before", "grace");
    let before = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&before), None);
    let made = provider.home.json(&["backup", FILE], "");
    assert_eq!((&made["file"], &made["vault_key_file"]), (&json!(FILE), &json!("./data/vault.key")));
    let size = fs::metadata(in_folder(&provider.home, FILE)).unwrap().len();
    assert_eq!(made["bytes"], size);
    let since = app.get("https://tool.example/items").sign();
    assert_eq!(Asker::new(&provider.internal).ask(&since), None);
    provider.home.register("Since");
    let ada = provider.ada().clone();
    ada.get("/api/v1/consumers").is(200);
    let (home, _) = provider.server.stop();
    restore(&home);

    // A short distance, so that it opens again soon.
    let provider = Provider::in_home(home, &[("LATCHKEY_CLOCK_SKEW", "3")]);
    let asker = Asker::new(&provider.internal);
    for signed in [&before, &since] {
        assert_eq!(asker.ask(signed).as_deref(), Some("timestamp_refused"));
    }
    let app = App { address: provider.url.clone(), internal: provider.internal.clone(), ..app };
    assert_eq!(
        asker.ask(&app.get("https://tool.example/items").sign()).as_deref(),
        Some("timestamp_refused")
    );
    until("signed requests are accepted again", || {
        asker.ask(&app.get("https://tool.example/items").sign()).is_none().then_some(())
    });
    for signed in [&before, &since] {
        assert!(asker.ask(signed).is_some());
    }
    ada.at(&provider.url).get("/settings/oauth-consumers").is(303);
    let names = provider.signed_in("ada").get("/api/v1/consumers").is(200).json()["items"].to_string();
    assert!(names.contains("Before") && !names.contains("Since"), "{names}");
    // Only the first start closes it.
    let (home, _) = provider.server.stop();
    let provider = Provider::in_home(home, &[]);
    let app = App { address: provider.url.clone(), internal: provider.internal.clone(), ..app };
    assert_eq!(Asker::new(&provider.internal).ask(&app.get("https://tool.example/items").sign()), None);
}

#[test]
fn while_consumers_are_registered_each_backup_is_one_moment() {
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let home = &provider.home;
    let (begun, registered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        let registering = scope.spawn(|| {
            for n in 0..40 {
                begun.fetch_add(1, Ordering::SeqCst);
                home.register(&format!("Tool {n}"));
                registered.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mut round = 0;
        while !registering.is_finished() {
            round += 1;
            let name = format!("copy {round}.db");
            let least = registered.load(Ordering::SeqCst);
            home.json(&["backup", &name], "");
            let most = begun.load(Ordering::SeqCst);
            let count = consumers(&in_folder(home, &name), home);
            assert!((least..=most).contains(&count), "{least}..={most}: {count}");
        }
        assert!(round > 2, "{round}");
        registering.join().unwrap();
    });
}

#[test]
fn it_is_for_its_owner_alone_and_replaces_nothing() {
    let home = Home::sqlite();
    home.register("Requirements sync");
    let said = home.run(&["backup", FILE], "");
    let words = "copy.db is a backup, and ./data/vault.key opens the secrets in it. Keep a copy of that file too, in \
                 another place.\n";
    assert_eq!((said.code, &*said.stdout, &*said.stderr), (Some(0), words, ""));
    let file = in_folder(&home, FILE);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let first = fs::read(&file).unwrap();
    for (name, why) in [
        (FILE, "already"),
        ("./data/latchkey.db", "already"),
        ("data", "already"),
        ("missing/copy.db", "No such file"),
    ] {
        let said = home.run(&["backup", name], "");
        assert_eq!((said.code, &*said.stdout), (Some(1), ""), "{said:?}");
        assert!(said.sentence().contains(name) && said.sentence().contains(why), "{said:?}");
    }
    assert!(fs::read(&file).unwrap() == first);
    assert_eq!(home.run(&["backup"], "").code, Some(2));
    assert_eq!(files(&home), [FILE, "data"]);
}

#[test]
fn without_a_database_or_with_another_key_there_is_no_backup() {
    let home = Home::sqlite();
    assert_eq!(home.run(&["backup", FILE], "").code, Some(1));
    assert!(!home.data().join("latchkey.db").exists(), "nothing is made");
    home.register("Requirements sync");
    let other = Home::sqlite();
    other.register("Requirements sync");
    fs::copy(other.vault_key(), home.vault_key()).unwrap();
    let said = home.run(&["backup", FILE], "");
    assert_eq!(said.code, Some(1));
    assert!(said.sentence().contains("vault.key is not the one"), "{said:?}");
    assert!(!in_folder(&home, FILE).exists());
}

#[test]
fn of_two_at_once_one_makes_the_file() {
    let home = Home::sqlite();
    home.register("Requirements sync");
    for round in 0..10 {
        let name = format!("copy {round}.db");
        let codes = thread::scope(|scope| {
            [(); 2]
                .map(|()| scope.spawn(|| home.run(&["backup", &name], "").code))
                .map(|one| one.join().unwrap())
        });
        assert!(codes == [Some(0), Some(1)] || codes == [Some(1), Some(0)], "{codes:?}");
        assert_eq!(consumers(&in_folder(&home, &name), &home), 1);
        assert!(!in_folder(&home, &format!("{name}.draft")).exists());
    }
}

#[test]
fn killed_at_any_moment_it_leaves_the_whole_file_or_none_and_the_next_run_makes_it() {
    const ROUNDS: u32 = 15;
    let seed = env::var("LATCHKEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("LATCHKEY_SEED={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let home = Home::sqlite();
    home.register("Requirements sync");
    let begin = Instant::now();
    home.json(&["backup", FILE], "");
    let whole = begin.elapsed();
    let mut killed = 0;
    for round in 0..ROUNDS {
        let name = format!("copy {round}.db");
        let mut command = home.command(&["backup", &name]);
        let mut backing_up =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = support::whole(backing_up.stdout.take().unwrap());
        let ended = said.recv_timeout(whole.mul_f64(random.f64())).is_ok();
        backing_up.kill().unwrap();
        backing_up.wait().unwrap();
        killed += u32::from(!ended);
        let file = in_folder(&home, &name);
        if !file.exists() {
            home.json(&["backup", &name], "");
        }
        assert_eq!(consumers(&file, &home), 1, "round {round}");
    }
    assert!(killed > 0);
}

#[test]
fn on_postgresql_it_says_what_to_run_instead() {
    let home = Home::new();
    let Location::Postgres(_) = home.location() else { return };
    home.register("Requirements sync");
    let said = home.run(&["backup", FILE], "");
    assert_eq!((said.code, &*said.stdout), (Some(1), ""));
    let sentence = said.sentence();
    let command = format!("pg_dump --format=custom --file={FILE} {}", home.location());
    assert!(sentence.contains(&command) && sentence.contains("./data/vault.key opens"), "{sentence}");
    fs::write(home.vault_key(), "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    assert!(home.run(&["backup", FILE], "").sentence().contains("is not the one"));
}

/// The names in a home's folder.
fn files(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
