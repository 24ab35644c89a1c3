//! The page's server functions over HTTP: what they answer; who may call them is in `permissions.rs`.

mod decisions;
mod edits;

use http::Method;

use crate::support::{
    Home, SECRET,
    browser::{send, with_form},
};

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
    let cursor = format!("{key}.name.asc.app 92");
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
        let by_name = "OauthKey.name.asc.app 92";
        ada.call(function, &[("view", "sort=name"), ("cursor", by_name)]).is(200);
        for other in ["sort=key", "sort=status", "sort=name&order=desc", ""] {
            ada.call(function, &[("view", other), ("cursor", by_name)]).is(400);
        }
        ada.call(function, &[("view", "sort=name"), ("cursor", "OauthKey.tapp 92")]).is(400);
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
