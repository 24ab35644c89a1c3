//! The page that asks a user, and what it does not do.

use http::Method;
use serde_json::json;

use crate::support::{
    Browser, Home,
    browser::{Answer, send, with_form},
    consent,
    signer::{App, CONSUMERS, Credentials, Provider},
};

fn path(token: &str) -> String {
    format!("/oauth/authorize?oauth_token={token}")
}

/// A page that says why there is nothing to decide, and offers nothing.
#[track_caller]
fn says(answer: Answer, status: u16, words: &str) {
    let answer = answer.is(status);
    assert!((400..500).contains(&status));
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    let page = answer.text();
    assert!(page.contains(words), "{words}: {page}");
    assert!(!page.contains("<button") && !page.contains("name=\"decision\""), "{page}");
}

#[track_caller]
fn is_undecided(app: &App, temporary: &Credentials) {
    app.exchange(temporary, "any").send().refused(401, "token_not_authorized");
}

#[test]
fn the_page_names_the_consumer_the_user_and_where_they_go_and_cannot_be_framed() {
    let provider = Provider::start();
    let app = provider.app("<b>Planning</b> & co");
    let (token, _) = app.temporary("https://app.example:8443/cb");
    let answer = provider.signed_in("grace").get(&path(&token)).is(200);
    let page = answer.text();
    assert!(!page.contains("<b>Planning"), "{page}");
    for words in
        ["&lt;b&gt;Planning&lt;/b&gt; &amp; co", &app.key, "grace", "app.example:8443", "on your behalf"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    for button in ["name=\"decision\" value=\"allow\"", "name=\"decision\" value=\"deny\""] {
        assert!(page.contains(button), "{button}: {page}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let form_action = policy.split("; ").find(|rule| rule.starts_with("form-action"));
    assert_eq!(form_action, Some("form-action 'self' https://app.example:8443"));
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!((answer.header("x-frame-options"), answer.header("cache-control")), ("DENY", "no-store"));
}

#[test]
fn for_oob_the_page_shows_a_verifier_to_copy() {
    let provider = Provider::start();
    let app = provider.app("Copies");
    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    assert!(verifier.len() >= 8 && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{verifier}");
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn nobody_is_asked_and_nothing_is_decided_without_a_session() {
    let provider = Provider::start();
    let app = provider.app("No session");
    let temporary = app.temporary("oob");
    let mut forged = provider.visitor();
    forged.cookie = Some("latchkey=forged".to_owned());
    for visitor in [&provider.visitor(), &forged] {
        assert!(visitor.get(&path(&temporary.0)).is(303).header("location").starts_with("/sign-in?next="));
        for decision in ["allow", "deny"] {
            let form = [("oauth_token", temporary.0.as_str()), ("decision", decision)];
            let answer = visitor.post("/oauth/authorize", &form).is(303);
            assert!(answer.header("location").starts_with("/sign-in?next="), "{answer:?}");
        }
    }
    is_undecided(&app, &temporary);
}

#[test]
fn a_head_request_decides_nothing_and_uses_nothing_up() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.trusted("Looked at", "https://app.example/cb");
    let temporary = app.temporary("oob");
    send(grace.request(Method::HEAD, &path(&temporary.0)).body(()).unwrap()).is(405);
    is_undecided(&app, &temporary);
    for call in [app.ask("oob"), app.exchange(&temporary, "any")] {
        let mut looked = call.sign();
        looked.verb = "HEAD".to_owned();
        looked.send().is(405);
    }
    grace.get(&path(&temporary.0)).is(302);
}

#[test]
fn a_request_that_names_no_token_or_several_is_told_so_on_a_page() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    for query in ["", "?oauth_token=", "?oauth_token=a&oauth_token=b", "?oauth_token=%ff"] {
        says(grace.get(&format!("/oauth/authorize{query}")), 404, "Unknown request");
    }
    let body = json!({ "oauth_token": "a" }).to_string();
    let request = grace.request(Method::POST, "/oauth/authorize").header("content-type", "application/json");
    says(send(request.body(body).unwrap()), 404, "Unknown request");
}

#[test]
fn a_decision_alone_may_be_sent_to_the_address_that_names_the_token() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("By address");
    let (first, second) = (app.temporary("oob"), app.temporary("oob"));
    let visitor = provider.visitor().post(&path(&first.0), &[("decision", "allow")]).is(303);
    assert!(visitor.header("location").ends_with(&first.0), "{visitor:?}");
    let answer = grace.post(&path(&first.0), &[("decision", "allow")]);
    let verifier = consent::verifier(&answer, &first.0, "oob");
    app.exchange(&first, &verifier).send().is(200);
    grace.post(&path(&second.0), &[("oauth_token", second.0.as_str()), ("decision", "deny")]).is(200);
}

#[test]
fn a_form_whose_address_names_another_token_decides_on_neither() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Several");
    let (first, second) = (app.temporary("oob"), app.temporary("oob"));
    let form = [("oauth_token", second.0.as_str()), ("decision", "allow")];
    says(grace.post(&path(&first.0), &form), 400, "name different requests");
    let twice = format!("{}&oauth_token={}", path(&first.0), second.0);
    says(grace.post(&twice, &[("decision", "allow")]), 400, "name different requests");
    is_undecided(&app, &first);
    is_undecided(&app, &second);
}

#[test]
fn a_decision_that_another_site_sends_is_refused() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Other sites");
    let temporary = app.temporary("oob");
    let form = [("oauth_token", temporary.0.as_str()), ("decision", "allow")];
    let bare = || grace.bare(Method::POST, "/oauth/authorize");
    for request in [
        bare(),
        bare().header("origin", "https://other.example"),
        bare().header("origin", "null"),
        bare().header("sec-fetch-site", "cross-site"),
        bare().header("sec-fetch-site", "same-site"),
        bare().header("sec-fetch-site", "cross-site").header("origin", &provider.url),
    ] {
        let answer = send(with_form(request, &form)).is(403);
        assert_eq!(answer.header("location"), "");
    }
    is_undecided(&app, &temporary);
    send(with_form(bare().header("origin", &provider.url), &form)).is(200);
}

