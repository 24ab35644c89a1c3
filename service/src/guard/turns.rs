//! Waiting in the queue of strangers, of this node. An attempt that waits holds neither memory for argon2 nor a connection
//! to the database.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use store::attempts::Failed;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{sleep, sleep_until, timeout_at},
};

use crate::guard::queue::{Queue, Stranger};

/// The longest that an attempt waits. A request is answered within 8 s, argon2 included.
pub(crate) const PATIENCE: Duration = Duration::from_secs(7);
/// `Retry-After` once that has passed.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The turns of strangers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Turns(Arc<Mutex<Queue>>);

/// Held while a stranger's password is checked.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    stranger: Stranger,
    number: u64,
    /// Whether the queue knows how it ended.
    is_settled: bool,
}

impl Turns {
    pub(crate) fn new(threads: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue::new(threads))))
    }

    /// Waits for this attempt's turn, or returns how long to stay away: not at once to those who did not.
    pub(crate) async fn wait(&self, stranger: Stranger, until: Instant) -> Result<Turn, Duration> {
        let turn = self.queue_up(stranger.clone(), until).await;
        if turn.is_err() {
            let now = Instant::now();
            let pause = self.lock().pause(&stranger, now);
            // Who has waited is answered before the request takes too long.
            sleep(pause.min(until.saturating_duration_since(now))).await;
        }
        turn
    }

    async fn queue_up(&self, stranger: Stranger, until: Instant) -> Result<Turn, Duration> {
        let (verdict, decided) = oneshot::channel();
        let number = self.lock().enter(&stranger, verdict, Instant::now())?;
        let mut turn = Turn { turns: self.clone(), stranger, number, is_settled: false };
        self.go_on();
        let Ok(verdict) = timeout_at(until.into(), decided).await else { return Err(RETRY_AFTER) };
        let verdict = verdict.expect("the queue decides on whatever is in it");
        turn.is_settled = verdict.is_err();
        verdict.map(|()| turn)
    }

    /// Gives free threads to attempts that are ready, and sets the alarm for those that will be.
    fn go_on(&self) {
        let alarm = {
            let (mut queue, now) = (self.lock(), Instant::now());
            queue.dispatch(now);
            queue.next_alarm(now)
        };
        // Without a runtime the process is about to end, and nobody waits.
        if let (Some(at), Ok(runtime)) = (alarm, Handle::try_current()) {
            let turns = self.clone();
            runtime.spawn(async move {
                sleep_until(at.into()).await;
                turns.lock().alarm_rang(at);
                turns.go_on();
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Takes over what the database counts of the account and the network, with the age of each count; returns how long the
    /// attempt has to wait for it.
    pub(crate) fn learn(&self, counts: [Option<(Failed, Duration)>; 2]) -> Duration {
        self.turns.lock().learn(&self.stranger, counts, Instant::now())
    }

    /// The password was wrong; these are the counts of the account and the network now.
    pub(crate) fn was_wrong(mut self, counts: [Failed; 2]) {
        self.is_settled = true;
        self.turns.lock().was_wrong(&self.stranger, counts, Instant::now());
    }

    /// The password was right.
    pub(crate) fn was_right(mut self) {
        self.is_settled = true;
        self.turns.lock().was_right(&self.stranger);
    }

    /// The password was right, and a code has to follow.
    pub(crate) fn goes_on(mut self) {
        self.is_settled = true;
    }

    /// The password was not checked, since the attempt has to wait once more.
    pub(crate) fn put_back(mut self) {
        self.is_settled = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.turns.lock();
        queue.leave(self.number);
        if !self.is_settled {
            // Its client has hung up, or it waited for too long.
            queue.note_trouble(&self.stranger, Instant::now());
        }
        drop(queue);
        self.turns.go_on();
    }
}
