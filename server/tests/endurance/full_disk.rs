//! A disk that is full: refusals that say so, no half change, nothing lost, and no hands needed once there is space again.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use http::Method;
use serde_json::json;

use crate::endurance::{
    activity::Told,
    database::{Lock, listed},
    run::Run,
    support::{
        Browser, Home, SECRET,
        signer::{App, CONSUMERS, ECHO, Provider, send_json, until},
    },
};

const FULL: &str = "The disk that holds the database is full";

/// A small file system in memory, mounted where a program keeps its data. SQLite's log takes four of its megabytes
/// before it is reset.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Or why it cannot be mounted here.
    fn mount(at: &Path) -> Result<Self, String> {
        fs::create_dir(at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "latchkey-faults"]).arg(at).output();
        let why = match mounted {
            Ok(output) if output.status.success() => return Ok(Self(at.to_owned())),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        Err(format!("a small file system cannot be mounted here: {why}"))
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let mut filler = OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
        for size in [4096, 1] {
            loop {
                match filler.write(&vec![0; size]) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    /// Frees the space.
    fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A mount that stays would only stay as long as the machine does.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// A program whose data is on such a disk, with its users; or why there cannot be one here.
fn on_a_small_disk() -> Result<(SmallDisk, Provider), String> {
    let home = Home::sqlite();
    let disk = SmallDisk::mount(&home.data())?;
    Ok((disk, Provider::in_home(home.and_users(), &[])))
}

/// Every way to change something is refused with a sentence, and everything can still be read.
fn refuses_in_every_way(provider: &Provider, ada: &Browser, app: &App) {
    let name = "One more";
    let told = ada.call("register", &[("name", name), ("secret", SECRET)]).is(503).json();
    assert!(told["Unavailable"].as_str().unwrap().starts_with(FULL), "{told}");
    let form = [("name", name), ("secret", SECRET), ("secret_again", SECRET)];
    let page = ada.post("/settings/oauth-consumers", &form).is(503);
    assert!(page.text().contains("disk that holds the database is full"), "{}", page.text());
    let called = send_json(ada.request(Method::POST, CONSUMERS), &json!({ "name": name, "secret": SECRET }));
    assert_eq!(called.header("retry-after"), "1");
    assert!(called.problem(503)["detail"].as_str().unwrap().starts_with(FULL));
    let signed = app.get("https://tool.example/items");
    for answer in
        [signed.sign().verify(), signed.sign().verify_json(), app.get(ECHO).send(), app.ask("oob").send()]
    {
        let answer = answer.is(503);
        assert_eq!(answer.header("retry-after"), "1");
        assert!(answer.text().contains(FULL), "{answer:?}");
    }
    let said = provider.home.run(&["consumer", "register", name, "--secret-stdin"], SECRET);
    assert_eq!(said.code, Some(1));
    assert!(said.sentence().starts_with(FULL), "{said:?}");
    ada.get("/settings/oauth-consumers").is(200);
    ada.get(CONSUMERS).is(200);
    assert_eq!(provider.inside("/healthz").status, 200);
    let told = provider.inside("/readyz").is(503);
    assert!(told.text().contains("nonces: "), "it tries what a signed request needs: {told:?}");
}

#[test]
fn a_full_disk_is_told_everywhere_and_forgotten_once_there_is_space() {
    let mut run = Run::begin("the disk full");
    let (disk, provider) = match on_a_small_disk() {
        Ok(both) => both,
        Err(why) => return run.skip(&why),
    };
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    let (mut told, mut registered) = (Told::default(), 0);
    let rounds = run.sizes.full_disks;
    for round in 0..rounds {
        // While a reader holds the database as it is now, its log grows with every change.
        let reading = Lock::take(&provider.home, "BEGIN; SELECT count(*) FROM consumers");
        disk.fill();
        // A change, or a nonce, may still fit into what the database has already.
        let mut refused = 0;
        until("changes are refused", || {
            let answer = ada.call("register", &[("name", "Last"), ("secret", SECRET)]);
            assert!(matches!(answer.status, 200 | 503), "round {round}: {answer:?}");
            let verified = app.get("https://tool.example/items").sign().verify();
            assert!(matches!(verified.status, 200 | 503), "round {round}: {verified:?}");
            println!("round {round}: {} and {}", answer.status, verified.status);
            registered += usize::from(answer.status == 200);
            refused = if answer.status == 503 && verified.status == 503 { refused + 1 } else { 0 };
            (refused == 10).then_some(())
        });
        refuses_in_every_way(&provider, &ada, &app);
        drop(reading);
        disk.free();
        // Nothing is done but to try again.
        ada.register("There is space again");
        registered += 1;
        assert_eq!(app.get("https://tool.example/items").sign().verify().status, 200);
        app.dance(&provider.signed_in("grace"));
        told.read_on(&ada);
        let rows = listed(&provider.home);
        told.is(&rows);
        assert_eq!(rows.len(), 1 + registered, "round {round}");
        assert_eq!(provider.home.run(&["check"], "").code, Some(0));
        rows.keys().filter(|key| **key != app.key).for_each(|key| {
            ada.call("remove", &[("key", key), ("revision", "1")]).is(200);
        });
        registered = 0;
    }
    run.figure("times full", rounds);
    run.end();
}

#[test]
fn a_use_that_a_full_disk_kept_from_being_written_down_is_not_lost() {
    let mut run = Run::begin("last used, while the disk is full");
    let (disk, provider) = match on_a_small_disk() {
        Ok(both) => both,
        Err(why) => return run.skip(&why),
    };
    let (app, before_it) = (provider.app("Calling"), provider.app("Calling before it"));
    let ada = provider.ada().clone();
    let last_used_of =
        |app: &App| ada.get(&format!("{CONSUMERS}/{}", app.key)).is(200).json()["last_used_at"].clone();
    let last_used = || last_used_of(&app);
    let verify = |app: &App| assert_eq!(app.get("https://tool.example/items").sign().verify().status, 200);
    // The log is not reset while this reader is open, so that the next change needs space.
    let reading = Lock::take(&provider.home, "BEGIN; SELECT count(*) FROM consumers");
    // No other writer runs until the disk is full: a use that comes while the one before it has just been written is not
    // written for a second, and then waits.
    let (before, writing) = until("the disk can be full before a use is written", || {
        let other = last_used_of(&before_it);
        verify(&before_it);
        until("the use before it is written", || (last_used_of(&before_it) != other).then_some(()));
        let before = last_used();
        verify(&app);
        let writing = Lock::take(&provider.home, "BEGIN IMMEDIATE");
        (last_used() == before).then_some((before, writing))
    });
    disk.fill();
    drop(writing);
    until("the failure is logged", || {
        provider.log().iter().any(|line| line.contains("could not be written down")).then_some(())
    });
    assert_eq!(last_used(), before);
    drop(reading);
    disk.free();
    until("the use is written down", || (last_used() != before).then_some(()));
    run.figure("uses that could not be written down, all there once there was space", 1);
    run.end();
}
