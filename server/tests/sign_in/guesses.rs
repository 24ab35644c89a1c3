//! Guesses at passwords are slowed down, and keep out nobody who knows the right one, in a known browser least of all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{HOME, pair};
use crate::support::{Home, PASSWORD, Server, browser::Answer};

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
    fn start(server: &Server, form: &'static [(&'static str, &'static str)], count: usize) -> Self {
        let are_done = Arc::new(AtomicBool::new(false));
        let guess = |_| {
            let (visitor, are_done) = (server.visitor(), are_done.clone());
            thread::spawn(move || {
                let mut answers = Vec::new();
                while !are_done.load(Ordering::Relaxed) {
                    answers.push(visitor.post("/sign-in", form));
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
    let guessers = Guessers::start(&server, &[("username", "ada"), ("password", "wrong password")], 4);
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
    let form = &[("username", "ada"), ("password", "a typed password"), ("next", "/account/applications")];
    let guessers = Guessers::start(&server, form, 16);
    // Somebody waits by now, and not all of sixteen at once find room.
    server.visitor().post("/sign-in", &pair("ada", "wrong password"));
    let refused = guessers.stop().into_iter().find(|answer| answer.status == 429).expect("one is refused");
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
