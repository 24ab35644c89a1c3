//! Failed attempts are shown to the user whose account they were at, once, on the first page after the sign-in.

use super::{HOME, pair};
use crate::support::{Home, PASSWORD, browser::Answer};

#[test]
fn the_failed_attempts_since_the_last_sign_in_are_shown_once_on_the_page_after_it() {
    let server = Home::with_users().serve();
    for (name, page) in [("ada", HOME), ("grace", "/account/applications")] {
        server.signed_in(name).get(page).is(200);
        for _ in 0..2 {
            server.visitor().post("/sign-in", &pair(name, "wrong password")).is(401);
        }
        let mut browser = server.visitor();
        let answer = browser.post("/sign-in", &pair(name, PASSWORD)).is(303);
        let cookies = answer.headers.get_all("set-cookie").iter();
        let cookies: Vec<_> =
            cookies.map(|value| value.to_str().unwrap().split(';').next().unwrap()).collect();
        browser.cookie = Some(cookies.join("; "));
        let shown = browser.get(page).is(200);
        assert!(shown.text().contains("2 failed attempts since "), "{}", shown.text());
        let taken = shown.header("set-cookie");
        assert!(taken.starts_with("latchkey-missed=;") && taken.contains("Max-Age=0"), "{taken}");
        browser.cookie = Some(cookies[..2].join("; "));
        assert!(!browser.get(page).is(200).text().contains("failed attempt"));
        assert!(!server.signed_in(name).get(page).text().contains("failed attempt"), "told already");
    }
}

/// The cookies that an answer sets, as a browser sends them.
fn cookies(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|value| value.to_str().unwrap().split(';').next().unwrap()).collect();
    cookies.join("; ")
}

#[test]
fn whichever_page_comes_first_after_a_sign_in_shows_the_failed_attempts() {
    let server = Home::with_users().serve();
    for (name, page, status) in [
        ("ada", "/settings/users", 200),
        ("ada", "/settings/users/add", 200),
        ("ada", "/settings/activity", 200),
        ("ada", "/settings/oauth-consumers/nowhere", 404),
        ("ada", "/account/password", 200),
        ("ada", "/account/sessions", 200),
        ("ada", "/api/v1/docs", 200),
        ("grace", "/settings/users", 403),
        ("grace", "/oauth/authorize?oauth_token=unknown", 404),
        ("grace", "/nowhere", 404),
    ] {
        server.visitor().post("/sign-in", &pair(name, "wrong password")).is(401);
        let mut browser = server.visitor();
        browser.cookie = Some(cookies(&browser.post("/sign-in", &pair(name, PASSWORD)).is(303)));
        let shown = browser.get(page).is(status);
        assert_eq!(shown.text().matches("1 failed attempt since ").count(), 1, "{page}: {}", shown.text());
        assert!(shown.header("set-cookie").starts_with("latchkey-missed=;"), "{page}: {:?}", shown.headers);
    }
}

#[test]
fn nobody_but_the_user_who_missed_them_is_shown_failed_attempts() {
    let server = Home::with_users().serve();
    server.visitor().post("/sign-in", &pair("grace", "wrong password")).is(401);
    let mut browser = server.visitor();
    browser.cookie = Some(cookies(&browser.post("/sign-in", &pair("grace", PASSWORD)).is(303)));
    for answer in [browser.post("/sign-in", &pair("ada", PASSWORD)), browser.post("/sign-out", &[])] {
        let set = answer.is(303).headers;
        let mut set = set.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        assert!(set.any(|cookie| cookie.starts_with("latchkey-missed=;")), "it is taken away");
    }
    browser.cookie = Some("latchkey-missed=1.".to_owned());
    assert!(!browser.get("/sign-in").is(200).text().contains("failed attempt"), "without a session");
}
