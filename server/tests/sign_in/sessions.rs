//! Sessions: their cookie, what ends them, and what does not.

use super::{HOME, pair};
use crate::support::{Home, PASSWORD, signer::raw};

#[test]
fn a_session_cookie_is_for_this_server_and_for_no_script() {
    let server = Home::with_users().serve();
    let answer = server.visitor().post("/sign-in", &pair("ada", PASSWORD)).is(303);
    let cookie = answer.header("set-cookie");
    let (value, attributes) = cookie.split_once("; ").unwrap();
    let token = value.strip_prefix("latchkey=").unwrap();
    assert!(token.len() >= 43, "{cookie}");
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Lax"]);
    assert_eq!(answer.header("location"), "/");
    let ended = server.signed_in("ada").post("/sign-out", &[]).is(303);
    let cookie = ended.header("set-cookie");
    assert!(cookie.starts_with("latchkey=;") && cookie.contains("Max-Age=0"), "{cookie}");
}

#[test]
fn over_https_the_cookie_is_bound_to_the_host() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", "https://keys.example")]);
    let mut ada = server.visitor();
    let answer = ada.post("/sign-in", &pair("ada", PASSWORD)).is(303);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-latchkey=") && cookie.contains("; Path=/;"), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; HttpOnly") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    ada.take_cookie(&answer);
    ada.get(HOME).is(200);
    ada.cookie = ada.cookie.map(|cookie| cookie.replace("__Host-", ""));
    ada.get(HOME).is(303);
}

#[test]
fn signing_out_ends_the_session_and_no_other() {
    let server = Home::with_users().serve();
    let (ada, elsewhere) = (server.signed_in("ada"), server.signed_in("ada"));
    assert_eq!(ada.post("/sign-out", &[]).is(303).header("location"), "/sign-in");
    ada.get(HOME).is(303);
    elsewhere.get(HOME).is(200);
    ada.post("/sign-out", &[]).is(303);
    assert_eq!(ada.get("/sign-out").status, 303, "a GET signs nobody out");
}

#[test]
fn signing_in_again_ends_the_browsers_earlier_session() {
    let server = Home::with_users().serve();
    let (ada, elsewhere) = (server.signed_in("ada"), server.signed_in("ada"));
    ada.post("/sign-in", &pair("ada", "wrong password")).is(401);
    ada.get(HOME).is(200);
    let answer = ada.post("/sign-in", &pair("grace", PASSWORD)).is(303);
    ada.get(HOME).is(303);
    elsewhere.get(HOME).is(200);
    let mut grace = server.visitor();
    grace.take_cookie(&answer);
    grace.get("/account/applications").is(200);
}

#[test]
fn a_made_up_cookie_is_nobody() {
    let server = Home::with_users().serve();
    let mut visitor = server.visitor();
    for cookie in
        ["latchkey=", "latchkey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "latchkey=\"; x=y", "x"]
    {
        visitor.cookie = Some(cookie.to_owned());
        visitor.get(HOME).is(303);
        visitor.call("rows", &[]).is(401);
    }
}

#[test]
fn a_cookie_of_other_software_on_the_host_hides_no_session() {
    let server = Home::with_users().serve();
    let session = server.signed_in("ada").cookie.unwrap();
    let others: [&[u8]; 2] = ["name=Jos\u{e9}".as_bytes(), b"name=Jos\xe9"];
    for other in others {
        let host = server.url.strip_prefix("http://").unwrap();
        let head = format!("GET /api/v1/whoami HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: ");
        let request = [head.as_bytes(), other, b"; ", session.as_bytes(), b"\r\n\r\n"].concat();
        let (status, answer) = raw::exchange(&server.url, &request);
        assert_eq!(status, 200, "{answer}");
    }
}

#[test]
fn sessions_survive_a_restart() {
    let server = Home::with_users().serve();
    let ada = server.signed_in("ada");
    let (home, _) = server.stop();
    let server = home.serve();
    let ada = ada.at(&server.url);
    ada.get(HOME).is(200);
    let server = server.kill().serve();
    ada.at(&server.url).get(HOME).is(200);
}

#[test]
fn disabling_a_user_or_changing_the_password_ends_the_sessions() {
    let server = Home::with_users().serve();
    server.home.add_user("root", true);
    let ada = server.signed_in("ada");
    server.home.json(&["user", "disable", "ada"], "");
    ada.call("rows", &[]).is(401);
    server.home.json(&["user", "enable", "ada"], "");
    ada.call("rows", &[]).is(401);
    let ada = server.signed_in("ada");
    server.home.json(&["user", "passwd", "ada", "--password-stdin"], "another horse battery");
    ada.call("rows", &[]).is(401);
    server.visitor().post("/sign-in", &pair("ada", PASSWORD)).is(401);
    server.visitor().sign_in("ada", "another horse battery");
}

#[test]
fn taking_the_permission_away_holds_on_the_next_request() {
    let server = Home::with_users().serve();
    server.home.add_user("root", true);
    let ada = server.signed_in("ada");
    ada.get(HOME).is(200);
    server.home.json(&["user", "forbid", "ada"], "");
    ada.get(HOME).is(403);
    ada.call("rows", &[]).is(403);
    server.home.json(&["user", "permit", "ada"], "");
    ada.call("rows", &[]).is(200);
}
