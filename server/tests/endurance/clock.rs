//! The clock stepped by a minute and by an hour, forward and back: refusals that say which times are accepted, no request
//! accepted twice, and no hands needed once the clock is right again.

use std::{fs, path::PathBuf};

use crate::endurance::{
    run::Run,
    support::{
        Home,
        signer::{App, ECHO, Provider, Signed, now, until},
    },
};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
/// `LATCHKEY_CLOCK_SKEW`, as it is without a setting.
const ACCEPTED: u64 = 300;

/// Where Debian's package `faketime` puts its library.
fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let all = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    all.chain(["/usr/lib/faketime/libfaketimeMT.so.1".into()])
        .find(|library| library.exists())
        .expect("libfaketime is here: tools/setup-tests installs it")
}

/// The program with a clock that can be set.
struct Clocked {
    provider: Provider,
    app: App,
    /// How far its clock is from the right one, in seconds.
    off: i64,
    accepted: Vec<Signed>,
    refused_again: usize,
}

impl Clocked {
    fn start() -> Self {
        let home = Home::sqlite().and_users();
        let provider = Self::serve(home, 0);
        let app = provider.app_of("Calling", "grace");
        Self { provider, app, off: 0, accepted: Vec::new(), refused_again: 0 }
    }

    fn serve(home: Home, off: i64) -> Provider {
        let file = home.path().join("clock");
        fs::write(&file, format!("{off:+}")).unwrap();
        let settings = [
            ("LD_PRELOAD", library().to_str().unwrap().to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap().to_owned()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            // Monotonic clocks are not stepped.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
            ("LATCHKEY_PUBLIC_URL", "http://latchkey.example".to_owned()),
        ];
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Provider::in_home(home, &settings)
    }

    /// Steps the program's clock to this many seconds from the right time.
    fn step(&mut self, off: i64) {
        println!("the clock steps from {:+} s to {off:+} s", self.off);
        let file = self.provider.home.path().join("clock");
        // Atomically, since the program may read it at any moment.
        let new = file.with_extension("new");
        fs::write(&new, format!("{off:+}")).unwrap();
        fs::rename(new, file).unwrap();
        self.off = off;
        until("the program's clock is stepped", || {
            (self.accepted_until().abs_diff(self.right()) < 10).then_some(())
        });
    }

    /// The last second that the program accepts now, as a refusal reports it.
    fn accepted_until(&self) -> u64 {
        let told = self.app.get(ECHO).at(-100 * HOUR).send().refused_at_api(401, "timestamp_refused");
        let told = told["oauth_acceptable_timestamps"].as_str().unwrap();
        told.split_once('-').unwrap().1.parse().unwrap()
    }

    /// What `accepted_until` has to be.
    fn right(&self) -> u64 {
        now().saturating_add_signed(self.off) + ACCEPTED
    }

    fn restart(self) -> Self {
        let Self { provider, mut app, off, mut accepted, refused_again } = self;
        let (home, _) = provider.server.stop();
        let provider = Self::serve(home, off);
        app.address.clone_from(&provider.url);
        app.internal.clone_from(&provider.internal);
        for signed in &mut accepted {
            signed.internal.clone_from(&provider.internal);
        }
        Self { provider, app, off, accepted, refused_again }
    }

    /// A request signed this many seconds from the right time is accepted.
    #[track_caller]
    fn accepts(&mut self, at: i64) {
        let signed = self.app.get("https://tool.example/items").at(at).sign();
        let answer = signed.verify_json().is(200).json();
        assert_eq!(answer["active"], true, "clock {:+} s, request {at:+} s: {answer}", self.off);
        self.accepted.push(signed);
    }

    /// A request signed this many seconds from the right time is refused, and the refusal names the accepted times.
    #[track_caller]
    fn refuses(&self, at: i64) {
        let signed = self.app.get(ECHO).at(at);
        let told = signed.send().refused_at_api(401, "timestamp_refused");
        let told = told["oauth_acceptable_timestamps"].as_str().unwrap().to_owned();
        let (from, to) = told.split_once('-').unwrap();
        let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
        for (told, right) in [(from, self.right() - 2 * ACCEPTED), (to, self.right())] {
            assert!(told.abs_diff(right) < 10, "clock {:+} s: {from}-{to}, and {right} is right", self.off);
        }
    }

    /// Nothing that was ever accepted is accepted again.
    #[track_caller]
    fn accepts_nothing_again(&mut self) {
        for signed in &self.accepted {
            let answer = signed.verify_json().is(200).json();
            let problem = answer["problem"].as_str();
            assert!(
                matches!(problem, Some("nonce_used" | "timestamp_refused")),
                "clock {:+} s: {answer}",
                self.off
            );
        }
        self.refused_again += self.accepted.len();
    }

    /// The session and the token that were there before hold.
    #[track_caller]
    fn goes_on(&self) {
        self.provider.ada().at(&self.provider.url).get("/api/v1/consumers").is(200);
    }
}

#[test]
fn a_clock_that_is_a_minute_off_refuses_nobody_and_accepts_nothing_twice() {
    let mut run = Run::begin("the clock stepped by a minute");
    let mut clocked = Clocked::start();
    clocked.goes_on();
    for off in [0, MINUTE, 0, -MINUTE, 0, MINUTE, -MINUTE, 0] {
        clocked.step(off);
        clocked.accepts(0);
        clocked.accepts(off);
        clocked.accepts_nothing_again();
        clocked.goes_on();
    }
    clocked = clocked.restart();
    clocked.accepts(0);
    clocked.accepts_nothing_again();
    run.figure("accepted", clocked.accepted.len());
    run.figure("sent again, all refused", clocked.refused_again);
    run.end();
}

#[test]
fn a_clock_that_is_an_hour_off_says_which_times_it_accepts_and_is_right_again_by_itself() {
    let mut run = Run::begin("the clock stepped by an hour");
    let mut clocked = Clocked::start();
    clocked.accepts(0);
    for off in [HOUR, -HOUR, HOUR] {
        clocked.step(off);
        clocked.refuses(0);
        clocked.accepts(off);
        clocked.accepts_nothing_again();
        clocked.step(0);
        clocked.refuses(off);
        clocked.accepts(0);
        clocked.accepts_nothing_again();
        clocked.goes_on();
    }
    // The same with a restart while the clock is wrong, and one when it is right again.
    for off in [HOUR, -HOUR] {
        clocked.step(off);
        clocked = clocked.restart();
        clocked.refuses(0);
        clocked.accepts(off);
        clocked.accepts_nothing_again();
        clocked.step(0);
        clocked.accepts(0);
        clocked = clocked.restart();
        clocked.accepts(0);
        clocked.accepts_nothing_again();
    }
    run.figure("accepted", clocked.accepted.len());
    run.figure("sent again, all refused", clocked.refused_again);
    run.end();
}
