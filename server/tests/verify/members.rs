//! What a refusal tells besides its name: gateways pass on nothing but the header, so it stands there, and in JSON.

use crate::support::signer::{Call, Provider, now};

const TOOL: &str = "https://tool.example/items";

/// The same to a gateway and to a tool.
#[track_caller]
fn told(call: &Call, problem: &str) -> String {
    let told = call.sign().verify().refused_at_verify(problem);
    assert_eq!(call.sign().verify_json().refused_at_json(problem), told);
    told
}

#[test]
fn a_wrong_clock_is_told_the_acceptable_timestamps() {
    let provider = Provider::start();
    let app = provider.app_of("Clock", "grace");
    for distance in [-4000, 4000] {
        let before = now();
        let signed = app.get(TOOL).at(distance).sign();
        for told in [
            signed.verify().refused_at_verify("timestamp_refused"),
            signed.verify_json().refused_at_json("timestamp_refused"),
        ] {
            let (from, to) = told.split_once('-').unwrap();
            let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
            assert_eq!(to - from, 600, "{told}");
            assert!((before..=now()).contains(&(from + 300)), "{told}");
        }
    }
}

#[test]
fn absent_and_rejected_names_and_the_acceptable_versions_are_told() {
    let provider = Provider::start();
    let app = provider.app_of("Names", "grace");
    let absent = app.get(TOOL).without("oauth_nonce").without("oauth_timestamp");
    assert_eq!(told(&absent, "parameter_absent"), "oauth_timestamp&oauth_nonce");
    let rejected = app.get(TOOL).and("oauth_nonce", "x").and("oauth_token", "x");
    assert_eq!(told(&rejected, "parameter_rejected"), "oauth_nonce&oauth_token");
    let hostile = app.get(TOOL).query(&[("oauth_\"\\,\r\n&é", "1"), ("oauth_\"\\,\r\n&é", "2")]);
    assert_eq!(told(&hostile, "parameter_rejected"), "oauth_%22%5C%2C%0D%0A%26%C3%A9");
    assert_eq!(told(&app.get(TOOL).with("oauth_version", "2.0"), "version_rejected"), "1.0-1.0");
    for (problem, call) in [
        ("signature_invalid", app.get(TOOL).with("oauth_signature", "x")),
        ("token_rejected", app.get(TOOL).with("oauth_token", "x")),
    ] {
        assert_eq!(told(&call, problem), "");
    }
}

#[test]
fn names_that_are_too_long_for_a_header_are_told_in_json_alone() {
    let provider = Provider::start();
    let name = format!("oauth_{}", "x".repeat(20_000));
    let call = provider.app("Long").get(TOOL).query(&[(&name, "1"), (&name, "2")]);
    assert_eq!(call.sign().verify().refused_at_verify("parameter_rejected"), "");
    assert_eq!(call.sign().verify_json().refused_at_json("parameter_rejected"), name);
}
