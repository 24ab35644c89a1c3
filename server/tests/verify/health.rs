//! What operators watch.

use http::Request;

use crate::support::{
    Home,
    browser::send,
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
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    assert!(text.contains("latchkey_verification_duration_seconds_bucket{le=\""), "{text}");
    assert!(text.contains("# TYPE latchkey_verifications_total counter\n"), "{text}");
    assert!(!text.contains("# EOF"), "{text}");
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
fn a_reader_that_names_open_metrics_gets_it() {
    let provider = Provider::start();
    let request = Request::get(format!("{}/metrics", provider.internal));
    let accepted =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
    let answer = send(request.header("accept", accepted).body(()).unwrap()).is(200);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!((answer.header("content-type"), answer.header("vary")), (kind, "Accept"));
    let text = answer.text();
    assert!(text.contains("# TYPE latchkey_verifications counter\n"), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn what_counts_events_says_0_before_the_first_one() {
    let provider = Provider::start();
    let answer = provider.inside("/metrics").is(200);
    let text = answer.text();
    let results = oauth::Problem::NAMES.into_iter().chain(["allowed", "unavailable"]);
    let verifications = results.map(|result| format!("verifications_total{{result=\"{result}\"}}"));
    let others = [
        "sign_ins_total{result=\"signed_in\"}",
        "sign_ins_total{result=\"wrong\"}",
        "sign_ins_total{result=\"too_many\"}",
        "refused_total{reason=\"wrong_password\"}",
        "refused_total{reason=\"other_site\"}",
        "refused_total{reason=\"sign_in_again\"}",
        "connections_refused_total{listener=\"public\",limit=\"network\"}",
        "connections_reclaimed_total{listener=\"internal\"}",
        "connections_hung_up_total{listener=\"public\"}",
        "lost_log_lines_total",
    ];
    for name in verifications.chain(others.map(str::to_owned)) {
        assert!(text.contains(&format!("\nlatchkey_{name} 0\n")), "{name}: {text}");
    }
}

#[test]
fn the_process_says_that_it_lives_and_is_ready_as_soon_as_it_says_that_it_listens() {
    let mut home = Home::with_users();
    for _ in 0..3 {
        let provider = Provider::in_home(home, &[]);
        provider.inside("/readyz").is(200);
        provider.inside("/healthz").is(200);
        assert_eq!(provider.inside("/nothing").status, 404);
        (home, _) = provider.server.stop();
    }
}

#[test]
fn the_internal_listener_can_be_off() {
    let server = Home::new().serve_with(&[("LATCHKEY_INTERNAL_LISTEN", "off")]);
    server.visitor().get("/rootservices").is(200);
    server.visitor().get("/metrics").is(404);
}
