//! The event stream: who may listen, what comes and how soon, how it resumes and when it ends.

use crate::support;

use std::time::{Duration, Instant};

use http::Method;
use insta::assert_json_snapshot;
use serde_json::json;
use support::{Home, PASSWORD, SECRET, browser::send, redact::redacted};

#[test]
fn only_administrators_may_listen() {
    let server = Home::with_users().serve();
    assert_eq!(server.visitor().get("/events").is(401).text(), "\"SignedOut\"");
    assert_eq!(server.signed_in("grace").get("/events").is(403).text(), "\"NotPermitted\"");
    server.signed_in("ada").events(None).expect("ready");
}

#[test]
fn what_the_command_line_does_is_told_within_100_ms() {
    let server = Home::with_users().serve();
    let stream = server.signed_in("ada").events(None);
    stream.expect("ready");
    let secret = ["consumer", "register", "Requirements sync", "--secret-stdin"];
    let key = server.home.json(&secret, SECRET)["key"].as_str().unwrap().to_owned();
    let mut figures = vec![(Instant::now(), stream.expect("consumer"))];
    let pending = figures[0].1.json();
    assert_eq!((pending["key"].as_str(), pending["status"].as_str()), (Some(&*key), Some("pending")));
    for (arguments, name) in [
        (&["consumer", "approve", &key][..], "consumer"),
        (&["consumer", "edit", &key, "--name", "Renamed", "--secret-stdin"], "consumer"),
        (&["consumer", "disapprove", &key], "consumer"),
        (&["consumer", "remove", &key, "--yes"], "removed"),
    ] {
        server.home.json(arguments, "another secret");
        let ended = Instant::now();
        figures.push((ended, stream.expect(name)));
    }
    let told: Vec<_> = figures.iter().map(|(_, event)| event.json()).collect();
    assert_eq!((&told[1]["status"], &told[2]["name"]), (&json!("approved"), &json!("Renamed")));
    assert_eq!((&told[3]["status"], &told[4]), (&json!("disapproved"), &json!({ "key": key })));
    for secret in [SECRET, "another secret", "\"secret\""] {
        assert!(told.iter().all(|event| !event.to_string().contains(secret)), "{told:?}");
    }
    for (ended, event) in figures {
        let late = event.at.saturating_duration_since(ended);
        println!("{} told {late:?} after the command ended; the aim is 100 ms", event.name);
        assert!(late < Duration::from_secs(1), "{late:?}");
    }
}

#[test]
fn what_one_browser_does_another_is_told() {
    let server = Home::with_users().serve();
    let (ada, other) = (server.signed_in("ada"), server.signed_in("ada"));
    let stream = other.events(None);
    stream.expect("ready");
    let consumer = ada.register("Requirements sync");
    let event = stream.expect("consumer");
    assert_eq!(event.json(), consumer);
    assert_json_snapshot!(redacted(event.json()), @r#"
    {
      "allow_oauth_1_0": false,
      "callback_url": null,
      "callback_urls": [],
      "contact": null,
      "created_at": "[created_at]",
      "created_by": "ada",
      "disapproved_until": null,
      "ends_at": null,
      "functional_user": null,
      "has_secret": true,
      "key": "[key]",
      "last_used_at": null,
      "may_administer": false,
      "name": "Requirements sync",
      "networks": [],
      "note": null,
      "owner": null,
      "reason": null,
      "request_fingerprint": null,
      "requested_from": null,
      "requested_times": 0,
      "resembles": null,
      "revision": 1,
      "rsa_public_key": null,
      "status": "pending",
      "trusted": false,
      "trusted_wished": false,
      "updated_at": "[updated_at]"
    }
    "#);
}

#[test]
fn a_stream_that_broke_resumes_where_it_was() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let stream = ada.events(None);
    stream.expect("ready");
    ada.register("First");
    let last_id = stream.expect("consumer").id;
    drop(stream);
    ada.register("Second");
    let third = ada.register("Third");
    ada.call("remove", &[("key", third["key"].as_str().unwrap()), ("revision", "1")]).is(200);
    let resumed = ada.events(Some(&last_id));
    assert_eq!(resumed.expect("ready").id, last_id);
    let missed = ["consumer", "consumer", "removed"].map(|name| resumed.expect(name));
    assert_eq!(missed[0].json()["name"], "Second");
    let ids = missed.map(|event| event.id.parse::<i64>().unwrap());
    assert!(ids.is_sorted() && ids[0] > last_id.parse().unwrap(), "{ids:?} after {last_id}");
    let asked = ada.events_after(&last_id);
    asked.expect("ready");
    assert_eq!(asked.expect("consumer").json()["name"], "Second");
}

#[test]
fn whoever_has_seen_what_never_was_is_told_to_start_over() {
    // As after a backup was restored: the page knows higher numbers than the database.
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let stream = ada.events(Some("1000000"));
    stream.expect("resync");
    ada.register("Requirements sync");
    stream.expect("consumer");
    let stream = ada.events(Some("nonsense"));
    stream.expect("ready");
    ada.register("Another");
    assert_eq!(stream.expect("consumer").json()["name"], "Another");
}

