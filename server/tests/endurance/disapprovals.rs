//! One node disapproves, another one verifies all the while: when the last request is accepted.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    thread,
    time::{Duration, Instant},
};

use crate::endurance::{
    run::{Run, milliseconds, quantile},
    support::{
        Home, PATIENCE,
        cluster::Cluster,
        signer::{Asker, Provider},
    },
};

const CONNECTIONS: usize = 8;
/// How many requests are accepted before each disapproval, and refused after it.
const BEFORE: usize = 50;
const AFTER: usize = 100;

/// A request: when it was sent, when the answer had come, and whether it was accepted.
type Asked = (Instant, Instant, bool);

/// The longest times that something took, as a figure.
fn told(mut times: Vec<Duration>) -> String {
    let [half, most, all] = [0.5, 0.99, 1.0].map(|share| milliseconds(quantile(&mut times, share)));
    format!("{half} / {most} / {all}")
}

#[test]
fn what_one_node_disapproves_no_other_accepts_from_the_acknowledgement_on() {
    let mut run = Run::begin("disapproved on one node of two, while the other verifies");
    let cluster = Cluster::start();
    let one = Provider::in_home(Home::on(&cluster).and_users(), &[]);
    let two = one.another();
    let app = one.app_of("Busy", "grace").at(&two);
    let stop = AtomicBool::new(false);
    let (answered, answers) = channel::<Asked>();
    let (mut all, mut disapproved) = (Vec::<Asked>::new(), Vec::new());
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            let (answered, app, stop) = (answered.clone(), &app, &stop);
            scope.spawn(move || {
                let asker = Asker::new(&app.internal);
                while !stop.load(Ordering::Relaxed) {
                    let signed = app.get("https://tool.example/items").sign();
                    let sent = Instant::now();
                    let problem = asker.ask(&signed);
                    assert!(
                        matches!(problem.as_deref(), None | Some("consumer_key_rejected")),
                        "{problem:?}"
                    );
                    answered.send((sent, Instant::now(), problem.is_none())).unwrap();
                }
            });
        }
        let mut wait_for = |count: usize, since: Instant, accepted: bool| {
            let mut left = count;
            while left > 0 {
                let asked = answers.recv_timeout(PATIENCE).expect("they go on asking");
                left -= usize::from(asked.0 > since && asked.2 == accepted);
                all.push(asked);
            }
        };
        let mut approved = begin;
        for _ in 0..run.sizes.disapprovals {
            wait_for(BEFORE, approved, true);
            one.decide("disapprove", &app);
            let acknowledged = Instant::now();
            wait_for(AFTER, acknowledged, false);
            disapproved.push((acknowledged, Instant::now()));
            one.decide("approve", &app);
            approved = Instant::now();
        }
        stop.store(true, Ordering::Relaxed);
    });
    let rate = all.len() as u128 * 1000 / begin.elapsed().as_millis();
    let accepted: Vec<_> = all.iter().filter(|(_, _, accepted)| *accepted).collect();
    // Of each disapproval: how long after its acknowledgement an accepted request was sent, and was answered.
    let last = |time: fn(&Asked) -> Instant| {
        let of_one = |(acknowledged, until): &(Instant, Instant)| {
            // One that is answered later may have waited for the approval that follows.
            let during = accepted.iter().filter(|(_, answered, _)| answered < until).map(|asked| time(asked));
            during.max().unwrap().saturating_duration_since(*acknowledged)
        };
        disapproved.iter().map(of_one).collect::<Vec<_>>()
    };
    let sent = last(|(sent, ..)| *sent);
    run.figure("disapprovals", disapproved.len());
    run.figure("requests per second", rate);
    run.figure(
        "last accepted request sent after the acknowledgement, p50 / p99 / longest",
        told(sent.clone()),
    );
    run.figure(
        "last accepting answer after it, p50 / p99 / longest",
        told(last(|(_, answered, _)| *answered)),
    );
    assert!(sent.iter().all(Duration::is_zero), "{sent:?}");
    run.end();
}
