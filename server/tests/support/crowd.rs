//! A consumer that keeps the server busy while something is decided about it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    PATIENCE,
    signer::{App, Asker},
};

const THREADS: usize = 4;
/// Answers before and after the decision that make a crowd.
pub const CROWD: usize = 1000;

/// When a request was sent, and why it was refused, if it was.
pub type Sent = (Instant, Option<String>);

/// Keeps asking on several connections; `act` is done in the middle of it and returns when it was acknowledged. It
/// has to take effect within this time.
pub fn while_busy(app: &App, within: Duration, act: impl FnOnce() -> Instant) -> (Vec<Sent>, Instant) {
    let (stop, all) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let (answered, answers) = channel();
    let begin = Instant::now();
    let acknowledged = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let answered = answered.clone();
                let asker = Asker::new(&app.internal);
                let mut mine = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let signed = app.get("https://tool.example/items").sign();
                    let sent = Instant::now();
                    let problem = asker.ask(&signed);
                    answered.send((sent, problem.is_none())).unwrap();
                    mine.push((sent, problem));
                }
                all.lock().unwrap().extend(mine);
            });
        }
        let wait_for_a_crowd = |counts: &dyn Fn(&(Instant, bool)) -> bool| {
            let sent = std::iter::from_fn(|| answers.recv_timeout(PATIENCE).ok());
            assert_eq!(sent.filter(counts).take(CROWD).count(), CROWD);
        };
        // Another node may learn a little later that the consumer is approved.
        wait_for_a_crowd(&|(_, is_accepted)| *is_accepted);
        println!("{CROWD} requests accepted in {:?}", begin.elapsed());
        let acknowledged = act();
        wait_for_a_crowd(&|(sent, _)| *sent > acknowledged + within);
        stop.store(true, Ordering::Relaxed);
        acknowledged
    });
    (all.into_inner().unwrap(), acknowledged)
}

/// Nothing that was sent later than this after the acknowledgement was accepted; everything before was.
#[track_caller]
pub fn none_is_accepted(all: &[Sent], acknowledged: Instant, within: Duration) {
    all_are_refused("consumer_key_rejected", all, acknowledged, within);
}

/// The same, refused with another problem.
#[track_caller]
pub fn all_are_refused(because: &str, all: &[Sent], acknowledged: Instant, within: Duration) {
    let after: Vec<_> = all.iter().filter(|(sent, _)| *sent > acknowledged + within).collect();
    assert!(after.len() >= CROWD / 2, "{}", after.len());
    let accepted = after.iter().filter(|(_, problem)| problem.is_none()).count();
    let late = all.iter().filter(|(_, problem)| problem.is_none()).map(|(sent, _)| sent).max().unwrap();
    println!(
        "the last accepted request was sent {:?} after the acknowledgement",
        late.saturating_duration_since(acknowledged)
    );
    assert_eq!(accepted, 0, "of {}", after.len());
    let problems = all.iter().filter_map(|(_, problem)| problem.as_deref());
    assert!(problems.clone().all(|problem| problem == because), "{:?}", problems.max());
    let before = all.iter().filter(|(sent, problem)| *sent < acknowledged && problem.is_none()).count();
    assert!(before >= CROWD / 2, "{before}");
}
