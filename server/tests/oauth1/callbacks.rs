//! Where a user is sent after deciding, and where not.

use serde_json::json;

use crate::support::{
    consent,
    signer::{App, Provider, refused},
};

#[track_caller]
fn is_rejected(app: &App, callback: &str) {
    let refused = app.ask(callback).send().refused(400, "parameter_rejected");
    assert_eq!(refused["oauth_parameters_rejected"], "oauth_callback", "{callback}");
}

#[test]
fn a_callback_is_oob_or_an_absolute_address_of_the_web() {
    let provider = Provider::start();
    let app = provider.app("Callbacks");
    for callback in [
        "oob",
        "http://app.example",
        "https://app.example/cb?next=%2Fhome&x=",
        "http://localhost:8080/cb",
        "http://[::1]:8080/cb",
        "HTTPS://APP.EXAMPLE:8443/cb",
        "https://xn--bcher-kva.example/cb",
        "http://my_app:8080/cb",
        "https://app.example./cb",
    ] {
        app.ask(callback).send().is(200);
    }
}

#[test]
fn every_other_callback_is_rejected() {
    let provider = Provider::start();
    let app = provider.app("Callbacks");
    for callback in [
        "/cb",
        "cb",
        "//app.example/cb",
        "app.example/cb",
        "OOB",
        "oob2",
        "javascript:alert(1)",
        "JavaScript://app.example/%0aalert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://app.example/cb",
        "app://callback",
        "urn:ietf:wg:oauth:2.0:oob",
        "https://",
        "https://user@app.example/cb",
        "https://@app.example/cb",
        "https:app.example/cb",
        "https:///app.example/cb",
        r"https:\\app.example\cb",
        " https://app.example/cb",
        "https://app.example/cb\n",
        "https://app.example/a b",
        "https://user:secret@app.example/cb",
        "https://:secret@app.example/cb",
        "https://app.example/cb#",
        "https://app.example/cb#fragment",
        "https://app.example:99999/cb",
        "https://app.example:port/cb",
        "https://[::1/cb",
        "https://a b.example/cb",
        "http://999.1.1.1/",
        "http://x;sandbox/",
        "http://*/",
        "https://*.example/cb",
        "https://a,b.example/cb",
        "https://a'none'/cb",
        "https://a%3Bb/cb",
        "https://app.example../cb",
        "?",
        "%",
        "\0",
    ] {
        is_rejected(&app, callback);
    }
}

#[test]
fn where_the_policy_cannot_name_the_callback_s_host_it_names_its_scheme() {
    let provider = Provider::start();
    let (grace, app) = (provider.signed_in("grace"), provider.app("Container"));
    for (callback, source) in [
        ("http://my_app:8080/cb", "http:"),
        ("https://app.example./cb", "https:"),
        ("http://[::1]:8080/cb", "http:"),
        ("http://my-app:8080/cb", "http://my-app:8080"),
    ] {
        let (token, _) = app.temporary(callback);
        let page = grace.get(&format!("/oauth/authorize?oauth_token={token}")).is(200);
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with(&format!("; form-action 'self' {source}")), "{callback}: {policy}");
    }
}

#[test]
fn a_dot_at_the_end_of_a_host_makes_it_another_one() {
    let provider = Provider::start();
    let app = provider.app("Dotted");
    provider.edit(&app, &json!({ "callback_url": "https://app.example./cb" }));
    app.ask("https://APP.example./cb").send().is(200);
    is_rejected(&app, "https://app.example/cb");
    provider.edit(&app, &json!({ "callback_url": "https://app.example/cb" }));
    is_rejected(&app, "https://app.example./cb");
}

#[test]
fn a_registered_callback_is_the_only_one_however_it_is_spelt() {
    let provider = Provider::start();
    let app = provider.app("Registered");
    provider.edit(&app, &json!({ "callback_url": "https://App.Example:443/a/cb?x=1" }));
    for callback in [
        "https://app.example/a/cb?x=1",
        "HTTPS://APP.example:443/a/cb?x=1",
        "https://app.example/a/./cb?x=1",
        "https://app.example/a/b/../cb?x=1",
    ] {
        app.ask(callback).send().is(200);
    }
    for callback in [
        "http://app.example/a/cb?x=1",
        "https://app.example:8443/a/cb?x=1",
        "https://app.example/a/cb",
        "https://app.example/a/cb?x=2",
        "https://app.example/a/cb?x=1&y=2",
        "https://app.example/a/cb/?x=1",
        "https://app.example/A/cb?x=1",
        "https://app.example/a/cb/more?x=1",
        "https://other.example/a/cb?x=1",
        "https://app.example.other.example/a/cb?x=1",
        "https://other.example/?https://app.example/a/cb?x=1",
        "https://app.example@other.example/a/cb?x=1",
        "https://app.example\\.other.example/a/cb?x=1",
        "https://app.example/a/cb?x=1#",
    ] {
        is_rejected(&app, callback);
    }
    provider.edit(&app, &json!({ "callback_url": null }));
    app.ask("oob").send().is(200);
}

