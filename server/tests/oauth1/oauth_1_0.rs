//! Consumers that an administrator allows what OAuth 1.0 did, and what it leaves open to those who are not allowed.

use http::Request;
use oauth::{SignatureMethod, encode};
use serde_json::json;

use crate::support::{
    browser::{Answer, send},
    consent,
    signer::{ACCESS_TOKEN, App, Credentials, ECHO, Provider, REQUEST_TOKEN, credentials, nonce, now},
};

const CALLBACK: &str = "https://app.example/cb?x=1";

/// A consumer that may speak OAuth 1.0.
fn early(provider: &Provider, name: &str) -> App {
    let app = provider.app(name);
    let edited = provider.edit(&app, &json!({ "allow_oauth_1_0": true }));
    assert_eq!(edited["allow_oauth_1_0"], true);
    app
}

/// Temporary credentials that were asked for without a callback.
#[track_caller]
fn bare(app: &App) -> Credentials {
    credentials(&app.ask("").without("oauth_callback").send().is(200))
}

/// The page that asks, as the consumer sends the user there.
fn path(token: &str, callback: &str) -> String {
    format!("/oauth/authorize?oauth_token={token}&oauth_callback={}", encode(callback))
}

/// The directive of a page's policy that says where its forms may lead.
fn form_action(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy");
    policy.split("; ").find(|rule| rule.starts_with("form-action")).unwrap().to_owned()
}

/// A request written by hand as Eclipse Lyo's client sends it (its `OslcOAuthClient`, on Netflix's and Google's `net.oauth`):
/// GET, HMAC-SHA1, an empty realm, `oauth_version=1.0`, and the parameters in the Authorization header; neither
/// `oauth_callback` nor `oauth_verifier`.
fn lyo(provider: &Provider, app: &App, path: &str, token: Option<&Credentials>) -> Answer {
    let (nonce, timestamp) = (nonce(), now().to_string());
    let oauth_token = token.map(|(token, _)| ("oauth_token", token.as_str()));
    // In the order of the base string.
    let parameters: Vec<_> = [
        ("oauth_consumer_key", app.key.as_str()),
        ("oauth_nonce", nonce.as_str()),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", timestamp.as_str()),
    ]
    .into_iter()
    .chain(oauth_token)
    .chain([("oauth_version", "1.0")])
    .collect();
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let url = format!("{}{path}", provider.public);
    let base_string = format!("GET&{}&{}", encode(&url), encode(&pairs.join("&")));
    let token_secret = token.map_or("", |(_, secret)| secret.as_str());
    let signature = oauth::sign(SignatureMethod::HmacSha1, &base_string, &app.secret, token_secret).unwrap();
    let signed = parameters.iter().copied().chain([("oauth_signature", signature.as_str())]);
    let header: Vec<_> = signed.map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
    let authorization = format!("OAuth realm=\"\", {}", header.join(", "));
    let request = Request::get(format!("{}{path}", provider.url)).header("authorization", authorization);
    send(request.body(()).unwrap())
}

#[test]
fn eclipse_lyos_client_signs_a_user_in_without_callback_and_verifier() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("Lyo"));
    let refused = lyo(&provider, &app, REQUEST_TOKEN, None).refused(400, "parameter_absent");
    assert_eq!(refused["oauth_parameters_absent"], "oauth_callback");
    assert!(refused["oauth_problem_advice"].contains("Allow OAuth 1.0"), "{refused:?}");

    provider.edit(&app, &json!({ "allow_oauth_1_0": true }));
    let temporary = credentials(&lyo(&provider, &app, REQUEST_TOKEN, None).is(200));
    let too_early = lyo(&provider, &app, ACCESS_TOKEN, Some(&temporary));
    too_early.refused(401, "token_not_authorized");
    let answer = consent::decide_at(&grace, &provider.url, &path(&temporary.0, CALLBACK), "allow");
    let handed = consent::handed_over(&answer, CALLBACK);
    assert_eq!(handed[0], ("oauth_token".to_owned(), temporary.0.clone()));
    let token = credentials(&lyo(&provider, &app, ACCESS_TOKEN, Some(&temporary)).is(200));
    assert_eq!(lyo(&provider, &app, ECHO, Some(&token)).is(200).json()["user"], "grace");

    lyo(&provider, &app, ACCESS_TOKEN, Some(&temporary)).refused(401, "token_used");
    lyo(&provider, &app, ECHO, Some(&token)).refused_at_api(401, "token_revoked");
}

