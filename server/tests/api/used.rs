//! When a consumer was last used: known within seconds, and never written for a request alone.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::signer::{App, CONSUMERS, Provider, until};

fn shown(provider: &Provider, app: &App) -> Value {
    provider.ada().get(&format!("{CONSUMERS}/{}", app.key)).is(200).json()
}

#[test]
fn a_use_is_shown_within_a_few_seconds_and_is_no_change() {
    let provider = Provider::start();
    let app = provider.app_of("Used", "grace");
    let before = shown(&provider, &app);
    assert_eq!(before["last_used_at"], Value::Null, "asking for credentials is no use");
    let begin = Instant::now();
    app.get("https://tool.example/").sign().verify().is(200);
    let after = until("the use is shown", || {
        let after = shown(&provider, &app);
        after["last_used_at"].is_string().then_some(after)
    });
    println!("shown after {:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!((&after["revision"], &after["updated_at"]), (&before["revision"], &before["updated_at"]));
    app.echo().send().is(200);
    let first = after["last_used_at"].as_str().unwrap();
    until("a later use is shown", || {
        let shown = shown(&provider, &app);
        (shown["last_used_at"].as_str() > Some(first)).then_some(())
    });
}

#[test]
fn a_refused_request_is_no_use() {
    let provider = Provider::start();
    let (app, other) = (provider.app("Refused"), provider.app("Other"));
    app.with_secret("another").echo().send().is(401);
    app.echo().at(-4000).send().is(401);
    other.echo().send().is(200);
    until("the other's use is shown", || shown(&provider, &other)["last_used_at"].as_str().map(drop));
    assert_eq!(shown(&provider, &app)["last_used_at"], Value::Null);
}

#[test]
fn hundreds_of_uses_are_told_as_a_few_events() {
    let provider = Provider::start();
    let app = provider.app("Busy");
    let stream = provider.ada().events(None);
    stream.expect("ready");
    let begin = Instant::now();
    for _ in 0..300 {
        app.get("https://tool.example/").sign().verify().is(200);
    }
    let took = begin.elapsed();
    let told = stream.expect("used").json();
    let use_of_it = &told["consumers"][0];
    assert_eq!((&use_of_it["key"], use_of_it["last_used_at"].is_string()), (&json!(app.key), true));
    assert_eq!(told["consumers"].as_array().unwrap().len(), 1, "{told}");
    // The end of the stream is the end of what there is to count.
    provider.home.add_user("root", true);
    provider.home.json(&["user", "forbid", "ada"], "");
    let more = stream.rest();
    assert!(more.iter().all(|event| event.name == "used"), "{more:?}");
    println!("300 uses in {took:?}: {} events", more.len() + 1);
    assert!((more.len() as u64) < took.as_secs() + 4, "{} events in {took:?}", more.len());
}

#[test]
fn the_uses_of_many_consumers_in_a_second_are_one_event_without_a_number() {
    let provider = Provider::start();
    let apps = ["One", "Two", "Three"].map(|name| provider.app(name));
    let stream = provider.ada().events(None);
    let ready = stream.expect("ready");
    for app in &apps {
        app.get("https://tool.example/").sign().verify().is(200);
    }
    let mut told = BTreeSet::new();
    let mut events = 0;
    while told.len() < apps.len() {
        let event = stream.expect("used");
        assert_eq!(event.id, ready.id, "a use is no activity");
        let keys = event.json()["consumers"].as_array().unwrap().clone();
        told.extend(keys.iter().map(|used| used["key"].as_str().unwrap().to_owned()));
        events += 1;
    }
    assert_eq!(told, apps.iter().map(|app| app.key.clone()).collect::<BTreeSet<_>>());
    assert!(events <= 3, "{events} events for {} consumers", apps.len());
}

#[test]
fn uses_are_written_when_the_program_stops() {
    let provider = Provider::start();
    let app = provider.app("Stops");
    app.get("https://tool.example/").sign().verify().is(200);
    let (home, _) = provider.server.stop();
    assert!(home.json(&["consumer", "show", &app.key], "")["last_used_at"].is_string());
}