#[test]
fn a_decision_is_allow_or_deny_and_nothing_in_between() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("In between");
    let temporary = app.temporary("oob");
    for decision in ["", "Allow", "yes", "allow "] {
        let form = [("oauth_token", temporary.0.as_str()), ("decision", decision)];
        says(grace.post("/oauth/authorize", &form), 400, "without an answer");
    }
    grace.post("/oauth/authorize", &[("oauth_token", temporary.0.as_str())]).is(400);
    let link = format!("{}&decision=allow", path(&temporary.0));
    grace.get(&link).is(200);
    is_undecided(&app, &temporary);
}

#[test]
fn a_trusted_consumers_users_are_not_asked() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let callback = "https://app.example/cb?x=1";
    let app = provider.trusted("Trusted", callback);
    for asked in [callback, "HTTPS://APP.example:443/cb?x=1", "oob"] {
        let temporary = app.temporary(asked);
        let verifier = consent::verifier(&grace.get(&path(&temporary.0)), &temporary.0, callback);
        app.exchange(&temporary, &verifier).send().is(200);
    }
    app.ask("https://evil.example/x").send().refused(400, "parameter_rejected");

    let temporary = app.temporary("oob");
    assert!(provider.visitor().get(&path(&temporary.0)).is(303).header("location").starts_with("/sign-in"));
    is_undecided(&app, &temporary);
    provider.edit(&app, &json!({ "trusted": false }));
    assert!(grace.get(&path(&temporary.0)).is(200).text().contains("name=\"decision\""));
}

#[test]
fn no_verifier_goes_unasked_to_a_callback_that_is_not_registered() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Trusted since");
    let (elsewhere, oob) = (app.temporary("https://evil.example/x"), app.temporary("oob"));
    provider.edit(&app, &json!({ "trusted": true, "callback_url": "https://app.example/cb" }));
    for temporary in [&elsewhere, &oob] {
        let answer = grace.get(&path(&temporary.0)).is(410);
        assert_eq!(answer.header("location"), "");
        assert!(!answer.text().contains("oauth_verifier"), "{}", answer.text());
        is_undecided(&app, temporary);
    }
}

#[test]
fn what_an_earlier_version_trusted_without_a_callback_is_asked_like_any_other() {
    let home = Home::with_users();
    let key = home.register("Old");
    home.json(&["consumer", "approve", &key], "");
    home.sql(&format!("UPDATE consumers SET trusted = TRUE WHERE key = '{key}'"));
    let provider = Provider::in_home(home, &[]);
    let grace = provider.signed_in("grace");
    let app = App { key, ..provider.pending("Other") };
    for callback in ["https://evil.example/x", "oob"] {
        let temporary = app.temporary(callback);
        let page = grace.get(&path(&temporary.0)).is(200);
        assert!(page.text().contains("name=\"decision\""), "{}", page.text());
        is_undecided(&app, &temporary);
        let sign_in = format!("/sign-in?next={}", oauth::encode(&path(&temporary.0)));
        let policy = provider.visitor().get(&sign_in).is(200);
        assert!(!policy.header("content-security-policy").contains("evil.example"), "{policy:?}");
    }
    let shown = provider.ada().get(&format!("{CONSUMERS}/{}", app.key)).is(200).json();
    assert_eq!(shown["trusted"], false, "it is shown as what it is");
    provider.edit(&app, &json!({ "name": "Renamed" }));
    provider.edit(&app, &json!({ "callback_url": "https://app.example/cb" }));
    let temporary = app.temporary("oob");
    let page = grace.get(&path(&temporary.0)).is(200);
    assert!(page.text().contains("name=\"decision\""), "a callback alone does not bring the trust back");
}

