//! When what is noted in memory is written down: the first note at once, and all that follow once a second.

use std::time::Duration;

use tokio::{
    sync::{Mutex, MutexGuard, Notify},
    time::sleep,
};

/// How long a writer rests after each write, however much is noted: each is a transaction, and an event for every open
/// page.
const REST: Duration = Duration::from_secs(1);

/// Wakes a writer, and holds it to its pace.
#[derive(Debug)]
pub(crate) struct Pace {
    noted: Notify,
    /// Locked during each write.
    writing: Mutex<()>,
    rest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self::resting(REST)
    }
}

impl Pace {
    fn resting(rest: Duration) -> Self {
        Self { noted: Notify::new(), writing: Mutex::new(()), rest }
    }

    /// Wakes the writer, at the end of its rest if it has one. Call it when what is noted can be taken.
    pub(crate) fn note(&self) {
        self.noted.notify_one();
    }

    /// Runs `write` after a note, then rests. Never resolves.
    pub(crate) async fn keep<F>(&self, mut write: impl FnMut() -> F)
    where
        F: Future<Output = ()>,
    {
        loop {
            self.noted.notified().await;
            let writing = self.writing.lock().await;
            write().await;
            drop(writing);
            sleep(self.rest).await;
        }
    }

    /// Waits for the end of a write that is under way. The next one begins when the guard is dropped.
    pub(crate) async fn hold(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::poll_fn,
        pin::{Pin, pin},
        task::Poll,
    };

    use tokio::time::timeout;

    use super::*;

    /// Longer than any test runs.
    const LONG: Duration = Duration::from_hours(1);
    /// Only a failing test waits this long.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Runs a future as far as it gets without waiting; returns whether it has ended.
    async fn has_ended<F: Future>(mut future: Pin<&mut F>) -> bool {
        poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn the_first_note_is_written_at_once_and_those_that_follow_wait_for_the_end_of_the_rest() {
        let (pace, writes) = (&Pace::resting(LONG), &Cell::new(0));
        let mut keeper = pin!(pace.keep(move || async move { writes.set(writes.get() + 1) }));
        assert!(!has_ended(keeper.as_mut()).await);
        assert_eq!(writes.get(), 0, "nothing is noted");
        for _ in 0..3 {
            pace.note();
            assert!(!has_ended(keeper.as_mut()).await);
            assert_eq!(writes.get(), 1);
        }
    }

    #[tokio::test]
    async fn what_is_noted_during_a_write_is_written_next() {
        let (pace, writes, written_twice) =
            (&Pace::resting(Duration::from_millis(1)), &Cell::new(0), &Notify::new());
        let keeper = pace.keep(move || async move {
            writes.set(writes.get() + 1);
            match writes.get() {
                1 => pace.note(),
                _ => written_twice.notify_one(),
            }
        });
        pace.note();
        tokio::select! {
            () = keeper => panic!("the keeper has ended"),
            written = timeout(PATIENCE, written_twice.notified()) => written.expect("it is written"),
        }
        assert_eq!(writes.get(), 2);
    }

    #[tokio::test]
    async fn no_write_begins_while_it_is_held_and_one_that_is_under_way_ends_first() {
        let (pace, begun, go_on) = (&Pace::resting(LONG), &Cell::new(0), &Notify::new());
        let mut keeper = pin!(pace.keep(move || async move {
            begun.set(begun.get() + 1);
            go_on.notified().await;
        }));
        let guard = pace.hold().await;
        pace.note();
        assert!(!has_ended(keeper.as_mut()).await);
        assert_eq!(begun.get(), 0, "it is held");
        drop(guard);
        assert!(!has_ended(keeper.as_mut()).await);
        assert_eq!(begun.get(), 1);
        let mut hold = pin!(pace.hold());
        assert!(!has_ended(hold.as_mut()).await, "a write is under way");
        go_on.notify_one();
        assert!(!has_ended(keeper.as_mut()).await);
        assert!(has_ended(hold.as_mut()).await, "the write has ended");
    }
}
