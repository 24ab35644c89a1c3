//! Clocks that differ, and requests that come again.

use crate::support::{
    browser::Answer,
    signer::{App, Provider, now},
};

/// The answer to a request this many seconds from the server's time: asked again where a second passed in between.
fn at(app: &App, distance: i64) -> Answer {
    loop {
        let (before, call) = (now(), app.echo().at(distance));
        let answer = call.send();
        if now() == before {
            return answer;
        }
    }
}

#[track_caller]
fn reaches_as_far_as(provider: &Provider, skew: i64) {
    let app = provider.app("Clock");
    for edge in [-skew, skew] {
        at(&app, edge).is(200);
    }
    for beyond in [-skew - 1, skew + 1] {
        at(&app, beyond).refused_at_api(401, "timestamp_refused");
    }
    app.ask("oob").at(skew + 60).send().refused(401, "timestamp_refused");
}

#[test]
fn a_clock_may_be_five_minutes_off_either_way() {
    reaches_as_far_as(&Provider::start(), 300);
}

#[test]
fn how_far_a_clock_may_be_off_is_a_setting() {
    reaches_as_far_as(&Provider::with(&[("LATCHKEY_CLOCK_SKEW", "20")]), 20);
}

#[test]
fn a_replay_is_refused_at_once_and_by_whichever_door_it_comes() {
    let provider = Provider::start();
    let app = provider.app_of("Replays", "grace");
    let request = app.echo().sign();
    request.send().is(200);
    request.send().refused_at_api(401, "nonce_used");
    request.verify().refused_at_verify("nonce_used");
    request.verify_json().refused_at_json("nonce_used");
    let by_gateway = app.get("https://tool.example/").sign();
    by_gateway.verify().is(200);
    by_gateway.verify_json().refused_at_json("nonce_used");
}

#[test]
fn of_many_copies_at_once_one_is_accepted() {
    let provider = Provider::start();
    let app = provider.app_of("Copies", "grace");
    for _ in 0..5 {
        let request = app.get("https://tool.example/").sign();
        let accepted = std::thread::scope(|scope| {
            let copies: Vec<_> = (0..8).map(|_| scope.spawn(|| request.verify().status)).collect();
            copies.into_iter().map(|copy| copy.join().unwrap()).filter(|status| *status == 200).count()
        });
        assert_eq!(accepted, 1);
    }
}

/// A request that was accepted is refused by the program that comes after.
#[track_caller]
fn is_refused_after(end: impl Fn(Provider) -> crate::support::Home) {
    let provider = Provider::start();
    let app = provider.app_of("Replays", "grace");
    let request = app.get("https://tool.example/").sign();
    request.verify().is(200);
    let provider = Provider::in_home(end(provider), &[]);
    let mut again = request;
    again.internal.clone_from(&provider.internal);
    again.verify().refused_at_verify("nonce_used");
    again.verify_json().refused_at_json("nonce_used");
    let app = App { internal: provider.internal.clone(), ..app };
    app.get("https://tool.example/").sign().verify().is(200);
}

#[test]
fn a_replay_is_refused_after_a_restart() {
    is_refused_after(|provider| provider.server.stop().0);
}

#[test]
fn a_replay_is_refused_after_kill_9() {
    is_refused_after(|provider| provider.server.kill());
}
