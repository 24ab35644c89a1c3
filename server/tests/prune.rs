//! `latchkey prune` and `LATCHKEY_KEEP_ACTIVITY`: beside a server that serves, and what is refused.

use crate::support;

use domain::time::timestamp;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use service::Clock;
use support::{Browser, Home, signer::until};

fn now() -> String {
    timestamp(Clock::System.now())
}

/// The activity, newest first.
fn lines(ada: &Browser) -> Vec<Value> {
    ada.get("/api/v1/activity?limit=500").is(200).json()["items"].as_array().unwrap().clone()
}

#[test]
fn a_dry_run_counts_what_a_run_deletes_and_both_say_it() {
    let home = Home::with_users();
    home.register("Requirements sync");
    let before = now();
    let counted = home.json(&["prune", "--before", &before, "--dry-run"], "");
    assert_eq!((&counted["lines"], &counted["dry_run"]), (&json!(3), &json!(true)));
    let said = home.run(&["prune", "--before", &before], "");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stdout.starts_with("Deleted: 3 lines of activity before "), "{said:?}");
    let again = home.json(&["prune", "--before", &before], "");
    assert_eq!((&again["lines"], &again["dry_run"]), (&json!(0), &json!(false)));
    assert_eq!(home.json(&["consumer", "list"], "").as_array().unwrap().len(), 1, "only the past is gone");
}

#[test]
fn a_page_that_knows_pruned_lines_starts_over_and_an_open_one_goes_on() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.register("First");
    let events = ada.events(None);
    let ready = events.expect("ready");
    server.home.json(&["prune", "--before", &now()], "");
    let pruned = lines(&ada);
    assert_eq!(pruned.len(), 1, "{pruned:?}");
    assert_eq!(
        (&pruned[0]["action"], &pruned[0]["actor"]),
        (&json!("activity_pruned"), &json!("the command line"))
    );
    assert_eq!(pruned[0]["after"]["lines"], json!(4));
    let newest = pruned[0]["id"].as_i64().unwrap();
    assert!(newest > ready.id.parse::<i64>().unwrap(), "the numbers go on: {pruned:?}");
    assert_eq!(ada.events_after("1").expect("resync").id, newest.to_string());
    ada.events_after(&ready.id).expect("ready");
    let second = ada.register("Second");
    assert_eq!(events.expect("consumer").json()["key"], second["key"]);
}

#[test]
fn what_is_no_time_or_has_not_come_is_refused_and_deletes_nothing() {
    let home = Home::with_users();
    for (before, code, words) in
        [("2999-01-01", 1, "before: "), ("yesterday", 2, "such as 2026-01-31"), ("2026-02-30", 2, "such as")]
    {
        let said = home.run(&["prune", "--before", before], "");
        assert_eq!((said.code, &*said.stdout), (Some(code), ""), "{said:?}");
        assert!(said.sentence().contains(words), "{said:?}");
    }
    assert_eq!(home.run(&["prune"], "").code, Some(2), "nothing is deleted by default");
    assert_eq!(home.json(&["prune", "--before", &now(), "--dry-run"], "")["lines"], json!(2));
    let nowhere = Home::new();
    if !nowhere.is_postgres() {
        assert_eq!(nowhere.run(&["prune", "--before", "2026-01-01"], "").code, Some(1));
        assert!(!nowhere.data().exists(), "no database is made to delete from");
    }
}

#[test]
fn a_server_prunes_what_is_older_than_the_setting_says() {
    let home = Home::with_users();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Box::pin(Database::connect(home.url())).await.unwrap();
        database.execute_unprepared("UPDATE activity SET at = 0").await.unwrap();
        database.close().await.unwrap();
    });
    let server = home.serve_with(&[("LATCHKEY_KEEP_ACTIVITY", "1")]);
    let ada = server.signed_in("ada");
    let pruned =
        until("it prunes", || lines(&ada).into_iter().find(|line| line["action"] == "activity_pruned"));
    assert_eq!((&pruned["actor"], &pruned["after"]["lines"]), (&json!("the server"), &json!(2)));
    assert!(lines(&ada).iter().any(|line| line["action"] == "signed_in"), "what is younger stays");
}

#[test]
fn by_default_activity_is_kept() {
    let server = Home::with_users().serve();
    assert_eq!(lines(&server.signed_in("ada")).len(), 3);
    let home = Home::new();
    for wrong in ["-1", "1.5", "36501", "a week"] {
        let said = home.serve_in_vain(&[("LATCHKEY_KEEP_ACTIVITY", wrong)]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.sentence().contains("LATCHKEY_KEEP_ACTIVITY"), "{said:?}");
    }
}
