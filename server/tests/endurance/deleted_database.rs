//! SQLite's file deleted, replaced or overwritten under the running server: it says so, and writes nothing that would be lost.

use std::{fs, time::Instant};

use http::Method;
use serde_json::json;

use crate::endurance::{
    database::listed,
    run::{Run, milliseconds},
    support::{
        Home, SECRET,
        signer::{CONSUMERS, Provider, send_json, until},
    },
};

fn is_ready(provider: &Provider) -> Option<()> {
    (provider.inside("/readyz").status == 200).then_some(())
}

#[test]
fn a_database_that_is_deleted_or_replaced_is_told_and_no_change_is_lost_with_it() {
    let mut run = Run::begin("the database's file is deleted or replaced");
    let provider = Provider::in_home(Home::sqlite().and_users(), &[]);
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    let (data, database) = (provider.home.data(), provider.home.database());
    let aside = data.join("aside");
    until("it is ready", || is_ready(&provider));
    let mut registered = 1;
    for is_replaced in [false, true] {
        fs::rename(&database, &aside).unwrap();
        if is_replaced {
            fs::copy(&aside, &database).unwrap();
        }
        let change = json!({ "name": "Lost", "secret": SECRET });
        let refused = send_json(ada.request(Method::POST, CONSUMERS), &change).is(503);
        assert!(refused.text().contains("Something is wrong on this server"), "{refused:?}");
        assert!(!refused.text().contains(data.to_str().unwrap()), "{refused:?}");
        told_replaced(&provider);
        app.get("https://tool.example/items").sign().verify().is(503);
        ada.get(CONSUMERS).is(200);
        provider.log_until("the database was deleted or replaced");

        fs::rename(&aside, &database).unwrap();
        let back = Instant::now();
        until("it is ready again", || is_ready(&provider));
        run.figure("everything went on after", milliseconds(back.elapsed()));
        ada.register("Back");
        registered += 1;
        app.get("https://tool.example/items").sign().verify().is(200);
    }
    assert_eq!(listed(&provider.home).len(), registered);

    // Nobody asks now: it is looked for all the same.
    fs::rename(&database, &aside).unwrap();
    provider.log_until("the database was deleted or replaced");
    app.get("https://tool.example/items").sign().verify().is(503);
    // A stop is in good order with it gone, too.
    let (home, _) = provider.server.stop();
    fs::rename(&aside, &database).unwrap();
    assert_eq!(listed(&home).len(), registered);
    assert_eq!(home.run(&["check"], "").code, Some(0));
    run.end();
}

/// The parts that `/readyz` names, of which one is the database.
fn told_replaced(provider: &Provider) {
    let told = provider.inside("/readyz").is(503);
    let mut parts = told.text().lines().filter(|part| part.starts_with("database: "));
    assert!(
        parts.any(|part| part.contains("latchkey.db") && part.contains("deleted or replaced")),
        "{told:?}"
    );
}

#[test]
fn a_copy_over_the_database_is_told_and_never_mixed_with_what_was_written_last() {
    for is_backup in [false, true] {
        let home = Home::sqlite().and_users();
        let kept = home.register("In the copy");
        let copy = home.path().join("copy.db");
        if is_backup {
            home.json(&["backup", "copy.db"], "");
        } else {
            fs::copy(home.database(), &copy).unwrap();
        }
        // Writes the first page, as many changes do: a copy from before has a smaller change counter.
        home.sql("VACUUM");
        let provider = Provider::in_home(home, &[]);
        provider.ada().register("In the log");
        until("it is ready", || is_ready(&provider));
        fs::copy(&copy, provider.home.database()).unwrap();
        told_replaced(&provider);
        let change = json!({ "name": "Lost", "secret": SECRET });
        send_json(provider.ada().request(Method::POST, CONSUMERS), &change).is(503);

        let home = provider.home.clone();
        provider.signal("TERM");
        provider.log_until("latchkey.db-wal does not belong to the database");
        assert_eq!(provider.server.exit_code(), Some(0));
        assert!(fs::read(&copy).unwrap() == fs::read(home.database()).unwrap(), "nothing was folded in");
        let said = home.serve_in_vain(&[]);
        assert!(said.code == Some(1) && said.last_words().contains("does not belong to"), "{said:?}");
        home.json(&["restore", "data/latchkey.db"], "");
        assert_eq!(listed(&home).into_keys().collect::<Vec<_>>(), [kept]);
        assert_eq!(home.run(&["check"], "").code, Some(0));
    }
}

#[test]
fn a_copy_over_the_database_that_nobody_has_noticed_yet_is_found_by_the_stop() {
    let home = Home::sqlite().and_users();
    home.json(&["backup", "copy.db"], "");
    let provider = Provider::in_home(home, &[]);
    provider.ada().register("In the log");
    let (home, copy) = (provider.home.clone(), provider.home.path().join("copy.db"));
    fs::copy(&copy, home.database()).unwrap();
    provider.signal("TERM");
    provider.log_until("latchkey.db-wal does not belong to the database");
    assert_eq!(provider.server.exit_code(), Some(0));
    assert!(fs::read(&copy).unwrap() == fs::read(home.database()).unwrap(), "nothing was folded in");
}