#[test]
fn the_page_says_to_an_administrator_whether_the_consumer_could_administer() {
    let provider = Provider::start();
    let app = provider.app("Console");
    let temporary = app.temporary("oob");
    let (ada, grace) = (provider.ada(), provider.signed_in("grace"));
    let page = |who: &Browser| who.get(&path(&temporary.0)).is(200).text().to_owned();
    let cannot = "It cannot administer Latchkey in your name";
    let can = "register, approve and remove consumers";
    assert!(page(ada).contains(cannot) && !page(ada).contains(can), "{}", page(ada));
    assert!(!page(&grace).contains("administer Latchkey"), "{}", page(&grace));
    provider.edit(&app, &json!({ "may_administer": true }));
    assert!(page(ada).contains(can) && !page(ada).contains(cannot), "{}", page(ada));
    assert!(!page(&grace).contains("administer Latchkey"), "{}", page(&grace));
}

#[test]
fn a_request_that_is_unknown_or_decided_gets_a_page_that_says_so() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Says so");
    for unknown in
        ["/oauth/authorize", "/oauth/authorize?oauth_token=", "/oauth/authorize?oauth_token=nonsense"]
    {
        says(grace.get(unknown), 404, "This request is unknown.");
        says(provider.visitor().get(unknown), 404, "This request is unknown.");
    }
    says(grace.post("/oauth/authorize", &[("decision", "allow")]), 404, "This request is unknown.");
    let user = app.dance(&grace);
    says(grace.get(&path(&user.token.unwrap().0)), 404, "This request is unknown.");

    let (allowed, verifier) = app.allowed(&grace);
    says(grace.get(&path(&allowed.0)), 410, "This request has been answered already.");
    let form = [("oauth_token", allowed.0.as_str()), ("decision", "deny")];
    says(grace.post("/oauth/authorize", &form), 410, "This request has been answered already.");
    app.exchange(&allowed, &verifier).send().is(200);
    says(grace.get(&path(&allowed.0)), 410, "This request has been answered already.");
    let denied = app.temporary("oob");
    consent::decide(&grace, &provider.url, &denied.0, "deny").is(200);
    says(grace.get(&path(&denied.0)), 410, "This request has been answered already.");

    let (guessed, _) = app.allowed(&grace);
    for _ in 0..5 {
        app.exchange(&guessed, "WRONG").send().refused(401, "verifier_invalid");
    }
    says(grace.get(&path(&guessed.0)), 404, "This request is unknown.");
}

#[test]
fn strange_queries_get_a_page_of_their_own_fault() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    for query in ["oauth_token=a&oauth_token=b", "oauth_token=%FF", "oauth_token=%", "oauth_token=%00"] {
        let answer = grace.get(&format!("/oauth/authorize?{query}"));
        assert!((400..500).contains(&answer.status), "{query}: {answer:?}");
        assert!(!answer.text().contains("<button"), "{query}");
    }
}

#[test]
fn a_consumer_that_is_not_approved_any_more_asks_nobody() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Stopped");
    let (temporary, gone) = (app.temporary("https://app.example/cb"), app.temporary("oob"));
    provider.decide("disapprove", &app);
    let form = [("oauth_token", temporary.0.as_str()), ("decision", "allow")];
    for visitor in [&grace, &provider.visitor()] {
        says(visitor.get(&path(&temporary.0)), 403, "Stopped is not approved here");
    }
    says(grace.post("/oauth/authorize", &form), 403, "Stopped is not approved here");
    provider.edit(&app, &json!({ "trusted": true, "callback_url": "https://app.example/cb" }));
    says(grace.get(&path(&temporary.0)), 403, "Stopped is not approved here");
    provider.edit(&app, &json!({ "trusted": false, "callback_url": null }));
    provider.decide("approve", &app);
    is_undecided(&app, &temporary);
    consent::decide(&grace, &provider.url, &temporary.0, "allow").is(302);
    provider.sign_everybody_out(&app);
    says(grace.get(&path(&gone.0)), 410, "signed everybody out");
    provider.remove(&app);
    says(grace.get(&path(&gone.0)), 404, "This request is unknown.");
}

#[test]
fn whoever_decides_is_whom_the_consumer_acts_for() {
    let provider = Provider::start();
    let app = provider.app("Whoever");
    let temporary = app.temporary("oob");
    provider.signed_in("ada").get(&path(&temporary.0)).is(200);
    let answer = consent::decide(&provider.signed_in("grace"), &provider.url, &temporary.0, "allow");
    let verifier = consent::verifier(&answer, &temporary.0, "oob");
    let answer = app.exchange(&temporary, &verifier).send().is(200);
    assert!(answer.text().contains("latchkey_user=grace"), "{}", answer.text());
}
