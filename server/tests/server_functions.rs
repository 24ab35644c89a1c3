//! The page's server functions over HTTP: what they answer; who may call them is in `permissions.rs`.

use crate::support;

use http::Method;
use support::{
    Home, SECRET,
    browser::{send, with_form},
};

#[test]
fn anybody_may_ask_who_is_signed_in() {
    let server = Home::with_users().serve();
    assert_eq!(server.visitor().call("who_am_i", &[]).is(200).text(), "null");
    for (name, configure_server) in [("ada", true), ("grace", false)] {
        let who = serde_json::json!({ "display_name": name, "configure_server": configure_server });
        assert_eq!(server.signed_in(name).call("who_am_i", &[]).is(200).json(), who);
    }
}

#[test]
fn what_is_no_server_function_is_refused_like_one_and_never_found() {
    let server = Home::with_users().serve();
    server.visitor().call("nonsense", &[]).is(401);
    let answer = server.signed_in("ada").call("nonsense", &[]).is(404);
    assert_eq!(answer.header("content-type"), "application/json");
    let words = answer.json()["NotFound"].as_str().unwrap().to_owned();
    assert!(words.contains("Reload the page") && !words.contains("macro"), "{words}");
    assert_eq!(server.signed_in("ada").get("/api/page/rows").status, 405, "nothing is called by a GET");
}

#[test]
fn arguments_that_cannot_be_read_are_told_in_words_of_ours() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let calls: [(&str, &[(&str, &str)]); 3] =
        [("edit", &[]), ("rows", &[("most", "many")]), ("find", &[("x", "y")])];
    for (function, arguments) in calls {
        let answer = ada.call(function, arguments).is(400).json();
        let words = answer["BadRequest"].as_str().unwrap();
        assert!(words.starts_with("an argument of the call is missing or wrong ("), "{function}: {words}");
    }
}

#[test]
fn a_registered_consumer_is_pending_and_its_secret_is_nowhere() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let consumer = ada.register("  Änderungen 変更 ");
    assert_eq!(consumer["name"], "Änderungen 変更");
    assert_eq!((consumer["status"].as_str(), consumer["revision"].as_i64()), (Some("pending"), Some(1)));
    assert_eq!(consumer["created_by"], "ada");
    let rows = ada.call("rows", &[]).is(200);
    assert_eq!(rows.json()["items"], serde_json::json!([consumer]));
    for text in [consumer.to_string(), rows.text().to_owned()] {
        assert!(!text.contains(SECRET) && !text.contains("\"secret"), "{text}");
    }
}

#[test]
fn the_rows_of_a_view_come_from_any_place_and_behind_a_cursor() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for n in 0..95 {
        ada.register(&format!("App {n:02}"));
    }
    let rows = |arguments: &[(&str, &str)]| {
        let rows = ada.call("rows", arguments).is(200).json();
        let names =
            rows["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), rows["total"].as_u64())
    };
    let (first, total) = rows(&[("view", "sort=name")]);
    assert_eq!((first.len(), &*first[0], total), (90, "App 00", Some(95)));
    let (far, total) = rows(&[("view", "sort=name"), ("before", "93")]);
    assert_eq!((far, total), (vec!["App 93".to_owned(), "App 94".to_owned()], Some(95)));
    for before in ["95", "18446744073709551615"] {
        assert_eq!(rows(&[("view", "sort=name"), ("before", before)]), (vec![], Some(95)), "{before}");
    }
    for (most, count) in [("3", 3), ("0", 1), ("500", 90)] {
        let (few, total) = rows(&[("view", "sort=name"), ("most", most)]);
        assert_eq!((few.len(), &*few[0], total), (count, "App 00", Some(95)), "{most}");
    }
    let (last, _) = rows(&[("view", "sort=name&order=desc")]);
    assert_eq!(last[0], "App 94");
    let page = ada.call("rows", &[("view", "sort=name"), ("before", "92")]).is(200).json();
    let key = page["items"][0]["key"].as_str().unwrap();
    let cursor = format!("{key}.tapp 92");
    let (behind, total) = rows(&[("view", "sort=name"), ("cursor", &cursor)]);
    assert_eq!((behind, total), (vec!["App 93".to_owned(), "App 94".to_owned()], Some(95)));
    assert_eq!(rows(&[("view", "q=app"), ("most", "3")]).1, None, "rows do not wait for their number");
    assert_eq!(rows(&[("view", "q=app+9"), ("most", "9")]).1, Some(5), "which all rows tell");
    let counted = ada.call("counts", &[("view", "q=app+9&sort=name"), ("cursor", &cursor)]).is(200).json();
    let counts = serde_json::json!({ "pending": 95, "approved": 0, "disapproved": 0 });
    assert_eq!(counted["counts"], counts);
    assert_eq!((&counted["total"], &counted["behind"]), (&5.into(), &2.into()));
}