#[test]
fn oob_means_the_registered_callback_where_there_is_one() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Registered");
    let callback = "https://app.example/cb?x=1";
    provider.edit(&app, &json!({ "callback_url": callback }));
    let temporary = app.temporary("oob");
    let page = grace.get(&format!("/oauth/authorize?oauth_token={}", temporary.0)).is(200);
    assert!(page.text().contains("app.example"), "{}", page.text());
    let answer = consent::decide(&grace, &provider.url, &temporary.0, "allow");
    let verifier = consent::verifier(&answer, &temporary.0, callback);
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn what_was_asked_for_before_another_callback_was_registered_leads_nowhere() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Registered since");
    let (here, oob) = (app.temporary("https://app.example/cb"), app.temporary("oob"));
    let elsewhere = app.temporary("https://other.example/");
    provider.edit(&app, &json!({ "callback_url": "https://APP.example/cb" }));
    for (token, _) in [&oob, &elsewhere] {
        let page = grace.get(&format!("/oauth/authorize?oauth_token={token}")).is(410);
        assert!(page.text().contains("registered another callback"), "{}", page.text());
        assert!(
            !page.text().contains("other.example") && !page.text().contains("<button"),
            "{}",
            page.text()
        );
        let form = [("oauth_token", token.as_str()), ("decision", "allow")];
        assert_eq!(grace.post("/oauth/authorize", &form).is(410).header("location"), "");
    }
    let answer = consent::decide(&grace, &provider.url, &here.0, "allow");
    consent::verifier(&answer, &here.0, "https://app.example/cb");
    provider.edit(&app, &json!({ "callback_url": null }));
    consent::decide(&grace, &provider.url, &elsewhere.0, "allow").is(302);
}

#[test]
fn what_was_allowed_before_another_callback_was_registered_is_not_exchanged_after() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Moves");
    let old = "https://old.example/cb";
    let allowed = app.temporary(old);
    let answer = consent::decide(&grace, &provider.url, &allowed.0, "allow");
    let verifier = consent::verifier(&answer, &allowed.0, old);
    provider.edit(&app, &json!({ "callback_url": "https://new.example/cb" }));
    app.exchange(&allowed, &verifier).send().refused(401, "token_revoked");
    provider.edit(&app, &json!({ "trusted": true }));
    app.exchange(&allowed, &verifier).send().refused(401, "token_revoked");
    provider.edit(&app, &json!({ "trusted": false, "callback_url": null }));
    app.exchange(&allowed, &verifier).send().is(200);
}

#[test]
fn the_user_comes_back_to_the_callback_with_its_own_query_in_front() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Comes back");
    for (callback, beginning) in [
        ("https://app.example", "https://app.example/?oauth_token="),
        ("https://app.example/cb", "https://app.example/cb?oauth_token="),
        ("https://app.example/cb?", "https://app.example/cb?oauth_token="),
        ("https://app.example/cb?a=b%2Fc&d=&a=%20+", "https://app.example/cb?a=b%2Fc&d=&a=%20+&oauth_token="),
        ("http://localhost:8080/cb?x", "http://localhost:8080/cb?x&oauth_token="),
    ] {
        let temporary = app.temporary(callback);
        let answer = consent::decide(&grace, &provider.url, &temporary.0, "allow").is(302);
        let location = answer.header("location").to_owned();
        assert!(location.starts_with(&format!("{beginning}{}&oauth_verifier=", temporary.0)), "{location}");
        assert_eq!(answer.header("cache-control"), "no-store");
        let verifier = location.rsplit('=').next().unwrap();
        app.exchange(&temporary, verifier).send().is(200);

        let temporary = app.temporary(callback);
        let answer = consent::decide(&grace, &provider.url, &temporary.0, "deny").is(302);
        let expected = format!("{beginning}{}&oauth_problem=permission_denied", temporary.0);
        assert_eq!(answer.header("location"), expected);
    }
}

#[test]
fn nothing_that_a_browser_brings_along_changes_where_it_is_sent() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Redirects");
    let other = "https://other.example/";
    for name in ["oauth_callback", "callback", "next", "redirect_uri", "return_to"] {
        let (token, _) = app.temporary("https://app.example/cb");
        let path = format!("/oauth/authorize?oauth_token={token}&{name}={other}");
        let page = grace.get(&path).is(200);
        assert!(!page.text().contains("other.example"), "{}", page.text());
        let form = [("oauth_token", token.as_str()), ("decision", "allow"), (name, other)];
        let answer = grace.post(&format!("/oauth/authorize?{name}={other}"), &form).is(302);
        assert!(answer.header("location").starts_with("https://app.example/cb?oauth_token="));
    }
    provider.edit(&app, &json!({ "trusted": true, "callback_url": "https://app.example/cb" }));
    let (token, _) = app.temporary("https://app.example/cb");
    let answer = grace.get(&format!("/oauth/authorize?oauth_callback={other}&oauth_token={token}")).is(302);
    assert!(answer.header("location").starts_with("https://app.example/cb?oauth_token="));
    let asked = app.ask("https://app.example/cb").query(&[("callback", other)]).send().is(200);
    assert_eq!(refused::form(&asked)["oauth_callback_confirmed"], "true");
}

#[test]
fn signing_in_on_the_way_leads_back_to_this_server_alone() {
    let provider = Provider::start();
    let app = provider.app("On the way");
    let (token, _) = app.temporary("oob");
    let sent = provider.visitor().get(&format!("/oauth/authorize?oauth_token={token}"));
    let next = format!("/oauth/authorize?oauth_token={token}");
    let expected = format!("/sign-in?next={}", oauth::encode(&next));
    assert_eq!((sent.status, sent.header("location")), (303, expected.as_str()));
    let strange = provider.visitor().get("/oauth/authorize?oauth_token=//other.example/");
    assert!(!strange.header("location").contains("other.example"), "{strange:?}");
}
