//! A node asked in every way, again and again, and what it answered.

use std::{
    fmt,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::Scope,
    time::{Duration, Instant},
};

use http::Method;
use serde_json::json;

use crate::support::{
    Browser, PATIENCE, SECRET,
    browser::Answer,
    signer::{App, CONSUMERS, send_json},
};

/// The name of every consumer that is registered during the fault.
pub const CHANGED: &str = "Registered meanwhile";

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A request to verify, of a consumer that stays approved.
    Steady,
    /// The same, of one that is disapproved.
    Doomed,
    Page,
    Api,
    Change,
}

impl Way {
    pub const ALL: [Self; 5] = [Self::Steady, Self::Doomed, Self::Page, Self::Api, Self::Change];
    /// Those that go on as before.
    pub const UNCHANGED: [Self; 4] = [Self::Steady, Self::Page, Self::Api, Self::Change];

    /// How many ask at once.
    pub fn askers(self) -> usize {
        match self {
            Self::Steady => 8,
            Self::Doomed => 4,
            Self::Page | Self::Api | Self::Change => 1,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steady => "/verify",
            Self::Doomed => "/verify of the disapproved consumer",
            Self::Page => "the page",
            Self::Api => "the API's list",
            Self::Change => "a change",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Its consumer is disapproved.
    Refused,
    /// Cannot be known now; the answer says when to try again.
    Unknown,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub struct One {
    pub way: Way,
    pub sent: Instant,
    pub answered: Instant,
    pub outcome: Outcome,
}

/// All that was asked so far.
pub struct Asked {
    answers: Receiver<One>,
    all: Vec<One>,
}

impl Asked {
    /// Begins to ask in every way, until this is dropped.
    pub fn begin<'scope>(
        scope: &'scope Scope<'scope, '_>,
        ada: &Browser,
        steady: &App,
        doomed: &App,
    ) -> Self {
        let (answered, answers) = channel();
        for way in Way::ALL.into_iter().flat_map(|way| std::iter::repeat_n(way, way.askers())) {
            let (ada, answered) = (ada.clone(), answered.clone());
            let app = if way == Way::Doomed { doomed.clone() } else { steady.clone() };
            scope.spawn(move || {
                loop {
                    let sent = Instant::now();
                    let outcome = ask(way, &ada, &app);
                    if answered.send(One { way, sent, answered: Instant::now(), outcome }).is_err() {
                        return;
                    }
                }
            });
        }
        Self { answers, all: Vec::new() }
    }

    /// Lets them go on for some time.
    pub fn for_so_long(&mut self, time: Duration) {
        let begin = Instant::now();
        while let Some(left) = time.checked_sub(begin.elapsed()) {
            match self.answers.recv_timeout(left) {
                Ok(one) => self.all.push(one),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("nobody asks any more"),
            }
        }
    }

    /// Lets them go on until each kind has an answer to a request that was sent after this.
    pub fn until_answered(&mut self, since: Instant) {
        self.until_each(&Way::ALL, |one| one.sent > since);
    }

    /// Lets them go on until each of these ways was answered with yes after this.
    pub fn until_accepted(&mut self, ways: &[Way], since: Instant) {
        self.until_each(ways, |one| one.answered > since && one.outcome == Outcome::Accepted);
    }

    fn until_each(&mut self, ways: &[Way], is_enough: impl Fn(&One) -> bool) {
        let mut left = ways.to_vec();
        self.until(|one| {
            if is_enough(one) {
                left.retain(|way| *way != one.way);
            }
            left.is_empty()
        });
    }

    /// Lets them go on until a consumer is refused after this.
    pub fn until_refused(&mut self, since: Instant) {
        self.until(|one| one.answered > since && one.outcome == Outcome::Refused);
    }

    fn until(&mut self, mut enough: impl FnMut(&One) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let one = self.answers.recv_timeout(left).expect("they are answered as they should be");
            self.all.push(one);
            if enough(&one) {
                return;
            }
            assert!(Instant::now() < deadline, "they are answered, but not as they should be");
        }
    }

    /// Stops them all; returns everything that was asked.
    pub fn stop(self) -> Vec<One> {
        self.all
    }
}

fn ask(way: Way, ada: &Browser, app: &App) -> Outcome {
    match way {
        Way::Steady | Way::Doomed => {
            let answer = app.get("https://tool.example/items").sign().verify_json();
            if answer.status == 200 && answer.json()["active"] == false {
                let problem = answer.json()["problem"].clone();
                assert!(way == Way::Doomed && problem == "consumer_key_rejected", "{way}: {problem}");
                return Outcome::Refused;
            }
            accepted(way, &answer, 200)
        }
        Way::Page => accepted(way, &ada.get("/settings/oauth-consumers"), 200),
        Way::Api => accepted(way, &ada.get(CONSUMERS), 200),
        Way::Change => {
            let body = json!({ "name": CHANGED, "secret": SECRET });
            accepted(way, &send_json(ada.request(Method::POST, CONSUMERS), &body), 201)
        }
    }
}

fn accepted(way: Way, answer: &Answer, status: u16) -> Outcome {
    if answer.status == status {
        return Outcome::Accepted;
    }
    assert_eq!(answer.status, 503, "{way}: {answer:?}");
    assert!(!answer.header("retry-after").is_empty(), "{way}: {answer:?}");
    Outcome::Unknown
}
