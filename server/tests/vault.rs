//! `latchkey vault rotate`: while a server serves, killed at any moment, and what it says.

use crate::support;

use std::{
    env, fs,
    os::unix::fs::{MetadataExt as _, chown},
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use domain::{Action, Actor, Consumer, ConsumerKey, ConsumerName, ConsumerSecret};
use http::Method;
use serde_json::{Value, json};
use store::{
    Store,
    activity::{By, NewActivity},
};
use support::{
    Home,
    signer::{App, Asker, CONSUMERS, Provider, send_json},
};

/// More than several transactions of a rotation reseal.
const MANY: u32 = 1000;

fn key(n: u32) -> ConsumerKey {
    format!("00000000-0000-4000-8000-{n:012x}").parse().unwrap()
}

fn secret(n: u32) -> ConsumerSecret {
    ConsumerSecret::parse(&format!("the secret of {n}")).unwrap()
}

/// Does something with the store of a home, beside other processes.
fn in_store<T>(home: &Home, work: &impl AsyncFn(&Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.location(), &home.vault_key()).await.unwrap();
        let done = work(&store).await;
        store.close().await.unwrap();
        done
    })
}

/// Registers many consumers.
fn fill(home: &Home) {
    let at = time::OffsetDateTime::UNIX_EPOCH;
    in_store(home, &async |store| {
        for n in 0..MANY {
            let name = ConsumerName::parse(&format!("App {n}")).unwrap();
            let consumer = Consumer::register(key(n), name, false, Actor::CommandLine, at);
            let by = By { actor: Actor::CommandLine, address: None, at, reason: None };
            let activity = NewActivity::consumer(by, Action::ConsumerRegistered, None, Some(&consumer));
            store.consumers().insert(&consumer, &secret(n), activity).await.unwrap();
        }
    });
}

/// Asserts that each of them still has its secret.
fn all_open(home: &Home) {
    in_store(home, &async |store| {
        for n in 0..MANY {
            let kept = store.consumers().secret(key(n)).await.unwrap().unwrap();
            assert_eq!(kept.expose(), secret(n).expose(), "{n}");
        }
    });
}

/// The numbers of the keys in the file, and that nothing else lies about.
fn keys(home: &Home) -> Vec<u32> {
    let text = fs::read_to_string(home.vault_key()).unwrap();
    text.lines().map(|line| line.split_once(':').unwrap().0.parse().unwrap()).collect()
}

/// Rotates to the end; returns what the command says. Where machines may share the database that takes two runs.
fn rotated(home: &Home) -> Value {
    let rotate = || home.json(&["vault", "rotate"], "");
    let first = rotate();
    if first["finished"] == true { first } else { rotate() }
}

/// Asks about requests of these consumers until stopped; returns how many there were.
fn keep_asking(apps: &[App], stop: &AtomicBool) -> u32 {
    let asker = Asker::new(&apps[0].internal);
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        for app in apps {
            assert_eq!(asker.ask(&app.echo().sign()), None, "request {count}");
            count += 1;
        }
    }
    count
}

/// Stops the others when it goes, also by a panic, so that a failed test comes to an end.
struct StopAtTheEnd<'a>(&'a AtomicBool);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn while_a_server_serves_no_right_request_fails_and_what_is_new_opens() {
    let home = Home::with_users();
    fill(&home);
    let provider = Provider::in_home(home, &[]);
    let (ada, grace) = (provider.ada().clone(), provider.signed_in("grace"));
    let apps: Vec<_> = (0..3).map(|n| provider.app_of(&format!("Tool {n}"), "grace")).collect();
    let edited = provider.app_of("Edited", "grace");
    let stop = AtomicBool::new(false);
    let (asked, made) = thread::scope(|scope| {
        let _stop = StopAtTheEnd(&stop);
        let asking = scope.spawn(|| keep_asking(&apps, &stop));
        // After each change the server reads consumer and token from the database.
        let editing = scope.spawn(|| {
            let path = format!("{CONSUMERS}/{}", edited.key);
            let mut trusted = false;
            while !stop.load(Ordering::Relaxed) {
                trusted = !trusted;
                let request = ada.request(Method::PATCH, &path).header("if-match", "*");
                send_json(request, &json!({ "trusted": trusted, "callback_url": "https://app.example/cb" }))
                    .is(200);
                edited.echo().send().is(200);
            }
        });
        let dancing = scope.spawn(|| {
            let mut made = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let app = apps[0].dance(&grace);
                app.echo().send().is(200);
                made.push(app);
            }
            made
        });
        for n in 2..=4 {
            let rotated = rotated(&provider.home);
            assert_eq!((&rotated["key_id"], &rotated["finished"]), (&json!(n), &json!(true)));
            assert!(rotated["sealed"].as_u64().unwrap() >= u64::from(MANY), "{rotated}");
            assert_eq!(keys(&provider.home), [n]);
        }
        stop.store(true, Ordering::Relaxed);
        editing.join().unwrap();
        (asking.join().unwrap(), dancing.join().unwrap())
    });
    assert!(asked > 0 && !made.is_empty());
    let (home, _) = provider.server.stop();
    all_open(&home);
    let provider = Provider::in_home(home, &[]);
    for app in apps.iter().chain(&made) {
        let app = App { address: provider.url.clone(), public: provider.public.clone(), ..app.clone() };
        app.echo().send().is(200);
    }
    let lines = ada.at(&provider.url).get("/api/v1/activity?limit=500").is(200).json();
    let lines = lines["items"].as_array().unwrap();
    let rotations: Vec<_> = lines.iter().filter(|line| line["action"] == "vault_rotated").collect();
    assert_eq!(rotations.len(), 3);
    assert_eq!(
        (&rotations[0]["actor"], &rotations[0]["after"]),
        (&json!("the command line"), &json!({ "key_id": 4 }))
    );
}

