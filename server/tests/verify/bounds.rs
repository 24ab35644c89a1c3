//! Networks, end and functional user of a consumer, as gateways and tools meet them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    crowd::{CROWD, none_is_accepted, while_busy},
    signer::{App, Call, Provider, verify_json},
};

const TOOL: &str = "https://tool.example/items";

fn asked(app: &App, fields: &[(&str, &str)]) -> Call {
    fields.iter().fold(app.get(TOOL), |call, (name, value)| call.header(name, value))
}

#[test]
fn the_address_that_the_gateway_tells_has_to_be_within_the_networks() {
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "10.0.0.1")]);
    let app = provider.app("Bound");
    provider.edit(&app, &json!({ "networks": ["203.0.113.0/24", "2001:db8::/32"] }));
    for fields in [
        &[("X-Forwarded-For", "203.0.113.7")][..],
        &[("X-Forwarded-For", "198.51.100.1, 203.0.113.7")],
        &[("X-Forwarded-For", "203.0.113.7, 10.0.0.1")],
        &[("X-Forwarded-For", "2001:db8::7"), ("X-Real-IP", "198.51.100.1")],
        &[("X-Real-IP", "203.0.113.7")],
    ] {
        asked(&app, fields).sign().verify().is(200);
    }
    for fields in [
        &[][..],
        &[("X-Forwarded-For", "203.0.113.7, 198.51.100.1")],
        &[("X-Forwarded-For", "203.0.113.7, unknown")],
        &[("X-Forwarded-For", "198.51.100.1"), ("X-Real-IP", "203.0.113.7")],
        &[("X-Real-IP", "198.51.100.1")],
    ] {
        asked(&app, fields).sign().verify().refused_at_verify("consumer_key_refused");
    }
    provider.edit(&app, &json!({ "networks": [] }));
    asked(&app, &[]).sign().verify().is(200);
}

#[test]
fn who_is_refused_is_a_line_of_the_log_with_the_client_s_address_and_never_the_gateway_s() {
    let provider = Provider::start();
    let app = provider.app("Bound");
    provider.edit(&app, &json!({ "networks": ["203.0.113.0/24"] }));
    let stranger = App { key: "7d444840-9dc0-11d1-b245-5ffdce74fad2".to_owned(), ..provider.app("Known") };
    let denied = |words: &str| {
        let line = provider.log_until("latchkey::denied").pop().unwrap();
        assert!(line.contains("WARN") && line.ends_with(&format!(": denied {words}")), "{words}: {line}");
    };
    provider.log();
    asked(&app, &[]).sign().verify().refused_at_verify("consumer_key_refused");
    asked(&app, &[("X-Forwarded-For", "198.51.100.7")]).sign().verify().is(401);
    denied("address=198.51.100.7 reason=out_of_network");
    asked(&stranger, &[("X-Forwarded-For", "198.51.100.8")]).sign().verify().is(401);
    denied("address=198.51.100.8 reason=signature");
    for (app, reason) in [(&app, "out_of_network"), (&stranger, "signature")] {
        let mut description = app.get(TOOL).sign().description();
        description["address"] = "198.51.100.9".into();
        verify_json(&provider.internal, &description.to_string()).is(200);
        denied(&format!("address=198.51.100.9 reason={reason}"));
    }
    for _ in 0..30 {
        asked(&stranger, &[("X-Forwarded-For", "192.0.2.1")]).sign().verify().is(401);
    }
    asked(&stranger, &[("X-Forwarded-For", "192.0.2.2")]).sign().verify().is(401);
    let log = provider.log_until("address=192.0.2.2");
    let of_flood = log.iter().filter(|line| line.contains("address=192.0.2.1 ")).count();
    assert_eq!(of_flood, 10, "{log:?}");
}

#[test]
fn a_tool_tells_the_address_in_its_description() {
    let provider = Provider::start();
    let app = provider.app("Bound");
    provider.edit(&app, &json!({ "networks": ["203.0.113.7"] }));
    let ask = |address: Value| {
        let mut description = app.get(TOOL).sign().description();
        description["address"] = address;
        verify_json(&provider.internal, &description.to_string())
    };
    for within in ["203.0.113.7", "::ffff:203.0.113.7"] {
        assert_eq!(ask(within.into()).is(200).json()["active"], true, "{within}");
    }
    for outside in [json!("203.0.113.8"), Value::Null] {
        ask(outside).refused_at_json("consumer_key_refused");
    }
    assert_eq!(ask("somewhere".into()).status, 400);
    let told = ask("203.0.113.8".into()).json();
    assert!(told["advice"].as_str().unwrap().contains("from 203.0.113.8;"), "{told}");
}

#[test]
fn a_consumer_with_a_functional_user_has_a_user_header_from_the_next_request_on() {
    let provider = Provider::start();
    let app = provider.app("Two legs");
    let user = || {
        let answer = app.get(TOOL).sign().verify().is(200);
        answer.headers.get("x-latchkey-user").map(|user| user.to_str().unwrap().to_owned())
    };
    assert_eq!(user(), None);
    provider.edit(&app, &json!({ "functional_user": "grace" }));
    assert_eq!(user().as_deref(), Some("grace"));
    assert_eq!(app.get(TOOL).sign().verify_json().json()["user"], "grace");
    let of_ada = app.dance(provider.ada());
    assert_eq!(of_ada.get(TOOL).sign().verify_json().json()["user"], "ada", "a token is its own user's");
    provider.edit(&app, &json!({ "functional_user": null }));
    assert_eq!(user(), None);
}

#[test]
fn a_consumer_whose_end_has_passed_is_refused_until_it_has_a_later_one() {
    let provider = Provider::start();
    let app = provider.app_of("Over", "grace");
    provider.edit(&app, &json!({ "ends_at": "2099-12-31" }));
    app.get(TOOL).sign().verify().is(200);
    provider.edit(&app, &json!({ "ends_at": "2020-01-01T00:00:00Z" }));
    app.get(TOOL).sign().verify().refused_at_verify("consumer_key_rejected");
    app.alone().get(TOOL).sign().verify_json().refused_at_json("consumer_key_rejected");
    provider.edit(&app, &json!({ "ends_at": null }));
    app.get(TOOL).sign().verify().is(200);
}

#[test]
fn no_request_sent_after_an_acknowledged_end_is_accepted() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        provider.edit(&app, &json!({ "ends_at": "2020-01-01" }));
        Instant::now()
    });
    none_is_accepted(&all, acknowledged, Duration::ZERO);
}

#[test]
fn no_request_sent_after_acknowledged_networks_is_accepted_from_elsewhere() {
    let provider = Provider::start();
    let app = provider.app_of("Busy", "grace");
    let (all, acknowledged) = while_busy(&app, Duration::ZERO, || {
        provider.edit(&app, &json!({ "networks": ["203.0.113.0/24"] }));
        Instant::now()
    });
    let after: Vec<_> = all.iter().filter(|(sent, _)| *sent > acknowledged).collect();
    assert!(after.len() >= CROWD / 2, "{}", after.len());
    assert!(after.iter().all(|(_, problem)| problem.as_deref() == Some("consumer_key_refused")), "{after:?}");
}
