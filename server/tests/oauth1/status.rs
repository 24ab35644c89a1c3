//! What administrators decide counts for the very next request.

use serde_json::json;

use crate::support::signer::{Place, Provider};

#[test]
fn disapproving_stops_everything_and_approving_again_brings_it_back() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Comes back").dance(&grace);
    let (allowed, verifier) = app.allowed(&grace);
    let undecided = app.temporary("oob");
    provider.decide("disapprove", &app);
    app.echo().is_refused_everywhere(401, "consumer_key_rejected");
    app.alone().echo().is_refused_everywhere(401, "consumer_key_rejected");
    app.ask("oob").send().refused(401, "consumer_key_rejected");
    app.exchange(&allowed, &verifier).send().refused(401, "consumer_key_rejected");
    grace.get(&format!("/oauth/authorize?oauth_token={}", undecided.0)).is(403);
    provider.decide("approve", &app);
    assert_eq!(app.echo().send().is(200).json()["user"], "grace");
    app.exchange(&allowed, &verifier).send().is(200);
    grace.get(&format!("/oauth/authorize?oauth_token={}", undecided.0)).is(200);
}

#[test]
fn a_pending_consumer_may_do_nothing() {
    let provider = Provider::start();
    let app = provider.pending("Waits");
    app.ask("oob").send().refused(401, "consumer_key_refused");
    for place in [Place::Header, Place::Query] {
        app.get("/api/v1/whoami").place(place).send().refused_at_api(401, "consumer_key_refused");
    }
    provider.decide("approve", &app);
    app.ask("oob").send().is(200);
}

#[test]
fn signing_everybody_out_revokes_every_token_for_good() {
    let provider = Provider::start();
    let (grace, ada) = (provider.signed_in("grace"), provider.signed_in("ada"));
    let app = provider.app("Everybody");
    let (of_grace, of_ada) = (app.dance(&grace), app.dance(&ada));
    let (allowed, verifier) = app.allowed(&grace);
    provider.sign_everybody_out(&app);
    for app in [&of_grace, &of_ada] {
        app.echo().is_refused_everywhere(401, "token_revoked");
    }
    app.exchange(&allowed, &verifier).send().refused(401, "token_revoked");
    provider.decide("disapprove", &app);
    provider.decide("approve", &app);
    of_grace.echo().is_refused_everywhere(401, "token_revoked");
    app.echo().send().is(200);
    app.dance(&grace).echo().send().is(200);
}

#[test]
fn a_new_secret_counts_at_once_and_signs_out_whom_it_shall() {
    let provider = Provider::start();
    let app = provider.app_of("New secret", "grace");
    provider.edit(&app, &json!({ "secret": "the second secret" }));
    app.echo().is_refused_everywhere(401, "signature_invalid");
    let app = app.with_secret("the second secret");
    assert_eq!(app.echo().send().is(200).json()["user"], "grace");
    provider.edit(&app, &json!({ "secret": "the third secret", "sign_everybody_out": true }));
    app.echo().is_refused_everywhere(401, "signature_invalid");
    app.with_secret("the third secret").echo().is_refused_everywhere(401, "token_revoked");
}

#[test]
fn removing_a_consumer_ends_everything_that_it_had() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Removed").dance(&grace);
    let (allowed, verifier) = app.allowed(&grace);
    provider.remove(&app);
    app.echo().is_refused_everywhere(401, "consumer_key_unknown");
    app.ask("oob").send().refused(401, "consumer_key_unknown");
    app.exchange(&allowed, &verifier).send().refused(401, "consumer_key_unknown");
    let page = grace.get("/account/applications").is(200);
    assert!(!page.text().contains(&app.key), "{}", page.text());
}