#[test]
fn the_switch_is_off_and_without_it_callback_and_verifier_are_required() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("1.0a"));
    let shown = provider.edit(&app, &json!({ "name": "1.0a" }));
    assert_eq!(shown["allow_oauth_1_0"], false);
    early(&provider, "Another one");
    for call in [app.ask("").without("oauth_callback"), app.ask("")] {
        let refused = call.send().refused(400, "parameter_absent");
        assert!(refused["oauth_problem_advice"].contains("Allow OAuth 1.0"), "{refused:?}");
    }
    let (temporary, verifier) = app.allowed(&grace);
    app.exchange(&temporary, "").without("oauth_verifier").send().refused(400, "parameter_absent");
    // Together with other absent parameters.
    let more = app.ask("").without("oauth_callback").without("oauth_nonce");
    let refused = more.send().refused(400, "parameter_absent");
    assert_eq!(refused["oauth_parameters_absent"], "oauth_nonce&oauth_callback");
    assert!(!refused["oauth_problem_advice"].contains("Allow OAuth 1.0"), "{refused:?}");
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn what_is_allowed_to_leave_them_out_is_checked_like_any_other() {
    let provider = Provider::start();
    let app = early(&provider, "Checked");
    let ask = || app.ask("").without("oauth_callback");
    ask().with("oauth_signature", "c2lnbmF0dXJl").send().refused(401, "signature_invalid");
    ask().at(-3600).send().is(401);
    app.with_secret("another secret")
        .ask("")
        .without("oauth_callback")
        .send()
        .refused(401, "signature_invalid");
    let twice = ask().sign();
    twice.send().is(200);
    twice.send().refused(401, "nonce_used");
    // With a callback it is held to it.
    app.ask("javascript:alert(1)").send().refused(400, "parameter_rejected");
    provider.decide("disapprove", &app);
    ask().send().refused(401, "consumer_key_rejected");
}

#[test]
fn the_consent_page_names_where_the_link_leads_and_warns() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "Warned of"));
    let temporary = bare(&app);
    let page = grace.get(&path(&temporary.0, "https://app.example:8443/cb")).is(200);
    assert_eq!(form_action(&page), "form-action 'self' https://app.example:8443");
    for words in ["app.example:8443", "only if you have just asked"] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let out_of_band = grace.get(&format!("/oauth/authorize?oauth_token={}", temporary.0)).is(200);
    assert_eq!(form_action(&out_of_band), "form-action 'self'");
    let other = provider.app("Not warned of").temporary(CALLBACK);
    let page = grace.get(&path(&other.0, "https://evil.example/x")).is(200);
    assert!(!page.text().contains("only if you have just asked"), "{}", page.text());
    assert!(!page.text().contains("evil.example"), "{}", page.text());
}

#[test]
fn the_consent_page_warns_in_every_dance_of_a_consumer_that_may_leave_the_verifier_out() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "Warned of in each"));
    let asked = |token: &str| grace.get(&format!("/oauth/authorize?oauth_token={token}")).is(200);
    let temporary = app.temporary(CALLBACK);
    let page = asked(&temporary.0);
    assert!(page.text().contains("only if you have just asked"), "{}", page.text());
    consent::decide(&grace, &provider.url, &temporary.0, "allow").is(302);
    app.exchange(&temporary, "").without("oauth_verifier").send().is(200);
    provider.edit(&app, &json!({ "allow_oauth_1_0": false }));
    let page = asked(&app.temporary(CALLBACK).0);
    assert!(!page.text().contains("only if you have just asked"), "{}", page.text());
}

