//! Signing in: what a refusal tells, where it leads, and from where it is said to come.

mod failed_attempts;
mod guesses;
mod sessions;

use http::Method;

use crate::support::{
    Home, PASSWORD,
    browser::{send, with_form},
};

const HOME: &str = "/settings/oauth-consumers";

fn pair<'a>(username: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("username", username), ("password", password)]
}

#[test]
fn a_wrong_password_an_unknown_name_and_a_disabled_account_are_answered_alike() {
    let home = Home::with_users();
    home.add_user("eve", true);
    home.json(&["user", "disable", "eve"], "");
    let server = home.serve();
    let visitor = server.visitor();
    let answers =
        [("ada", "wrong password"), ("bob", PASSWORD), ("eve", PASSWORD)].map(|(name, password)| {
            let answer = visitor.post("/sign-in", &pair(name, password)).is(401);
            assert_eq!(answer.header("set-cookie"), "");
            let (_, nonce) = answer.header("content-security-policy").split_once("'nonce-").unwrap();
            let nonce = nonce.split_once('\'').unwrap().0;
            answer.text().replace(&format!("\"{name}\""), "\"NAME\"").replace(nonce, "NONCE")
        });
    assert!(answers[0].contains("The username or the password is wrong."), "{}", answers[0]);
    assert!(
        answers[0].contains("\"NAME\"") && !answers[0].contains("wrong password"),
        "the name alone is kept"
    );
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    for odd in ["", "no name!", "<script>", &"x".repeat(1000)] {
        visitor.post("/sign-in", &pair(odd, PASSWORD)).is(401);
    }
    visitor.post("/sign-in", &[]).is(401);
}

#[test]
fn signing_in_leads_nowhere_but_to_this_server() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "@evil.example",
        "///evil.example",
        "/./%0d%0aSet-Cookie:x=y\r\nx: y",
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD), ("next", next)];
        let answer = visitor.post("/sign-in", &fields).is(303);
        assert_eq!(answer.header("location"), "/", "{next:?}");
        let query = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let form = visitor.get(&format!("/sign-in?next={query}")).is(200);
        assert!(form.text().contains("name=\"next\" value=\"\""), "{next:?}");
        let signed_in = server.signed_in("ada");
        let answer = signed_in.get(&format!("/sign-in?next={query}")).is(303);
        assert_eq!(answer.header("location"), "/", "{next:?}, signed in already");
    }
}

#[test]
fn where_signing_in_leads_is_percent_encoded_once() {
    let server = Home::with_users().serve();
    for (next, location) in [
        ("/\u{e9}?name=Jos\u{e9} \"x\"", "/%C3%A9?name=Jos%C3%A9%20%22x%22"),
        ("/settings/activity?who=%C3%A9&what=a+b", "/settings/activity?who=%C3%A9&what=a+b"),
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD), ("next", next)];
        let answer = server.visitor().post("/sign-in", &fields).is(303);
        assert_eq!(answer.header("location"), location);
        let query = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let answer = server.signed_in("ada").get(&format!("/sign-in?next={query}")).is(303);
        assert_eq!(answer.header("location"), location, "signed in already");
    }
}

#[test]
fn where_somebody_signed_in_from_is_what_a_trusted_proxy_says() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let visitor = server.visitor();
    let attempt = |address: &str, name: &str| {
        let request = visitor.request(Method::POST, "/sign-in").header("x-forwarded-for", address);
        send(with_form(request, &pair(name, PASSWORD)))
    };
    attempt("203.0.113.5", "bob").is(401);
    let log = server.log_until("unknown_user");
    assert!(log.last().unwrap().contains("address=203.0.113.5 "), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("LATCHKEY_TRUSTED_PROXIES")), "{log:?}");
    attempt("2001:db8::7", "ada").is(303);
}

#[test]
fn a_proxy_that_is_not_trusted_is_warned_of_once() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    for _ in 0..2 {
        let request = visitor.request(Method::POST, "/sign-in").header("x-forwarded-for", "203.0.113.5");
        send(with_form(request, &pair("bob", PASSWORD))).is(401);
    }
    let mut log = server.log_until("unknown_user");
    log.extend(server.log_until("unknown_user"));
    let warnings: Vec<_> = log.iter().filter(|line| line.contains("LATCHKEY_TRUSTED_PROXIES")).collect();
    assert_eq!(warnings.len(), 1, "{log:?}");
    assert!(warnings[0].contains("WARN") && warnings[0].contains("peer=127.0.0.1"), "{warnings:?}");
    assert!(log.iter().all(|line| !line.contains("address=203.0.113.5")), "it is not believed: {log:?}");
}
