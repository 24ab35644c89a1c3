//! How quickly the program answers a request on a new connection.

use std::time::{Duration, Instant};

use super::run::{Run, milliseconds, quantile};
use crate::support::{
    Browser,
    signer::{App, until},
};

/// The longest wait for an answer, whatever others do to the program. It shares the machine with them here.
pub const MOST: Duration = Duration::from_secs(5);
/// The longest median wait.
pub const USUAL_MOST: Duration = Duration::from_millis(500);

/// How long page and `/verify` took, each time.
#[derive(Default)]
pub struct Pace {
    page: Vec<Duration>,
    verify: Vec<Duration>,
}

impl Pace {
    /// Asks for the page and a verification by turns, while `go_on` says so and at least `at_least` times.
    pub fn measure(ada: &Browser, app: &App, at_least: usize, mut go_on: impl FnMut() -> bool) -> Self {
        let mut pace = Self::default();
        while pace.page.len() < at_least || go_on() {
            let begin = Instant::now();
            ada.get("/settings/oauth-consumers").is(200);
            pace.page.push(begin.elapsed());
            let signed = app.get("https://tool.example/items").sign();
            let begin = Instant::now();
            assert_eq!(signed.verify().status, 200);
            pace.verify.push(begin.elapsed());
        }
        pace
    }

    /// Notes the figures, and that no answer took too long.
    pub fn is_bearable(&mut self, when: &str, run: &mut Run) {
        for (what, times) in [("the page", &mut self.page), ("/verify", &mut self.verify)] {
            let [half, most, all] = [0.5, 0.99, 1.0].map(|share| quantile(times, share));
            let told = format!("{} / {}", milliseconds(half), milliseconds(most));
            run.figure(&format!("{what} {when}, p50 / p99"), told);
            assert!(half < USUAL_MOST && all < MOST, "{what} {when}: {half:?}, {all:?}");
        }
    }
}

/// What the program counts under this name, with its labels.
pub fn metric(internal: &str, name: &str) -> usize {
    let metrics =
        crate::support::browser::send(http::Request::get(format!("{internal}/metrics")).body(()).unwrap());
    let line = metrics.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}

/// How many event streams the program says are open.
pub fn subscribers(internal: &str) -> usize {
    metric(internal, "latchkey_event_subscribers")
}

/// Waits until this many are open.
#[track_caller]
pub fn until_subscribers(internal: &str, count: usize) {
    until(&format!("{count} event streams are open"), || (subscribers(internal) == count).then_some(()));
}
