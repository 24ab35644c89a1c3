//! Administrators whose password is shorter than theirs has to be, over HTTP: they are led to a new one, and everything else is
//! closed.

use crate::support;

use support::{Browser, Home, browser::Answer, second_factor::hidden, signer::Provider};

const PATH: &str = "/account/password";
const HOME: &str = "/settings/oauth-consumers";
const APPLICATIONS: &str = "/account/applications";
/// Long enough for everybody but an administrator.
const SHORT: &str = "xK4;vq!9zW";
const NEW: &str = "another horse battery";

/// Gives grace a short password, which an ordinary user may have.
fn shorten(home: &Home) {
    home.json(&["user", "passwd", "grace", "--password-stdin"], SHORT);
}

fn permit(home: &Home) {
    assert_eq!(home.json(&["user", "permit", "grace"], "")["configure_server"], true);
}

fn change(browser: &Browser, new: &str, next: &str) -> Answer {
    let form = [("current_password", SHORT), ("password", new), ("password_again", new), ("next", next)];
    browser.post(PATH, &form)
}

/// Asserts that a page leads to the new password, and from there back.
#[track_caller]
fn is_led(browser: &Browser, path: &str) {
    let sign_in = browser.get(path).is(303);
    let led = browser.get(sign_in.header("location")).is(303);
    assert_eq!(led.header("location"), format!("{PATH}?next={}", oauth::encode(path)));
}

#[test]
fn an_administrator_with_a_short_password_is_led_to_a_new_one_and_everything_else_is_closed() {
    let server = Home::with_users().serve();
    shorten(&server.home);
    permit(&server.home);
    let mut grace = server.visitor();
    grace.sign_in("grace", SHORT);
    for path in [HOME, "/settings/users", APPLICATIONS, "/account/sessions", "/account/second-factor"] {
        is_led(&grace, path);
    }
    grace.get("/sign-in?again=/settings/users").is(303);
    grace.post("/account/second-factor", &[("act", "begin")]).is(303);
    grace.post("/sign-in/again", &[("password", SHORT), ("next", HOME)]).is(303);
    grace.post("/settings/users/permit", &[("user", "grace")]).is(303);
    grace.call("rows", &[]).is(401);
    grace.get("/events").is(401);
    let told = grace.get("/api/v1/consumers").problem(401);
    assert!(told["detail"].as_str().unwrap().contains(PATH), "{told}");
    server.log_until("reason=password_too_short");
    let page = grace.get(&format!("{PATH}?next={HOME}&done=1")).is(200);
    assert!(page.text().contains("Your password is too short for an administrator."), "{}", page.text());
    assert!(!page.text().contains("Your password is changed."), "{}", page.text());
    assert_eq!(hidden(&page, "next"), HOME);
    let refused = change(&grace, "xK4;vq!9zW2", HOME).is(422);
    assert!(refused.text().contains("at least 12 characters"), "{}", refused.text());
    assert_eq!(hidden(&refused, "next"), HOME);
    let changed = change(&grace, NEW, HOME).is(303);
    assert_eq!(changed.header("location"), HOME);
    grace.take_cookie(&changed);
    grace.get(HOME).is(200);
    grace.call("rows", &[]).is(200);
    let mut elsewhere = server.visitor();
    elsewhere.sign_in("grace", NEW);
    elsewhere.get(HOME).is(200);
}

#[test]
fn who_owes_a_new_password_may_sign_out() {
    let server = Home::with_users().serve();
    shorten(&server.home);
    permit(&server.home);
    let mut grace = server.visitor();
    grace.sign_in("grace", SHORT);
    grace.get(PATH).is(200);
    assert_eq!(grace.post("/sign-out", &[]).is(303).header("location"), "/sign-in");
    assert_eq!(grace.get(PATH).is(303).header("location"), format!("/sign-in?next={}", oauth::encode(PATH)));
}

#[test]
fn an_ordinary_user_keeps_a_short_password_and_owes_another_from_the_click_after_being_permitted() {
    let server = Home::with_users().serve();
    shorten(&server.home);
    let mut grace = server.visitor();
    grace.sign_in("grace", SHORT);
    grace.get(APPLICATIONS).is(200);
    let page = grace.get(PATH).is(200);
    assert!(!page.text().contains("too short for an administrator"), "{}", page.text());
    server.signed_in("ada").post("/settings/users/permit", &[("user", "grace")]).is(303);
    is_led(&grace, APPLICATIONS);
    server.signed_in("ada").post("/settings/users/forbid", &[("user", "grace")]).is(303);
    grace.get(APPLICATIONS).is(200);
}

#[test]
fn a_new_password_leads_to_no_other_site() {
    let server = Home::with_users().serve();
    shorten(&server.home);
    permit(&server.home);
    for (old, new, next) in
        [(SHORT, NEW, "//evil.example/"), (NEW, "quiet otter 7 lamps", "https://evil.example/")]
    {
        let mut grace = server.visitor();
        grace.sign_in("grace", old);
        let page = grace.get(&format!("{PATH}?next={}", oauth::encode(next))).is(200);
        assert_eq!(hidden(&page, "next"), "");
        let form = [("current_password", old), ("password", new), ("password_again", new), ("next", next)];
        assert_eq!(grace.post(PATH, &form).is(303).header("location"), format!("{PATH}?done=1"));
    }
}

#[test]
fn a_consent_waits_for_the_new_password_and_follows_it() {
    let provider = Provider::start();
    shorten(&provider.home);
    permit(&provider.home);
    let mut grace = provider.visitor();
    grace.sign_in("grace", SHORT);
    let temporary = provider.app("App").temporary("oob");
    let question = format!("/oauth/authorize?oauth_token={}", temporary.0);
    is_led(&grace, &question);
    let decided = grace.post("/oauth/authorize", &[("oauth_token", &*temporary.0), ("decision", "allow")]);
    assert!(decided.is(303).header("location").starts_with("/sign-in?next="));
    let changed = change(&grace, NEW, &question).is(303);
    assert_eq!(changed.header("location"), question);
    grace.take_cookie(&changed);
    grace.get(&question).is(200);
}

#[test]
fn on_the_way_to_a_trusted_consumer_the_policy_of_the_page_names_its_callback() {
    let provider = Provider::start();
    shorten(&provider.home);
    permit(&provider.home);
    let mut grace = provider.visitor();
    grace.sign_in("grace", SHORT);
    let callback = "https://app.example/cb";
    let temporary = provider.trusted("Trusted", callback).temporary(callback);
    let question = format!("/oauth/authorize?oauth_token={}", temporary.0);
    is_led(&grace, &question);
    let page = grace.get(&format!("{PATH}?next={}", oauth::encode(&question))).is(200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("https://app.example"), "{policy}");
    let changed = change(&grace, NEW, &question).is(303);
    grace.take_cookie(&changed);
    assert!(grace.get(&question).is(302).header("location").starts_with(callback));
}
