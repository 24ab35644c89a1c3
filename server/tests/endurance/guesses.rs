//! Guesses at passwords on many connections at once: the right one gets in, from a browser that is known, and from a new one
//! all the same.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    endurance::{
        pace::{MOST, Pace},
        run::{Run, milliseconds, quantile},
    },
    support::{
        PASSWORD, PATIENCE, Server,
        browser::{Answer, send, with_form},
        process::{allow_many_files, memory},
        signer::{Provider, until},
    },
};

/// How long 99 of 100 sign-ins may take from a browser that is known, and from a new one; of fewer, each.
const KNOWN_MOST: Duration = Duration::from_secs(1);
const NEW_MOST: Duration = MOST;
/// How long half of those from a new one may take.
const NEW_USUAL_MOST: Duration = Duration::from_secs(2);
/// What one run of argon2 takes, in KiB.
const ARGON2: u64 = 19 * 1024;
/// For each connection, in KiB.
const CONNECTION: u64 = 128;
/// For whatever else is needed, in KiB.
const REST: u64 = 32 * 1024;

/// What the guessers have been answered.
#[derive(Default)]
struct Answered {
    wrong: AtomicUsize,
    too_many: AtomicUsize,
    otherwise: AtomicUsize,
    /// Guessers that have been answered at all.
    guessers: AtomicUsize,
}

/// Guesses on one connection, again as soon as it is answered. Every second guesser is after `ada`, the others make names up.
fn guess(url: &str, address: Option<&str>, number: usize, stop: &AtomicBool, answered: &Answered) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    let agent = config.build().new_agent();
    let mut tries = 0;
    while !stop.load(Ordering::Relaxed) {
        let name =
            if number.is_multiple_of(2) { "ada".to_owned() } else { format!("made.up.{number}.{tries}") };
        let request = agent.post(url).header("sec-fetch-site", "same-origin");
        let request =
            address.iter().fold(request, |request, address| request.header("x-forwarded-for", *address));
        let mut answer = request.send_form([("username", &*name), ("password", "a guess")]).unwrap();
        answer.body_mut().read_to_vec().unwrap();
        match answer.status().as_u16() {
            401 => &answered.wrong,
            429 => &answered.too_many,
            _ => &answered.otherwise,
        }
        .fetch_add(1, Ordering::Relaxed);
        answered.guessers.fetch_add(usize::from(tries == 0), Ordering::Relaxed);
        tries += 1;
    }
}

/// Signs in on a new connection, with this cookie.
fn sign_in(server: &Server, address: Option<&str>, cookie: Option<&str>) -> (Answer, Duration) {
    let request = server.visitor().request(http::Method::POST, "/sign-in");
    let request =
        address.iter().fold(request, |request, address| request.header("x-forwarded-for", *address));
    let request = cookie.iter().fold(request, |request, cookie| request.header("cookie", *cookie));
    let begin = Instant::now();
    let answer = send(with_form(request, &[("username", "ada"), ("password", PASSWORD)]));
    (answer, begin.elapsed())
}

fn device(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let device =
        cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.contains("-device="));
    device.unwrap().to_owned()
}

/// Guesses and signs in; `guesser` and `owner` are where these come from, if a proxy says so.
fn withstand(
    fault: &'static str,
    settings: &[(&str, &str)],
    guesser: fn(usize) -> Option<String>,
    owner: fn(usize) -> Option<String>,
) {
    let mut run = Run::begin(fault);
    allow_many_files();
    let (guessers, sign_ins) = (run.sizes.guessers, run.sizes.sign_ins);
    let server = Provider::with(settings);
    let (ada, app) = (server.ada().clone(), server.app_of("Calling", "grace"));
    Pace::measure(&ada, &app, 50, || false).is_bearable("before", &mut run);
    let known = device(&sign_in(&server, owner(0).as_deref(), None).0.is(303));
    let url = format!("{}/sign-in", server.url);
    let before = memory(server.id());
    let (stop, answered) = (AtomicBool::new(false), Answered::default());
    let (mut known_took, mut new_took, mut pace, peak) = thread::scope(|scope| {
        for number in 0..guessers {
            let (url, stop, answered) = (&url, &stop, &answered);
            scope.spawn(move || guess(url, guesser(number).as_deref(), number, stop, answered));
        }
        // A guesser looks like anybody else until its first guess was answered.
        until("each has guessed before", || {
            (answered.guessers.load(Ordering::Relaxed) == guessers).then_some(())
        });
        let beside = scope.spawn(|| Pace::measure(&ada, &app, 1, || !stop.load(Ordering::Relaxed)));
        let (mut known_took, mut new_took, mut peak) = (Vec::new(), Vec::new(), 0);
        let mut refused = None;
        for number in 1..=sign_ins {
            for (cookie, took) in [(Some(&*known), &mut known_took), (None, &mut new_took)] {
                let (answer, time) = sign_in(&server, owner(number).as_deref(), cookie);
                took.push(time);
                if answer.status != 303 {
                    refused = Some(answer);
                }
            }
            peak = memory(server.id()).max(peak);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(refused.is_none(), "{refused:?}");
        (known_took, new_took, beside.join().unwrap(), peak)
    });
    for (what, times, usual_most, nearly_most) in
        [("known", &mut known_took, KNOWN_MOST, KNOWN_MOST), ("new", &mut new_took, NEW_USUAL_MOST, NEW_MOST)]
    {
        let [half, nearly_all, all] = [0.5, 0.99, 1.0].map(|share| quantile(times, share));
        let told = format!("{} / {}", milliseconds(half), milliseconds(nearly_all));
        run.figure(&format!("a sign-in from a {what} browser, p50 / p99"), told);
        let is_bearable = half < usual_most && nearly_all < nearly_most && all < MOST;
        assert!(is_bearable, "{what}: {half:?}, {nearly_all:?}, {all:?}");
    }
    pace.is_bearable("meanwhile", &mut run);
    let [wrong, too_many, otherwise] =
        [answered.wrong, answered.too_many, answered.otherwise].map(AtomicUsize::into_inner);
    run.figure("guesses that were checked, and sent away", format!("{wrong} and {too_many}"));
    run.figure("memory before and at the most", format!("{before} KiB and {peak} KiB"));
    assert!(too_many > 0, "most find no room");
    assert_eq!(otherwise, 0, "each guess is wrong or sent away");
    let cores = thread::available_parallelism().unwrap().get() as u64;
    let most = before + cores * ARGON2 + guessers as u64 * CONNECTION + REST;
    assert!(peak < most, "{peak} KiB after {before} KiB on {cores} cores");
    run.end();
}

#[test]
fn a_right_password_gets_in_among_guesses_from_its_own_address() {
    withstand("guesses from everybody's address", &[], |_| None, |_| None);
}

#[test]
fn a_right_password_gets_in_among_guesses_from_many_addresses() {
    let guesser = |number: usize| Some(format!("198.18.{}.{}", number / 250, number % 250));
    let owner = |number: usize| Some(format!("203.0.113.{number}"));
    let settings = [("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")];
    withstand("guesses from many addresses", &settings, guesser, owner);
}
