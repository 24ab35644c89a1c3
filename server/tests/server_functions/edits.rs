//! An edit over HTTP: what it changes, which fields it calls wrong, and who was faster.

use super::edit;
use crate::support::Home;

#[test]
fn every_wrong_field_of_an_edit_is_named_at_once() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let mut fields = edit(consumer["key"].as_str().unwrap(), "1", " ", "short");
    (fields[4].1, fields[5].1) = ("ftp://app.example", "no key");
    let answer = ada.call("edit", &fields).is(422);
    assert_eq!(answer.wrong_fields(), ["name", "secret", "callback_urls", "rsa_public_key"]);
    (fields[3].1, fields[9].1) = ("a long secret", "another secret");
    let details =
        [("networks", "10.0.0.0/8\n10.0.0.0/33"), ("ends_at", "soon"), ("functional_user", "nobody")];
    let answer = ada.call("edit", &[&fields[..], &details].concat()).is(422);
    let wrong =
        ["name", "secret_again", "callback_urls", "rsa_public_key", "networks", "ends_at", "functional_user"];
    assert_eq!(answer.wrong_fields(), wrong);
}

#[test]
fn an_edit_changes_what_is_sent_and_takes_away_what_is_sent_empty() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let key = consumer["key"].as_str().unwrap();
    let save = |revision: &str, fields: &[(&str, &str)]| {
        ada.call("edit", &[&[("key", key), ("revision", revision)], fields].concat()).is(200).json()
    };
    let all = [
        ("callback_urls", "https://app.example/cb\nmyapp://cb"),
        ("owner", "Quality"),
        ("contact", "quality@app.example"),
        ("note", "one\r\ntwo"),
        ("networks", "10.0.0.0/8\n\n2001:db8::7"),
        ("ends_at", "2099-01-31"),
        ("functional_user", "GRACE"),
        ("trusted", "true"),
    ];
    let saved = save("1", &all);
    assert_eq!(saved["callback_urls"], serde_json::json!(["https://app.example/cb", "myapp://cb"]));
    assert_eq!(saved["networks"], serde_json::json!(["10.0.0.0/8", "2001:db8::7"]));
    for (field, value) in [
        ("name", "Requirements sync"),
        ("owner", "Quality"),
        ("note", "one\ntwo"),
        ("ends_at", "2099-01-31T00:00:00.000Z"),
        ("functional_user", "grace"),
    ] {
        assert_eq!(saved[field], value);
    }
    let renamed = save("2", &[("name", "Renamed")]);
    for kept in
        ["callback_urls", "owner", "contact", "note", "networks", "ends_at", "functional_user", "trusted"]
    {
        assert_eq!(renamed[kept], saved[kept], "{kept}");
    }
    let emptied =
        save("3", &[("owner", ""), ("note", ""), ("networks", ""), ("ends_at", ""), ("functional_user", "")]);
    for taken in ["owner", "note", "ends_at", "functional_user"] {
        assert!(emptied[taken].is_null(), "{taken}");
    }
    assert_eq!((&emptied["networks"], &emptied["contact"]), (&serde_json::json!([]), &saved["contact"]));
    assert_eq!(save("4", &[])["revision"], 4, "nothing sent is nothing changed");
}

#[test]
fn the_slower_of_two_administrators_is_told_who_changed_what() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let key = consumer["key"].as_str().unwrap();
    ada.call("edit", &edit(key, "1", "Renamed", "another secret")).is(200);
    let conflict = ada.call("edit", &edit(key, "1", "Mine", "")).is(409).json();
    let conflict = &conflict["Conflict"];
    assert_eq!(conflict["by"], "ada");
    assert_eq!(conflict["changes"], serde_json::json!(["the name to “Renamed”", "the consumer secret"]));
    assert_eq!(
        (&conflict["current"]["name"], &conflict["current"]["revision"]),
        (&"Renamed".into(), &2.into())
    );
    for function in ["approve", "disapprove", "remove"] {
        ada.call(function, &[("key", key), ("revision", "1")]).is(409);
    }
    assert_eq!(ada.names(), ["Renamed"], "nothing was overwritten");
    ada.call("edit", &edit(key, "2", "Mine", "")).is(200);
}

#[test]
fn every_right_of_an_edit_that_cannot_be_is_named_by_its_field() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let key = ada.register("Requirements sync")["key"].as_str().unwrap().to_owned();
    let save = |revision, callback, trusted, may_administer| {
        let mut fields = edit(&key, revision, "Requirements sync", "");
        (fields[4].1, fields[6].1, fields[7].1) = (callback, trusted, may_administer);
        ada.call("edit", &fields)
    };
    let callback = "https://app.example/cb";
    assert_eq!(save("1", "", "true", "false").is(422).wrong_fields(), ["trusted"]);
    assert_eq!(save("1", callback, "true", "true").is(422).wrong_fields(), ["trusted"]);
    save("1", callback, "true", "false").is(200);
    assert_eq!(save("2", "", "true", "false").is(422).wrong_fields(), ["callback_urls"]);
    assert_eq!(save("2", callback, "true", "true").is(422).wrong_fields(), ["may_administer"]);
    let exchanged = save("2", "", "false", "true").is(200).json();
    assert_eq!((&exchanged["trusted"], &exchanged["may_administer"]), (&false.into(), &true.into()));
}

#[test]
fn a_removed_key_cannot_be_edited_or_decided_on() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("Requirements sync");
    let key = consumer["key"].as_str().unwrap();
    server.home.json(&["consumer", "remove", key, "--yes"], "");
    let edited = ada.call("edit", &edit(key, "1", "Mine", "")).is(404).json();
    assert_eq!(edited["Removed"]["by"], "the command line");
    ada.call("approve", &[("key", key), ("revision", "1")]).is(404);
    let never = "00000000-0000-0000-0000-000000000000";
    let words = ada.call("edit", &edit(never, "1", "Mine", "")).is(404).json();
    assert!(words["NotFound"].as_str().unwrap().contains(never), "{words}");
}
