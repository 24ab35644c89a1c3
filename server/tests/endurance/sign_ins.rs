//! A hundred people sign in at once: argon2 takes 19 MiB for each, but not for all at the same time.

use std::{sync::Barrier, thread};

use crate::endurance::{
    pace::Pace,
    run::Run,
    support::{
        PASSWORD,
        browser::{send, with_form},
        process::memory,
        signer::Provider,
    },
};

const AT_ONCE: usize = 100;
/// What one run of argon2 takes, in KiB.
const ARGON2: u64 = 19 * 1024;
/// For connections and whatever else the sign-ins need, in KiB.
const REST: u64 = 16 * 1024;

#[test]
fn a_hundred_sign_ins_at_once_take_memory_for_as_many_as_there_are_cores() {
    let mut run = Run::begin("a hundred sign-ins at once");
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    Pace::measure(&ada, &app, 50, || false).is_bearable("before", &mut run);
    let before = memory(provider.id());
    let ready = Barrier::new(AT_ONCE);
    let (mut pace, peak) = thread::scope(|scope| {
        let sign_in = |n: usize| {
            let (visitor, ready) = (provider.visitor(), &ready);
            scope.spawn(move || {
                // Each from elsewhere, so that none waits for another's turn.
                let request = visitor.request(http::Method::POST, "/sign-in");
                let request = request.header("x-forwarded-for", format!("192.0.2.{n}"));
                ready.wait();
                send(with_form(request, &[("username", "ada"), ("password", PASSWORD)])).is(303);
            })
        };
        let all: Vec<_> = (0..AT_ONCE).map(sign_in).collect();
        let mut peak = 0;
        let pace = Pace::measure(&ada, &app, 1, || {
            peak = memory(provider.id()).max(peak);
            !all.iter().all(thread::ScopedJoinHandle::is_finished)
        });
        (pace, peak)
    });
    pace.is_bearable("meanwhile", &mut run);
    let cores = thread::available_parallelism().unwrap().get() as u64;
    run.figure("memory before and at the most", format!("{before} KiB and {peak} KiB"));
    assert!(peak < before + cores * ARGON2 + REST, "{peak} KiB after {before} KiB on {cores} cores");
    run.end();
}
