//! Signing in and out, sessions.

use crate::support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use http::Method;
use support::{
    Home, PASSWORD, Server,
    browser::{Answer, send, with_form},
    signer::raw,
};

const HOME: &str = "/settings/oauth-consumers";

fn pair<'a>(username: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("username", username), ("password", password)]
}

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
fn wrong_passwords_slow_down_but_the_right_one_gets_in() {
    let server = Home::with_users().serve();
    let visitor = server.visitor();
    let mut times = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        visitor.post("/sign-in", &pair("ada", "wrong password")).is(401);
        times.push(begin.elapsed());
    }
    assert!(times[4] >= Duration::from_millis(500), "{times:?}");
    let begin = Instant::now();
    visitor.post("/sign-in", &pair("Ada", PASSWORD)).is(303);
    let right = begin.elapsed();
    assert!(right >= Duration::from_secs(1) && right < Duration::from_secs(10), "{right:?}");
}

/// Guesses at an account on several connections, until they are stopped.
struct Guessers {
    are_done: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Answer>>>,
}

impl Guessers {
    fn start(server: &Server, name: &'static str, count: usize) -> Self {
        let are_done = Arc::new(AtomicBool::new(false));
        let guess = |_| {
            let (visitor, are_done) = (server.visitor(), are_done.clone());
            thread::spawn(move || {
                let mut answers = Vec::new();
                while !are_done.load(Ordering::Relaxed) {
                    answers.push(visitor.post("/sign-in", &pair(name, "wrong password")));
                }
                answers
            })
        };
        let threads = (0..count).map(guess).collect();
        Self { are_done, threads }
    }

    /// Every answer that they got.
    fn stop(self) -> Vec<Answer> {
        self.are_done.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

#[test]
fn four_guessers_at_an_account_keep_nobody_behind_their_address_out() {
    let server = Home::with_users().serve();
    let known = server.visitor().post("/sign-in", &pair("ada", PASSWORD)).is(303);
    let guessers = Guessers::start(&server, "ada", 4);
    // Every address is the same here, as behind a proxy.
    let mut browser = server.visitor();
    browser.cookie = Some(device_cookie(&known));
    for _ in 0..3 {
        browser.post("/sign-in", &pair("ada", PASSWORD)).is(303);
    }
    server.visitor().post("/sign-in", &pair("grace", PASSWORD)).is(303);
    server.visitor().post("/sign-in", &pair("ada", PASSWORD)).is(303);
    let answers = guessers.stop();
    assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status)), "{answers:?}");
}

#[test]
fn what_finds_no_room_among_guesses_is_told_when_to_come_again_and_nothing_typed_is_lost_but_the_password() {
    let server = Home::with_users().serve();
    let guessers = Guessers::start(&server, "ada", 16);
    let refused = support::signer::until("one is refused", || {
        let form = [("username", "ada"), ("password", "a typed password"), ("next", "/account/applications")];
        let answer = server.visitor().post("/sign-in", &form);
        (answer.status == 429).then_some(answer)
    });
    guessers.stop();
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    let page = refused.text();
    assert!(page.contains("Try again in a few seconds"), "{page}");
    assert!(page.contains("value=\"ada\"") && page.contains("value=\"/account/applications\""), "{page}");
    assert!(!page.contains("a typed password"), "{page}");
}

/// `name=value` of the device cookie that an answer sets.
fn device_cookie(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mut devices = cookies.filter(|cookie| cookie.contains("latchkey-device="));
    devices.next().expect("it sets one").split(';').next().unwrap().to_owned()
}

#[test]
fn a_device_cookie_is_for_this_server_and_for_no_script_and_signs_nobody_in() {
    for (public_url, name) in
        [("http://127.0.0.1:1", "latchkey-device="), ("https://keys.example", "__Host-latchkey-device=")]
    {
        let server = Home::with_users().serve_with(&[("LATCHKEY_PUBLIC_URL", public_url)]);
        let answer = server.visitor().post("/sign-in", &pair("ada", PASSWORD)).is(303);
        let cookie = answer.headers.get_all("set-cookie").iter().nth(1).unwrap().to_str().unwrap();
        assert!(cookie.starts_with(name) && !cookie.contains("Domain"), "{cookie}");
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=34560000"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), public_url.starts_with("https"), "{cookie}");
        let mut browser = server.visitor();
        browser.cookie = Some(device_cookie(&answer));
        browser.get(HOME).is(303);
    }
}

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
