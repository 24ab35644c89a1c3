//! The order of the checks: the first that fails answers, and a caller that cannot sign learns nothing else.

use crate::support::signer::{App, Provider};

#[test]
fn a_request_that_is_wrong_in_everything_hears_of_one_thing_after_the_other() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let revoked = provider.app("Wrong").dance(&grace);
    provider.sign_everybody_out(&revoked);
    let app = revoked.dance(&grace);
    let used = app.echo();
    used.send().is(200);
    provider.decide("disapprove", &app);

    let (key, token) = (app.key.clone(), app.token.clone().unwrap());
    let call = used
        .with("oauth_consumer_key", "nobody")
        .with("oauth_token", "nonsense")
        .with("oauth_version", "2.0")
        .with("oauth_signature", "wrong")
        .method("HMAC-MD5")
        .at(-4000);
    call.clone().with("oauth_timestamp", "").is_refused_everywhere(400, "parameter_absent");
    call.clone().and("oauth_nonce", "again").is_refused_everywhere(400, "parameter_rejected");
    call.clone().with("oauth_timestamp", "soon").is_refused_everywhere(400, "parameter_rejected");
    call.is_refused_everywhere(400, "version_rejected");
    let call = call.with("oauth_version", "1.0");
    call.is_refused_everywhere(400, "signature_method_rejected");
    let call = call.method("HMAC-SHA1");
    call.is_refused_everywhere(401, "timestamp_refused");
    let call = call.at(0);
    call.is_refused_everywhere(401, "consumer_key_unknown");
    let call = call.with("oauth_consumer_key", &key);
    call.is_refused_everywhere(401, "token_rejected");
    let call = call.token(revoked.token.as_ref().unwrap());
    call.is_refused_everywhere(401, "signature_invalid");
    let call = revoked.echo();
    call.is_refused_everywhere(401, "consumer_key_rejected");
    provider.decide("approve", &app);
    provider.user("disable", "grace", &app);
    call.is_refused_everywhere(401, "token_revoked");
    let call = call.token(&token);
    call.is_refused_everywhere(401, "permission_denied");
    provider.user("enable", "grace", &app);
    call.send().is(200);
    call.is_refused_everywhere(401, "nonce_used");
}

#[test]
fn a_wrong_signature_hears_nothing_about_the_consumers_status() {
    let provider = Provider::start();
    let (pending, disapproved) = (provider.pending("Waits"), provider.app("Stopped"));
    provider.decide("disapprove", &disapproved);
    for app in [&pending, &disapproved] {
        app.with_secret("another").echo().is_refused_everywhere(401, "signature_invalid");
        app.with_secret("another").ask("/here").send().refused(401, "signature_invalid");
    }
}

#[test]
fn rsa_without_a_key_is_found_at_the_signature() {
    let provider = Provider::start();
    let app = provider.app("No key");
    let unknown = App { key: "nobody".to_owned(), ..app.clone() };
    unknown.echo().method("RSA-SHA1").is_refused_everywhere(401, "consumer_key_unknown");
    app.echo().method("RSA-SHA1").at(-4000).is_refused_everywhere(401, "timestamp_refused");
    let call = app.echo().method("RSA-SHA1").with("oauth_token", "nonsense");
    call.is_refused_everywhere(401, "token_rejected");
    provider.decide("disapprove", &app);
    app.echo().method("RSA-SHA1").is_refused_everywhere(400, "signature_method_rejected");
}

#[test]
fn the_callback_is_looked_at_after_the_status_and_before_the_nonce() {
    let provider = Provider::start();
    let app = provider.app("Callback");
    let used = app.ask("oob");
    used.send().is(200);
    provider.decide("disapprove", &app);
    used.clone().with("oauth_callback", "/here").send().refused(401, "consumer_key_rejected");
    provider.decide("approve", &app);
    used.clone().with("oauth_callback", "/here").send().refused(400, "parameter_rejected");
    used.send().refused(401, "nonce_used");
}

#[test]
fn a_request_that_was_refused_for_another_reason_has_not_used_up_its_nonce() {
    let provider = Provider::start();
    let app = provider.app_of("Nonce", "grace");
    let request = app.echo();
    request.clone().with("oauth_signature", "wrong").send().refused_at_api(401, "signature_invalid");
    request.clone().with("oauth_token", "nonsense").send().refused_at_api(401, "token_rejected");
    provider.decide("disapprove", &app);
    let same = request.sign();
    same.send().refused_at_api(401, "consumer_key_rejected");
    same.verify().refused_at_verify("consumer_key_rejected");
    provider.decide("approve", &app);
    provider.user("disable", "grace", &app);
    same.verify_json().refused_at_json("permission_denied");
    provider.user("enable", "grace", &app);
    same.send().is(200);
    same.send().refused_at_api(401, "nonce_used");

    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    let exchange = app.exchange(&temporary, "WRONG");
    exchange.send().refused(401, "verifier_invalid");
    exchange.with("oauth_verifier", &verifier).send().is(200);
}

#[test]
fn each_token_and_each_consumer_has_nonces_of_its_own() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let (one, other) = (provider.app("One"), provider.app("Other"));
    let second = one.dance(&grace);
    for app in [&one, &other, &second, &one.dance(&grace)] {
        let call = app.echo().with("oauth_nonce", "the same");
        call.send().is(200);
        call.send().refused_at_api(401, "nonce_used");
        // A nonce is used up for its own second alone (RFC 5849 section 3.3).
        call.at(5).send().is(200);
    }
}
