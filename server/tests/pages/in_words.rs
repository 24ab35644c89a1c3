//! Addresses and forms that cannot be read: a page in words says so.

use http::Method;

use super::HOME;
use crate::support::{
    Browser, Home,
    browser::{Answer, send},
};

/// That this is a page in plain words, and nothing of a library's.
#[track_caller]
fn in_words<'a>(answer: &'a Answer, words: &str) -> &'a str {
    let text = answer.text();
    assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    assert!(text.contains(words) && text.contains("<h1 id=\"heading\">"), "{text}");
    assert!(!text.contains("deserialize") && !text.contains("duplicate field"), "{text}");
    text
}

#[test]
fn a_view_that_there_is_not_is_told_in_words() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let page = ada.get(&format!("{HOME}?status=approvd")).is(404);
    assert!(
        page.text().contains("status=approvd: give pending, approved or disapproved."),
        "{}",
        page.text()
    );
}

#[test]
fn an_address_that_gives_something_twice_is_told_so_by_a_page() {
    let server = Home::with_users().serve();
    let (ada, visitor) = (server.signed_in("ada"), server.visitor());
    for (path, name) in [
        ("/sign-in?next=a&next=b", "next"),
        ("/set-up?token=a&token=b", "token"),
        ("/oauth/approveKey?key=a&key=b", "key"),
        ("/account/applications?revoked=a&revoked=b", "revoked"),
    ] {
        for browser in [&ada, &visitor] {
            let page = browser.get(path).is(400);
            in_words(&page, &format!("gives “{name}” twice"));
        }
    }
}

#[test]
fn a_form_that_gives_a_field_twice_is_told_so_by_a_page_that_repeats_no_secret() {
    let server = Home::with_users().serve();
    let (ada, visitor) = (server.signed_in("ada"), server.visitor());
    for (browser, path, name) in [
        (&visitor, "/sign-in", "password"),
        (&visitor, "/set-up", "password_again"),
        (&ada, "/account/applications", "consumer_key"),
        (&ada, HOME, "secret"),
    ] {
        let page = browser.post(path, &[(name, "hunter2"), (name, "hunter3")]).is(400);
        let text = in_words(&page, &format!("gives “{name}” twice"));
        assert!(!text.contains("hunter"), "{text}");
    }
    assert_eq!(ada.names(), [""; 0]);
}

#[test]
fn a_form_that_is_none_is_told_so_by_a_page() {
    let server = Home::with_users().serve();
    let request = server.visitor().request(Method::POST, "/sign-in").header("content-type", "text/plain");
    in_words(&send(request.body("username=ada").unwrap()).is(415), "application/x-www-form-urlencoded");
}

#[test]
fn an_unknown_page_says_so_and_leads_to_the_start() {
    let server = Home::new().serve();
    let page = Browser::new(&server.url).get("/nowhere").is(404);
    assert!(page.text().contains("Page not found") && page.text().contains("href=\"/\""), "{}", page.text());
}
