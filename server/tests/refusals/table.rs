//! The table of problems, row by row, wherever each can come up.

use serde_json::json;

use crate::support::{
    consent,
    signer::{ACCESS_TOKEN, App, Provider, until},
};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn a_request_that_cannot_be_read_is_told_by_the_tables_word_everywhere() {
    let provider = Provider::start();
    let app = provider.app_of("Reads", "grace");
    app.echo().without("oauth_nonce").is_refused_everywhere(400, "parameter_absent");
    app.echo().with("oauth_timestamp", "soon").is_refused_everywhere(400, "parameter_rejected");
    app.echo().with("oauth_version", "2.0").is_refused_everywhere(400, "version_rejected");
    app.echo().method("HMAC-MD5").is_refused_everywhere(400, "signature_method_rejected");
    app.echo().method("RSA-SHA1").is_refused_everywhere(400, "signature_method_rejected");
    app.echo().method("PLAINTEXT").is_refused_everywhere(400, "signature_method_rejected");
}

#[test]
fn a_request_that_proves_nothing_is_told_by_the_tables_word_everywhere() {
    let provider = Provider::start();
    let app = provider.app_of("Proves", "grace");
    app.echo().at(-4000).is_refused_everywhere(401, "timestamp_refused");
    let used = app.echo();
    used.send().is(200);
    used.is_refused_everywhere(401, "nonce_used");
    app.with_secret("another").echo().is_refused_everywhere(401, "signature_invalid");
    let unknown = App { key: NOWHERE.to_owned(), ..app.clone() };
    unknown.echo().is_refused_everywhere(401, "consumer_key_unknown");
    for spelling in [app.key.to_uppercase(), app.key.replace('-', ""), format!("{{{}}}", app.key)] {
        let other = App { key: spelling, ..app.clone() };
        other.echo().is_refused_everywhere(401, "consumer_key_unknown");
    }
}

#[test]
fn a_consumer_that_is_not_approved_is_told_by_the_tables_word_everywhere() {
    let provider = Provider::start();
    provider.pending("Waits").echo().is_refused_everywhere(401, "consumer_key_refused");
    let app = provider.app_of("Stopped", "grace");
    for app in [&app, &app.alone()] {
        provider.decide("disapprove", app);
        app.echo().is_refused_everywhere(401, "consumer_key_rejected");
        provider.decide("approve", app);
        app.echo().send().is(200);
    }
    provider.remove(&app);
    app.echo().is_refused_everywhere(401, "consumer_key_unknown");
}

#[test]
fn a_token_that_does_not_hold_is_told_by_the_tables_word_everywhere() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let (app, other) = (provider.app("Holds").dance(&grace), provider.app("Other").dance(&grace));
    app.echo().with("oauth_token", "nonsense").is_refused_everywhere(401, "token_rejected");
    let temporary = app.temporary("oob");
    app.echo().token(&temporary).is_refused_everywhere(401, "token_rejected");
    let others = other.token.clone().unwrap();
    app.echo().token(&others).is_refused_everywhere(401, "token_rejected");
    provider.user("disable", "grace", &app);
    app.echo().is_refused_everywhere(401, "permission_denied");
    provider.user("enable", "grace", &app);
    provider.sign_everybody_out(&app);
    app.echo().is_refused_everywhere(401, "token_revoked");
    other.echo().send().is(200);
}

#[test]
fn token_credentials_that_have_expired_are_told_by_the_word_that_jazz_needs() {
    let provider = Provider::with(&[("LATCHKEY_TOKEN_TTL", "1")]);
    let app = provider.app_of("Expires", "grace");
    until("the token expires", || (app.echo().send().status == 401).then_some(()));
    app.echo().is_refused_everywhere(401, "invalid_expired_token");
}

#[test]
fn a_request_for_temporary_credentials_is_refused_by_the_tables_word() {
    let provider = Provider::start();
    let app = provider.app("Asks");
    app.ask("oob").without("oauth_callback").send().refused(400, "parameter_absent");
    app.ask("").send().refused(400, "parameter_absent");
    app.ask("/here").send().refused(400, "parameter_rejected");
    app.ask("oob").with("oauth_version", "1").send().refused(400, "version_rejected");
    app.ask("oob").method("RSA-SHA256").send().refused(400, "signature_method_rejected");
    app.ask("oob").at(4000).send().refused(401, "timestamp_refused");
    app.with_secret("another").ask("oob").send().refused(401, "signature_invalid");
    let once = app.ask("oob");
    once.send().is(200);
    once.send().refused(401, "nonce_used");
    let unknown = App { key: NOWHERE.to_owned(), ..app.clone() };
    unknown.ask("oob").send().refused(401, "consumer_key_unknown");
    provider.pending("Waits").ask("oob").send().refused(401, "consumer_key_refused");
    app.ask("oob").with("oauth_token", "any").send().refused(401, "token_rejected");
    provider.decide("disapprove", &app);
    app.ask("oob").send().refused(401, "consumer_key_rejected");
    provider.remove(&app);
    app.ask("oob").send().refused(401, "consumer_key_unknown");
}