#[test]
fn a_link_that_names_no_usable_address_or_several_is_not_followed() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "Not followed"));
    let (token, _) = bare(&app);
    let twice = format!("{}&oauth_callback=https%3A%2F%2Fb.example%2F", path(&token, CALLBACK));
    let wrong =
        ["javascript:alert(1)", "data:text/html,x", "myapp://cb", "/cb", "http://x;sandbox/", "https://a@b/"];
    for path in wrong.map(|callback| path(&token, callback)).into_iter().chain([twice]) {
        let page = grace.get(&path).is(403);
        assert!(
            page.text().contains("not accepted here") && !page.text().contains("<button"),
            "{}",
            page.text()
        );
        assert_eq!(form_action(&page), "form-action 'self'");
    }
    let form = [("oauth_token", &*token), ("oauth_callback", "javascript:alert(1)"), ("decision", "allow")];
    assert_eq!(grace.post("/oauth/authorize", &form).is(403).header("location"), "");
    consent::decide_at(&grace, &provider.url, &path(&token, CALLBACK), "allow").is(302);
}

#[test]
fn signing_in_on_the_way_keeps_where_the_link_leads() {
    let provider = Provider::start();
    let app = early(&provider, "On the way");
    let (token, _) = bare(&app);
    let asked = path(&token, CALLBACK);
    let sent = provider.visitor().get(&asked).is(303);
    assert_eq!(sent.header("location"), format!("/sign-in?next={}", encode(&asked)));
    let grace = provider.signed_in("grace");
    let answer = consent::decide_at(&grace, &provider.url, &asked, "deny");
    let handed = consent::handed_over(&answer, CALLBACK);
    assert_eq!(handed[1], ("oauth_problem".to_owned(), "permission_denied".to_owned()));
}

#[test]
fn a_decision_alone_leads_where_the_address_that_it_is_sent_to_says() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "By address"));
    let (token, _) = bare(&app);
    let form = [("oauth_callback", "https://b.example/"), ("decision", "allow")];
    assert_eq!(grace.post(&path(&token, CALLBACK), &form).is(403).header("location"), "");
    let answer = grace.post(&path(&token, CALLBACK), &[("decision", "allow")]);
    consent::verifier(&answer, &token, CALLBACK);
}

#[test]
fn a_registered_callback_leaves_the_link_no_choice_and_users_are_asked_though_it_is_trusted() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "Registered"));
    provider.edit(&app, &json!({ "callback_url": CALLBACK }));
    let (token, _) = bare(&app);
    let evil = path(&token, "https://evil.example/x");
    let page = grace.get(&evil).is(200);
    assert_eq!(form_action(&page), "form-action 'self' https://app.example");
    assert!(!page.text().contains("evil.example"), "{}", page.text());
    provider.edit(&app, &json!({ "trusted": true }));
    let sign_in = provider.visitor().get(&format!("/sign-in?next={}", encode(&evil))).is(200);
    assert_eq!(form_action(&sign_in), "form-action 'self'");
    let still_asked = grace.get(&evil).is(200);
    assert!(still_asked.text().contains("only if you have just asked"), "{}", still_asked.text());
    let answer = consent::decide_at(&grace, &provider.url, &evil, "allow");
    consent::verifier(&answer, &token, CALLBACK);
}

#[test]
fn what_was_begun_before_it_was_switched_off_leads_nowhere() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), early(&provider, "Switched off"));
    let (open, allowed) = (bare(&app), bare(&app));
    consent::decide_at(&grace, &provider.url, &path(&allowed.0, CALLBACK), "allow").is(302);
    provider.edit(&app, &json!({ "allow_oauth_1_0": false }));
    let page = grace.get(&path(&open.0, CALLBACK)).is(410);
    assert!(page.text().contains("switched off Allow OAuth 1.0"), "{}", page.text());
    let form = [("oauth_token", &*open.0), ("oauth_callback", CALLBACK), ("decision", "allow")];
    assert_eq!(grace.post("/oauth/authorize", &form).is(410).header("location"), "");
    app.exchange(&allowed, "").without("oauth_verifier").send().refused(400, "parameter_absent");
}