#[test]
fn a_view_or_a_cursor_that_cannot_be_read_is_refused() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    for function in ["rows", "counts"] {
        for wrong in [[("view", "status=approvd"), ("cursor", "")], [("view", ""), ("cursor", "nothing")]] {
            ada.call(function, &wrong).is(400);
        }
        ada.call(function, &[("view", "sort=name"), ("cursor", "OauthKey.n5")]).is(400);
    }
    ada.call("rows", &[("most", "many")]).is(400);
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let long_name = "ü".repeat(101);
    let long_secret = "é".repeat(257);
    for (name, secret, wrong) in [
        ("", "short", &["name", "secret"][..]),
        (&long_name, SECRET, &["name"]),
        ("Name", &long_secret, &["secret"]),
        ("a\u{7}b", "12345678\u{0}", &["name", "secret"]),
    ] {
        let answer = ada.call("register", &[("name", name), ("secret", secret)]).is(422);
        assert_eq!(answer.wrong_fields(), wrong);
    }
    assert_eq!(ada.names(), [""; 0]);
    let longest = ["ü".repeat(100), "é".repeat(256)];
    ada.call("register", &[("name", &longest[0]), ("secret", &longest[1])]).is(200);
}

/// The edit dialog's fields, as the page sends them.
fn edit<'a>(key: &'a str, revision: &'a str, name: &'a str, secret: &'a str) -> [(&'a str, &'a str); 10] {
    [
        ("key", key),
        ("revision", revision),
        ("name", name),
        ("secret", secret),
        ("callback_urls", ""),
        ("rsa_public_key", ""),
        ("trusted", "false"),
        ("may_administer", "false"),
        ("allow_oauth_1_0", "false"),
        ("secret_again", secret),
    ]
}

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
fn what_is_registered_has_no_right_whatever_is_sent_along() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let more = [
        ("trusted", "true"),
        ("trusted_wished", "true"),
        ("may_administer", "true"),
        ("status", "approved"),
        ("callback_url", "https://evil.example/x"),
    ];
    let typed = [("name", "By the page"), ("secret", SECRET), ("secret_again", SECRET)];
    ada.call("register", &[&typed[..2], &more].concat()).is(200);
    ada.post("/settings/oauth-consumers", &[&typed[..], &more].concat()).is(303);
    let rows = ada.call("rows", &[]).is(200).json();
    let rows = rows["items"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        for right in ["trusted", "trusted_wished", "may_administer"] {
            assert_eq!(row[right], false, "{right}: {row}");
        }
        assert_eq!((&row["status"], row["callback_url"].is_null()), (&"pending".into(), true), "{row}");
    }
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

#[test]
fn arguments_that_mean_nothing_are_a_bad_request() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    ada.call("approve", &[("key", "no key"), ("revision", "1")]).is(400);
    ada.call("approve", &[("key", "00000000-0000-0000-0000-000000000000")]).is(400);
}

#[test]
fn a_name_that_is_in_use_is_allowed_and_pointed_out() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let in_use = |name| ada.call("name_in_use", &[("name", name)]).is(200).json();
    assert_eq!(in_use("Requirements sync"), false);
    ada.register("Requirements sync");
    assert_eq!((in_use(" Requirements sync "), in_use("")), (true.into(), false.into()));
    assert_eq!(in_use("R\u{435}quirements\u{a0}SYNC"), true, "with a Cyrillic letter and another blank");
    ada.register("Requirements sync");
    assert_eq!(ada.names().len(), 2);
}

#[test]
fn a_body_over_64_kib_is_refused_however_it_is_sent() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let body = format!("name=x&secret={}", "x".repeat(64 * 1024));
    for path in ["/api/page/register", "/sign-in", "/settings/oauth-consumers"] {
        let request = || {
            let request = ada.request(Method::POST, path);
            request.header("content-type", "application/x-www-form-urlencoded")
        };
        assert_eq!(send(request().body(body.clone()).unwrap()).status, 413, "{path}");
        let unmeasured = ureq::SendBody::from_owned_reader(std::io::Cursor::new(body.clone().into_bytes()));
        assert_eq!(send(request().body(unmeasured).unwrap()).status, 413, "{path}, in chunks");
    }
    let fits = &body[..64 * 1024];
    let request = ada.request(Method::POST, "/api/page/register");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(send(request.body(fits).unwrap()).wrong_fields(), ["secret"], "64 KiB are read");
}

#[test]
fn a_lost_session_changes_nothing_and_says_so() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let other_tab = ada.clone();
    other_tab.post("/sign-out", &[]).is(303);
    let answer = send(with_form(
        ada.request(Method::POST, "/api/page/register"),
        &[("name", "Requirements sync"), ("secret", SECRET)],
    ));
    assert_eq!(answer.is(401).text(), "\"SignedOut\"");
    assert_eq!(server.home.json(&["consumer", "list"], ""), serde_json::json!([]));
}