#[test]
fn killed_at_any_moment_it_is_finished_by_the_next_run() {
    const ROUNDS: u32 = 20;
    let seed = env::var("LATCHKEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("LATCHKEY_SEED={seed} repeats this run");
    let mut random = fastrand::Rng::with_seed(seed);
    let home = Home::with_users();
    fill(&home);
    let provider = Provider::in_home(home, &[]);
    let app = [provider.app_of("Tool", "grace")];
    let timed = || {
        let begin = Instant::now();
        (rotated(&provider.home), begin.elapsed())
    };
    // How long the last one took, since the machine may be busier at one time than at another.
    let (_, mut whole) = timed();
    let stop = AtomicBool::new(false);
    let (killed, asked) = thread::scope(|scope| {
        let _stop = StopAtTheEnd(&stop);
        let asking = scope.spawn(|| keep_asking(&app, &stop));
        let mut killed = 0;
        for round in 1..=ROUNDS {
            let mut command = provider.home.command(&["vault", "rotate"]);
            let mut rotating =
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let said = support::whole(rotating.stdout.take().unwrap());
            // The first one right at its beginning: one at least is killed.
            let moment = whole.mul_f64(if round == 1 { 0.0 } else { random.f64() * 1.1 });
            let ended = said.recv_timeout(moment).is_ok();
            rotating.kill().unwrap();
            rotating.wait().unwrap();
            killed += u32::from(!ended);
            all_open(&provider.home);
            let unfinished = keys(&provider.home).len() > 1;
            println!("round {round}: ended {ended}, unfinished {unfinished}, after {moment:?} of {whole:?}");
            let check = provider.home.run(&["check"], "");
            assert_eq!(
                (check.code, check.stdout.contains("`latchkey vault rotate`")),
                (Some(0), unfinished),
                "{check:?}"
            );
            let before = keys(&provider.home);
            let (finished, took) = timed();
            whole = took;
            let expected = if unfinished { *before.last().unwrap() } else { before[0] + 1 };
            assert_eq!((&finished["key_id"], &finished["finished"]), (&json!(expected), &json!(true)));
            assert_eq!(keys(&provider.home), [expected], "round {round}");
            all_open(&provider.home);
        }
        stop.store(true, Ordering::Relaxed);
        (killed, asking.join().unwrap())
    });
    assert!(killed > 0 && asked > 0);
    let mut files: Vec<_> =
        fs::read_dir(provider.home.data()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.retain(|name| !name.to_string_lossy().starts_with("latchkey.db"));
    assert_eq!(files, ["vault.key"], "no draft with keys in it is left behind");
}

#[test]
fn it_says_what_it_did_and_what_to_do() {
    let home = Home::sqlite().and_made();
    home.register("Requirements sync");
    let said = home.run(&["vault", "rotate"], "");
    let words = "1 secret is encrypted anew; key 2 of ./data/vault.key opens everything. Dropped from it: key 1. \
                 Backups made before need the file as it was then.\n";
    assert_eq!((said.code, &*said.stdout, &*said.stderr), (Some(0), words, ""));
    let rotated = rotated(&home);
    assert_eq!(rotated, json!({ "key_id": 3, "finished": true, "sealed": 1, "dropped": [2] }));
    for arguments in [&["vault"][..], &["vault", "spin"], &["vault", "rotate", "now"]] {
        assert_eq!(home.run(arguments, "").code, Some(2), "{arguments:?}");
    }
    let elsewhere = ["vault", "rotate", "--vault-key-file", "missing.key"];
    let said = home.run(&elsewhere, "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().contains("missing.key"), "{said:?}");
    assert!(!home.path().join("missing.key").exists());
}

#[test]
fn the_key_file_stays_its_owners_and_its_readers() {
    let home = Home::made();
    home.register("Requirements sync");
    let owner = |home: &Home| {
        let file = fs::metadata(home.vault_key()).unwrap();
        (file.uid(), file.gid(), file.mode() & 0o777)
    };
    // Only root can change a file's owner; for other users it stays their own.
    let given = chown(home.vault_key(), Some(65534), Some(65534));
    assert!(given.is_ok() || owner(&home).0 != 0, "{given:?}");
    let before = owner(&home);
    rotated(&home);
    assert_eq!(owner(&home), before);
}
