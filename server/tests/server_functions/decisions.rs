//! Decisions over HTTP: their reasons, taking them back, trust by approving, and doing a thing twice.

use super::edit;
use crate::support::Home;

#[test]
fn a_deed_takes_a_reason_and_a_wrong_one_is_named_by_its_field() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let deeds = [("approve", "1"), ("disapprove", "2"), ("sign_everybody_out", "3"), ("remove", "4")];
    let too_long = "x".repeat(501);
    for (function, revision) in deeds {
        let with = |reason| ada.call(function, &[("key", &key), ("revision", revision), ("reason", reason)]);
        assert_eq!(with(&too_long).is(422).wrong_fields(), ["reason"], "{function}");
        let done = with(" As agreed. ").is(200).json();
        if ["approve", "disapprove"].contains(&function) {
            assert_eq!(done["reason"], "As agreed.", "{function}");
        }
        let line = &ada.get("/api/v1/activity?limit=1").is(200).json()["items"][0];
        assert_eq!(line["reason"], "As agreed.", "{function}");
    }
}

#[test]
fn a_decision_is_taken_back_by_who_made_it_unless_another_administrator_was_faster() {
    let home = Home::with_users();
    home.add_user("eve", true);
    let server = home.serve();
    let (ada, eve) = (server.signed_in("ada"), server.signed_in("eve"));
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let at = |revision| [("key", &*key), ("revision", revision)];
    ada.call("approve", &at("1")).is(200);
    assert_eq!(eve.call("undo", &at("2")).is(409).json()["Conflict"]["by"], "ada");
    let undone = ada.call("undo", &at("2")).is(200).json();
    assert_eq!((&undone["status"], &undone["revision"]), (&"pending".into(), &3.into()));
    ada.call("disapprove", &at("3")).is(200);
    eve.call("approve", &at("4")).is(200);
    let conflict = ada.call("undo", &at("4")).is(409).json();
    assert_eq!(conflict["Conflict"]["by"], "eve");
    assert_eq!(conflict["Conflict"]["changes"], serde_json::json!(["the status to Approved"]));
    ada.call("undo", &at("1")).is(409);
    let late = ada.call("approve", &at("4")).is(200).json();
    assert_eq!((&late["status"], &late["by_another"]), (&"approved".into(), &"eve".into()));
    let found = ada.call("find", &[("key", &*key), ("since", "4")]).is(200).json();
    assert_eq!((&found["revision"], &found["by_another"]), (&5.into(), &"eve".into()));
    assert!(eve.call("approve", &at("4")).is(200).json()["by_another"].is_null(), "it is her own");
}

#[test]
fn approving_trusts_only_where_it_is_ticked_and_a_callback_is_registered() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let tick = |revision| ada.call("approve", &[("key", &key), ("revision", revision), ("trusted", "true")]);
    assert_eq!(tick("1").is(422).wrong_fields(), ["trusted"]);
    let mut fields = edit(&key, "1", "Requirements sync", "");
    fields[4].1 = "https://app.example/cb";
    ada.call("edit", &fields).is(200);
    for unticked in [&[][..], &[("trusted", "false")]] {
        let seen = [&[("key", &*key), ("revision", "2")][..], unticked].concat();
        let approved = ada.call("approve", &seen).is(200).json();
        assert_eq!((&approved["status"], &approved["trusted"]), (&"approved".into(), &false.into()));
    }
    assert_eq!(
        tick("2").is(409).json()["Conflict"]["by"],
        "ada",
        "it is ticked on what it is now, not on what it was"
    );
    assert_eq!(tick("3").is(200).json()["trusted"], true);
}

#[test]
fn what_is_done_already_is_done_again_without_a_word() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let key = consumer["key"].as_str().unwrap();
    let seen_first = [("key", key), ("revision", "1")];
    let approved = ada.call("approve", &seen_first).is(200).json();
    assert_eq!((approved["status"].as_str(), approved["revision"].as_i64()), (Some("approved"), Some(2)));
    assert_eq!(ada.call("approve", &seen_first).is(200).json(), approved);
    let seen_last = [("key", key), ("revision", "2")];
    assert_eq!(ada.call("signed_in_users", &[("keys", key)]).is(200).text(), "0");
    ada.call("remove", &seen_last).is(200);
    ada.call("remove", &seen_last).is(200);
}
