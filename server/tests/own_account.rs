//! The pages on which users change their password and see their sessions: plain forms, without scripts.

use crate::support;

use http::Method;
use support::{
    Browser, Home, PASSWORD,
    browser::{Answer, send, with_form},
    signer::Provider,
};

const PASSWORD_PATH: &str = "/account/password";
const SESSIONS: &str = "/account/sessions";
const APPLICATIONS: &str = "/account/applications";
const NEW: &str = "another horse battery";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn change(browser: &Browser, current: &str, new: &str, again: &str) -> Answer {
    let form = [("current_password", current), ("password", new), ("password_again", again)];
    browser.post(PASSWORD_PATH, &form)
}

/// Signs in from a browser that calls itself so.
fn sign_in_as(visitor: &mut Browser, username: &str, agent: &str) {
    let request = visitor.request(Method::POST, "/sign-in").header("user-agent", agent);
    let answer = send(with_form(request, &[("username", username), ("password", PASSWORD)])).is(303);
    visitor.take_cookie(&answer);
}

#[test]
fn a_new_password_signs_every_other_browser_out_and_this_one_goes_on() {
    let server = Home::with_users().serve();
    let (mut this, elsewhere) = (server.signed_in("grace"), server.signed_in("grace"));
    let before = this.clone();
    let form = this.get(PASSWORD_PATH).is(200);
    for label in ["Current password", "New password", "Re-type new password", "Keep applications signed in"] {
        assert!(form.text().contains(&format!(">{label}</label>")), "{label}: {}", form.text());
    }
    let changed = change(&this, PASSWORD, NEW, NEW).is(303);
    this.take_cookie(&changed);
    let page = this.get(changed.header("location")).is(200);
    assert!(page.text().contains("Your password is changed."), "{}", page.text());
    assert!(page.text().contains("Applications have to ask you again.") && !page.text().contains(NEW));
    this.get(APPLICATIONS).is(200);
    before.get(APPLICATIONS).is(303);
    elsewhere.get(APPLICATIONS).is(303);
    server.visitor().post("/sign-in", &[("username", "grace"), ("password", PASSWORD)]).is(401);
    server.visitor().sign_in("grace", NEW);
    let cookies: Vec<_> = changed.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2, "this browser is known under the new password: {cookies:?}");
}

#[test]
fn what_is_wrong_with_a_new_password_stands_beside_its_field_and_changes_nothing() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    for (current, new, again, words) in [
        ("wrong", NEW, NEW, "This is not the password of your account."),
        ("", NEW, NEW, "This is not the password of your account."),
        (PASSWORD, "short", "short", "Use at least 8 characters"),
        (PASSWORD, NEW, PASSWORD, "The two passwords differ."),
        (PASSWORD, "", "", "Enter a password."),
        (PASSWORD, "grace1234", "grace1234", "This password is easy to guess"),
        (PASSWORD, PASSWORD, PASSWORD, "This is what you entered as the current password."),
    ] {
        let page = change(&grace, current, new, again).is(422);
        assert!(page.text().contains(words), "{}", page.text());
        assert_eq!(page.header("set-cookie"), "");
        assert!(!page.text().contains(NEW) && !page.text().contains(PASSWORD), "nothing typed comes back");
    }
    let page = change(&grace, PASSWORD, "short", "other").is(422);
    for words in ["Use at least 8 characters", "The two passwords differ."] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    grace.post(PASSWORD_PATH, &[]).is(422);
    grace.get(APPLICATIONS).is(200);
    server.visitor().sign_in("grace", PASSWORD);
}

#[test]
fn applications_have_to_ask_again_after_a_new_password_unless_they_are_kept() {
    let provider = Provider::start();
    let app = provider.app_of("Signed in", "grace");
    let mut grace = provider.signed_in("grace");
    let form =
        [("current_password", PASSWORD), ("password", NEW), ("password_again", NEW), ("keep_tokens", "true")];
    let kept = grace.post(PASSWORD_PATH, &form).is(303);
    app.echo().send().is(200);
    grace.take_cookie(&kept);
    let page = grace.get(kept.header("location")).is(200);
    assert!(page.text().contains("Applications stay signed in."), "{}", page.text());
    change(&grace, NEW, PASSWORD, PASSWORD).is(303);
    app.echo().is_refused_everywhere(401, "token_revoked");
}

#[test]
fn users_see_their_sessions_in_words_and_end_each() {
    let server = Home::with_users().serve();
    let (mut this, mut phone) = (server.visitor(), server.visitor());
    sign_in_as(&mut this, "grace", FIREFOX);
    sign_in_as(&mut phone, "grace", "<script>alert(1)</script>");
    let of_ada = server.signed_in("ada");
    let page = this.get(SESSIONS).is(200);
    let text = page.text();
    for words in ["Firefox on Linux", "Unknown browser", "this browser", "127.0.0.1", "just now"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("<script>alert") && !text.contains(this.cookie.as_deref().unwrap()), "{text}");
    let id = support::second_factor::hidden(&page, "session");
    assert_eq!(text.matches("name=\"session\"").count(), 1, "this browser has none: {text}");
    for nothing in [&[("session", "nonsense")][..], &[]] {
        this.post(SESSIONS, nothing).is(303);
    }
    of_ada.post(SESSIONS, &[("session", id)]).is(303);
    phone.get(SESSIONS).is(200);
    for _ in 0..2 {
        assert_eq!(this.post(SESSIONS, &[("session", id)]).is(303).header("location"), SESSIONS);
        phone.get(SESSIONS).is(303);
    }
    this.get(SESSIONS).is(200);
}

#[test]
fn ending_all_other_sessions_ends_their_event_streams_too() {
    let server = Home::with_users().serve();
    let (this, elsewhere) = (server.signed_in("ada"), server.signed_in("ada"));
    let stream = elsewhere.events(None);
    this.post(SESSIONS, &[("others", "end")]).is(303);
    stream.rest();
    elsewhere.call("rows", &[]).is(401);
    this.call("rows", &[]).is(200);
}

#[test]
fn the_pages_are_for_who_is_signed_in_and_lead_back_to_them() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    for path in [PASSWORD_PATH, SESSIONS, "/account/second-factor"] {
        for answer in [visitor.get(path), visitor.post(path, &[("act", "begin")])] {
            let expected = format!("/sign-in?next={}", oauth::encode(path));
            assert_eq!(answer.is(303).header("location"), expected);
        }
    }
}

#[test]
fn another_site_can_neither_change_a_password_nor_end_a_session() {
    let server = Home::with_users().serve();
    let grace = server.signed_in("grace");
    let passwords = [("current_password", PASSWORD), ("password", NEW), ("password_again", NEW)];
    let forms: [(&str, &[(&str, &str)]); 3] = [
        (PASSWORD_PATH, &passwords),
        (SESSIONS, &[("others", "end")]),
        ("/account/second-factor", &[("act", "begin")]),
    ];
    for (path, form) in forms {
        let request = grace.bare(Method::POST, path).header("sec-fetch-site", "cross-site");
        send(with_form(request, form)).is(403);
    }
    server.visitor().sign_in("grace", PASSWORD);
}
