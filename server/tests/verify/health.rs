//! What operators watch.

use crate::support::{
    Home,
    signer::{Provider, until},
};

/// A number of the metrics; 0 where it is absent.
#[track_caller]
fn metric(provider: &Provider, name: &str) -> u64 {
    let answer = provider.inside("/metrics").is(200);
    let line =
        answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    line.map_or(0, |number| number.parse().unwrap())
}

fn verifications(provider: &Provider, result: &str) -> u64 {
    metric(provider, &format!("latchkey_verifications_total{{result=\"{result}\"}}"))
}

#[test]
fn verifications_are_counted_by_result_wherever_they_were_asked_for() {
    let provider = Provider::start();
    let app = provider.app_of("Counted", "grace");
    let all = ["allowed", "nonce_used", "signature_invalid", "consumer_key_rejected", "timestamp_refused"];
    let counts = || all.map(|result| verifications(&provider, result));
    let before = counts();
    let took = metric(&provider, "latchkey_verification_duration_seconds_count");
    let once = app.echo().sign();
    once.send().is(200);
    once.send().is(401);
    app.get("https://tool.example/").sign().verify().is(200);
    app.get("https://tool.example/").sign().verify_json().is(200);
    app.with_secret("another").echo().is_refused_everywhere(401, "signature_invalid");
    app.get("https://tool.example/").at(-4000).sign().verify().is(401);
    provider.decide("disapprove", &app);
    app.echo().send().is(401);
    let more = [3, 1, 3, 1, 1];
    assert_eq!(counts(), std::array::from_fn(|n| before[n] + more[n]));
    assert_eq!(metric(&provider, "latchkey_verification_duration_seconds_count"), took + 9);
}

#[test]
fn metrics_are_prometheus_text_with_a_histogram_consumers_subscribers_and_the_pool() {
    let provider = Provider::start();
    let (approved, _) = (provider.app("Approved"), provider.pending("Pending"));
    let (second, third) = (provider.pending("Pending too"), provider.app("Stopped"));
    provider.decide("disapprove", &third);
    approved.echo().send().is(200);
    let answer = provider.inside("/metrics").is(200);
    let kind = answer.header("content-type");
    assert!(kind.starts_with("text/plain") || kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text();
    assert!(text.contains("latchkey_verification_duration_seconds_bucket{le=\""), "{text}");
    assert!(text.contains("# TYPE latchkey_verifications counter"), "{text}");
    assert!(!text.contains(&approved.key) && !text.contains("Approved"), "{text}");
    for (status, count) in [("pending", 2), ("approved", 1), ("disapproved", 1)] {
        assert_eq!(metric(&provider, &format!("latchkey_consumers{{status=\"{status}\"}}")), count);
    }
    provider.remove(&second);
    assert_eq!(metric(&provider, "latchkey_consumers{status=\"pending\"}"), 1);
    assert!(metric(&provider, "latchkey_database_connections{state=\"open\"}") >= 1);

    let subscribers = || metric(&provider, "latchkey_event_subscribers");
    assert_eq!(subscribers(), 0);
    let stream = provider.ada().events(None);
    stream.expect("ready");
    assert_eq!(subscribers(), 1);
    provider.home.add_user("root", true);
    provider.home.json(&["user", "forbid", "ada"], "");
    stream.rest();
    until("the stream is counted no more", || (subscribers() == 0).then_some(()));
}

#[test]
fn the_process_says_that_it_lives_and_is_ready() {
    let provider = Provider::start();
    provider.inside("/healthz").is(200);
    until("the feed is alive", || (provider.inside("/readyz").status == 200).then_some(()));
    assert_eq!(provider.inside("/nothing").status, 404);
}

#[test]
fn the_internal_listener_can_be_off() {
    let server = Home::new().serve_with(&[("LATCHKEY_INTERNAL_LISTEN", "off")]);
    server.visitor().get("/rootservices").is(200);
    server.visitor().get("/metrics").is(404);
}
