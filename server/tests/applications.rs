//! The page on which users see what acts for them, and take it back.

use crate::support;

use http::Method;
use support::{
    browser::{Answer, Browser, send, with_form},
    signer::{Provider, until},
};

const PATH: &str = "/account/applications";

/// Presses **Revoke** and returns the page that the browser is sent to.
#[track_caller]
fn revoke(user: &Browser, key: &str) -> Answer {
    let sent = user.post(PATH, &[("consumer_key", key), ("revoke", "revoke")]).is(303);
    user.get(sent.header("location")).is(200)
}

#[test]
fn a_user_sees_the_consumers_that_act_for_them_and_nobody_elses() {
    let provider = Provider::start();
    let (grace, ada) = (provider.signed_in("grace"), provider.signed_in("ada"));
    let mine = provider.app("<i>Mine</i> & co").dance(&grace);
    let theirs = provider.app("Theirs").dance(&ada);
    let asked = provider.app("Only asked");
    asked.allowed(&grace);
    let page = grace.get(PATH).is(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let text = page.text();
    assert!(text.contains("&lt;i&gt;Mine&lt;/i&gt; &amp; co") && text.contains(&mine.key), "{text}");
    for other in [&theirs, &asked] {
        assert!(!text.contains(&other.key), "{text}");
    }
    assert!(text.contains("Never"), "{text}");
    assert!(provider.signed_in("ada").get(PATH).is(200).text().contains(&theirs.key));
}

#[test]
fn the_page_is_for_whoever_is_signed_in() {
    let provider = Provider::start();
    let app = provider.app_of("Signed in", "grace");
    let sent = provider.visitor().get(PATH).is(303);
    assert_eq!(sent.header("location"), format!("/sign-in?next={}", oauth::encode(PATH)));
    let sent = provider.visitor().post(PATH, &[("consumer_key", &app.key)]).is(303);
    assert!(sent.header("location").starts_with("/sign-in?next="));
    app.echo().send().is(200);
}

#[test]
fn the_very_next_request_after_a_revocation_is_refused() {
    let provider = Provider::start();
    let (grace, ada) = (provider.signed_in("grace"), provider.signed_in("ada"));
    let app = provider.app("Revoked");
    let (first, second, of_ada) = (app.dance(&grace), app.dance(&grace), app.dance(&ada));
    let other = provider.app("Other").dance(&grace);
    for app in [&first, &second, &of_ada, &other] {
        app.echo().send().is(200);
    }
    let page = revoke(&grace, &app.key);
    assert!(page.text().contains("is revoked: it cannot act for you any more."), "{}", page.text());
    for app in [&first, &second] {
        app.echo().is_refused_everywhere(401, "token_revoked");
    }
    of_ada.echo().send().is(200);
    other.echo().send().is(200);
    app.echo().send().is(200);
    assert!(!grace.get(PATH).is(200).text().contains(&app.key));
    app.dance(&grace).echo().send().is(200);
    first.echo().is_refused_everywhere(401, "token_revoked");
}

#[test]
fn revoking_twice_or_what_is_not_there_is_no_error() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Twice").dance(&grace);
    let of_ada = provider.app("Of ada").dance(&provider.signed_in("ada"));
    for _ in 0..2 {
        assert!(revoke(&grace, &app.key).text().contains("<bdi>Twice</bdi></strong> is revoked"));
    }
    for key in [&*of_ada.key, "nonsense", "", "00000000-0000-4000-8000-000000000000", "a&revoked=b\r\nc: d"] {
        assert!(!revoke(&grace, key).text().contains("is revoked"), "{key}");
    }
    of_ada.echo().send().is(200);
}

#[test]
fn what_was_revoked_is_told_by_a_page_of_its_own_and_only_while_it_is_true() {
    let provider = Provider::start();
    let (grace, ada) = (provider.signed_in("grace"), provider.signed_in("ada"));
    let (app, other) = (provider.app("Told").dance(&grace), provider.app("Other").dance(&grace));
    let told = |user: &Browser, key: &str| {
        let page = user.get(&format!("{PATH}?revoked={key}")).is(200);
        page.text().contains("is revoked")
    };
    assert!(!told(&grace, &app.key), "nobody has revoked it");
    let sent = grace.post(PATH, &[("consumer_key", &app.key)]).is(303);
    assert_eq!(sent.header("location"), format!("{PATH}?revoked={}", app.key));
    assert!(sent.body.is_empty(), "{sent:?}");
    assert!(told(&grace, &app.key) && told(&grace, &app.key), "as often as the page is loaded");
    assert!(!told(&grace, &other.key) && !told(&ada, &app.key), "another one, another user");
    assert!(!told(&grace, "%3Cscript%3E"), "no key");
    app.alone().dance(&grace);
    assert!(!told(&grace, &app.key), "it is allowed again");
}

#[test]
fn another_site_cannot_revoke() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Kept").dance(&grace);
    let bare = || grace.bare(Method::POST, PATH);
    for request in [
        bare(),
        bare().header("origin", "https://other.example"),
        bare().header("sec-fetch-site", "cross-site"),
    ] {
        send(with_form(request, &[("consumer_key", &app.key)])).is(403);
    }
    app.echo().send().is(200);
}

#[test]
fn a_consumer_that_is_stopped_stays_in_the_list_and_says_so() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Stopped").dance(&grace);
    let stopped = ": it cannot act for you at present.";
    assert!(!grace.get(PATH).is(200).text().contains(stopped));
    provider.decide("disapprove", &app);
    let page = grace.get(PATH).is(200);
    assert!(page.text().contains("Disapproved") && page.text().contains(stopped), "{}", page.text());
    provider.decide("approve", &app);
    assert!(!grace.get(PATH).is(200).text().contains(stopped));
    provider.sign_everybody_out(&app);
    assert!(!grace.get(PATH).is(200).text().contains(&app.key));
}

#[test]
fn what_was_used_is_shown_as_used() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Used").dance(&grace);
    assert!(grace.get(PATH).is(200).text().contains("Never"));
    app.get("https://tool.example/").sign().verify().is(200);
    until("the use is shown", || (!grace.get(PATH).is(200).text().contains("Never")).then_some(()));
}