#[test]
fn a_number_that_is_none_is_told_as_the_page_s_code_reads_it() {
    let server = Home::with_users().serve();
    for path in ["/events?after=x", "/events?after=1&after=2"] {
        let told = server.signed_in("ada").get(path).is(400);
        assert_eq!(told.header("content-type"), "application/json");
        let words = told.json()["BadRequest"].as_str().unwrap().to_owned();
        assert!(words.starts_with("after has to be the number of an event"), "{words}");
    }
    server.visitor().get("/events?after=").is(401);
}

#[test]
fn a_person_who_mistypes_the_address_of_the_events_sees_a_page() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let request = ada.request(Method::GET, "/events?after=x");
    let page = send(request.header("accept", "text/html,application/xhtml+xml").body(()).unwrap()).is(400);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("Address not understood"), "{}", page.text());
}

#[test]
fn a_page_that_shows_lines_is_told_of_each_and_receives_no_consumer() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let stream = ada.line_events();
    let ready = stream.expect("ready");
    server.signed_in("grace");
    ada.register("Requirements sync");
    server.home.json(&["user", "disable", "grace"], "");
    let mut last = ready.id.parse::<i64>().unwrap();
    for what in ["signed in", "registered", "disabled"] {
        let line = stream.expect("line");
        let id = line.id.parse::<i64>().unwrap();
        assert!(id > last && line.data == "{}", "{what}: {line:?}");
        last = id;
    }
}

#[test]
fn a_stream_on_which_nothing_happens_has_a_beat_at_least_every_fifteen_seconds() {
    let server = Home::with_users().serve();
    let stream = server.signed_in("ada").events(None);
    let ready = stream.expect("ready");
    let beat = stream.beat();
    let after = beat.at.saturating_duration_since(ready.at);
    assert!(after < Duration::from_secs(20), "{after:?}");
    assert_eq!((beat.id, &*beat.data), (ready.id, "{}"), "it is no activity");
}

#[test]
fn a_stream_ends_when_its_user_signs_out() {
    let server = Home::with_users().serve();
    let (ada, elsewhere) = (server.signed_in("ada"), server.signed_in("ada"));
    let (stream, other) = (ada.events(None), elsewhere.events(None));
    stream.expect("ready");
    other.expect("ready");
    ada.post("/sign-out", &[]).is(303);
    assert!(stream.rest().is_empty());
    ada.get("/events").is(401);
    elsewhere.register("Requirements sync");
    other.expect("consumer");
}

#[test]
fn a_stream_ends_within_a_second_when_its_user_may_listen_no_more() {
    let server = Home::with_users().serve();
    server.home.json(&["user", "permit", "grace"], "");
    let ada = server.signed_in("ada");
    let stays = ada.events(None);
    stays.expect("ready");
    for (undo, redo) in [
        (&["user", "disable", "grace"][..], "enable"),
        (&["user", "forbid", "grace"], "permit"),
        (&["user", "passwd", "grace", "--password-stdin"], "enable"),
        (&["user", "sign-out", "grace"], "enable"),
    ] {
        let grace = server.signed_in("grace");
        let ends = grace.events(None);
        ends.expect("ready");
        server.home.json(undo, PASSWORD);
        let ended = Instant::now();
        assert!(ends.rest().is_empty(), "{undo:?}");
        println!("{}: the stream ended {:?} after the command", undo[1], ended.elapsed());
        assert!(ended.elapsed() < Duration::from_secs(1), "{undo:?}");
        assert!([401, 403].contains(&grace.get("/events").status), "{undo:?}");
        ada.register("Requirements sync");
        stays.expect("consumer");
        server.home.json(&["user", redo, "grace"], "");
    }
}

#[test]
fn a_session_has_fifty_streams_and_the_next_is_told_to_wait() {
    let server = Home::with_users().serve();
    let (ada, elsewhere) = (server.signed_in("ada"), server.signed_in("ada"));
    let streams: Vec<_> = (0..50).map(|_| ada.events(None)).collect();
    for stream in &streams {
        stream.expect("ready");
    }
    let refused = ada.get("/events").is(503);
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.json()["Unavailable"].as_str().unwrap().starts_with("This session has as many pages"));
    elsewhere.events(None).expect("ready");
}

#[test]
fn streams_end_when_the_program_stops_and_it_stops_at_once() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let streams = [ada.events(None), ada.events(None)];
    for stream in &streams {
        stream.expect("ready");
    }
    let (_, took) = server.stop();
    println!("stopped {took:?} after SIGTERM, with two streams open");
    assert!(took < Duration::from_secs(3), "{took:?}");
    for stream in streams {
        assert!(stream.rest().is_empty());
    }
}