#[test]
fn an_exchange_is_refused_by_the_tables_word() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let (app, other) = (provider.app("Exchanges"), provider.app("Other"));
    let (temporary, verifier) = app.allowed(&grace);
    let exchange = |verifier: &str| app.exchange(&temporary, verifier);
    exchange(&verifier).without("oauth_verifier").send().refused(400, "parameter_absent");
    exchange("").send().refused(400, "parameter_absent");
    exchange(&verifier).without("oauth_token").send().refused(400, "parameter_absent");
    exchange(&verifier).with("oauth_token", "nonsense").send().refused(401, "token_rejected");
    other.exchange(&temporary, &verifier).send().refused(401, "token_rejected");
    let wrong = (temporary.0.clone(), "another".to_owned());
    app.exchange(&wrong, &verifier).send().refused(401, "signature_invalid");
    exchange("WRONG").send().refused(401, "verifier_invalid");
    provider.decide("disapprove", &app);
    exchange(&verifier).send().refused(401, "consumer_key_rejected");
    provider.decide("approve", &app);
    let once = exchange(&verifier);
    once.send().is(200);
    once.send().refused(401, "token_used");
    exchange(&verifier).send().refused(401, "token_used");
    exchange("WRONG").send().refused(401, "token_used");
    let token = app.dance(&grace).token.unwrap();
    app.exchange(&token, &verifier).send().refused(401, "token_rejected");
    app.call("POST", ACCESS_TOKEN).token(&token).send().refused(400, "parameter_absent");
}

#[test]
fn temporary_credentials_that_nobody_allowed_are_refused_whatever_the_verifier() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Undecided");
    let (temporary, verifier) = app.allowed(&grace);
    let undecided = app.temporary("oob");
    for verifier in ["WRONG", &verifier, "a", "b", "c", "d"] {
        app.exchange(&undecided, verifier).send().refused(401, "token_not_authorized");
    }
    let denied = app.temporary("oob");
    let page = consent::decide(&grace, &provider.url, &denied.0, "deny").is(200);
    assert!(page.text().contains("Undecided was not allowed to sign you in."), "{}", page.text());
    app.exchange(&denied, &verifier).send().refused(401, "permission_denied");
    provider.sign_everybody_out(&app);
    app.exchange(&temporary, &verifier).send().refused(401, "token_revoked");
    app.exchange(&undecided, &verifier).send().refused(401, "token_revoked");
}

#[test]
fn five_wrong_verifiers_void_the_temporary_credentials() {
    let provider = Provider::start();
    let app = provider.app("Guesses");
    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    for guess in ["A", "B", "C", "D", "E"] {
        app.exchange(&temporary, guess).send().refused(401, "verifier_invalid");
    }
    for verifier in ["F", &verifier] {
        app.exchange(&temporary, verifier).send().refused(401, "token_rejected");
    }
}

#[test]
fn four_wrong_verifiers_leave_one_more_try() {
    let provider = Provider::start();
    let app = provider.app("Slips");
    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    for guess in ["A", "B", "C", "D"] {
        app.exchange(&temporary, guess).send().refused(401, "verifier_invalid");
    }
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn temporary_credentials_that_have_expired_are_refused() {
    let provider = Provider::with(&[("LATCHKEY_TEMPORARY_CREDENTIALS_TTL", "1")]);
    let app = provider.app("Late");
    let temporary = app.temporary("oob");
    let expired = until("they expire", || {
        let answer = app.exchange(&temporary, "any").send();
        (answer.refused(401, answer_problem(&answer)).get("oauth_problem")? == "token_expired")
            .then_some(answer)
    });
    expired.refused(401, "token_expired");
    let page =
        provider.signed_in("grace").get(&format!("/oauth/authorize?oauth_token={}", temporary.0)).is(410);
    assert!(page.text().contains("This request has expired.") && !page.text().contains("<button"));
}

/// One of the two, depending on the time.
fn answer_problem(answer: &crate::support::browser::Answer) -> &'static str {
    let expired = answer.header("www-authenticate").contains("token_expired");
    if expired { "token_expired" } else { "token_not_authorized" }
}

#[test]
fn a_user_who_was_disabled_after_allowing_is_denied_and_has_to_allow_anew() {
    let provider = Provider::start();
    let app = provider.app_of("Acts", "grace");
    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    provider.user("disable", "grace", &app);
    app.exchange(&temporary, "WRONG").send().refused(401, "verifier_invalid");
    app.exchange(&temporary, &verifier).send().refused(401, "permission_denied");
    provider.user("enable", "grace", &app);
    app.exchange(&temporary, &verifier).send().refused(401, "token_revoked");
}

#[test]
fn what_helps_to_mend_a_request_is_told_with_the_refusal() {
    let provider = Provider::with(&[("LATCHKEY_CLOCK_SKEW", "100")]);
    let app = provider.app("Helped");
    let bare = app.ask("oob").without("oauth_nonce").without("oauth_signature").without("oauth_callback");
    let absent = &bare.send().refused(400, "parameter_absent")["oauth_parameters_absent"];
    let mut absent: Vec<_> = absent.split('&').collect();
    absent.sort_unstable();
    assert_eq!(absent, ["oauth_callback", "oauth_nonce", "oauth_signature"]);
    let rejected = app.ask("/here").send().refused(400, "parameter_rejected");
    assert_eq!(rejected["oauth_parameters_rejected"], "oauth_callback");
    let version = app.ask("oob").with("oauth_version", "2.0").send().refused(400, "version_rejected");
    assert_eq!(version["oauth_acceptable_versions"], "1.0-1.0");
    let late = app.echo().at(-500).send().refused_at_api(401, "timestamp_refused");
    let (from, to) = late["oauth_acceptable_timestamps"].as_str().unwrap().split_once('-').unwrap();
    let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
    assert_eq!(to - from, 200);
    assert!(from.abs_diff(crate::support::signer::now() - 100) < 30, "{late}");
    let spelt = app.echo().with("oauth_timestamp", "1e9").send().refused_at_api(400, "parameter_rejected");
    assert_eq!(spelt["oauth_parameters_rejected"], json!("oauth_timestamp"));
}
