//! Networks, end and functional user of a consumer, at the public listener.

use serde_json::{Value, json};

use crate::support::{consent, signer::Provider};

#[test]
fn outside_its_networks_a_consumer_gets_nothing_and_the_log_says_so() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Bound");
    let temporary = app.temporary("oob");
    let answer = consent::decide(&grace, &provider.url, &temporary.0, "allow");
    let verifier = consent::verifier(&answer, &temporary.0, "oob");
    provider.edit(&app, &json!({ "networks": ["203.0.113.0/24"] }));
    provider.log();
    let refused = app.ask("oob").send().refused(401, "consumer_key_refused");
    assert!(refused["oauth_problem_advice"].contains("from 127.0.0.1;"), "{refused:?}");
    provider.log_until("denied address=127.0.0.1 reason=out_of_network");
    app.exchange(&temporary, &verifier).send().refused(401, "consumer_key_refused");
    app.echo().send().refused_at_api(401, "consumer_key_refused");
    app.with_secret("another secret").echo().send().refused_at_api(401, "signature_invalid");
    provider.edit(&app, &json!({ "networks": ["127.0.0.0/8", "::1"] }));
    app.echo().send().is(200);
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn after_its_end_a_consumer_signs_nobody_in() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Over");
    let (open, allowed) = (app.temporary("oob"), app.allowed(&grace));
    provider.edit(&app, &json!({ "ends_at": "2020-01-01" }));
    app.ask("oob").send().refused(401, "consumer_key_rejected");
    app.exchange(&allowed.0, &allowed.1).send().refused(401, "consumer_key_rejected");
    app.echo().send().refused_at_api(401, "consumer_key_rejected");
    let path = format!("/oauth/authorize?oauth_token={}", open.0);
    let allow = [("oauth_token", open.0.as_str()), ("decision", "allow")];
    for page in [grace.get(&path), grace.post("/oauth/authorize", &allow)] {
        let page = page.is(403);
        let text = page.text();
        assert!(text.contains("Application ended") && !text.contains("name=\"decision\""), "{text}");
    }
    provider.edit(&app, &json!({ "ends_at": "" }));
    grace.get(&path).is(200);
    app.exchange(&allowed.0, &allowed.1).send().is(200);
}

#[test]
fn without_a_token_the_api_knows_the_functional_user() {
    let provider = Provider::start();
    let app = provider.app("Robot");
    let who = || app.get("/api/v1/whoami").send().is(200).json()["user"].clone();
    assert_eq!((who(), app.echo().send().json()["user"].clone()), (Value::Null, Value::Null));
    provider.edit(&app, &json!({ "functional_user": "ada" }));
    assert_eq!((&who()["username"], &app.echo().send().json()["user"]), (&json!("ada"), &json!("ada")));
    app.get("/api/v1/consumers").send().is(403);
    provider.edit(&app, &json!({ "may_administer": true }));
    app.get("/api/v1/consumers").send().is(200);
    provider.edit(&app, &json!({ "functional_user": "grace" }));
    app.get("/api/v1/consumers").send().is(403);
}
