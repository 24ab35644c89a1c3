//! Tasks that have to run for as long as the process serves. One that panics or ends is started again, after a pause that
//! grows; that is logged and counted.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    task::{JoinError, JoinSet},
    time::sleep,
};

/// The pause before a task is started again for the first time: shorter than the cache may answer without the feed.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause: a task that fails each time must not take the processor, nor fill the log.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A task that has run for this long is well again: the pauses begin from the first.
const WELL_AFTER: Duration = Duration::from_mins(1);

/// How often each task has ended, by its name.
#[derive(Debug, Default)]
pub struct Tasks(Mutex<BTreeMap<&'static str, u64>>);

impl Tasks {
    /// Runs a task, and starts it again whenever it ends. Never resolves; the task ends when this is dropped.
    pub async fn keep<F>(&self, name: &'static str, mut begin: impl FnMut() -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.counts().entry(name).or_default();
        let mut pause = FIRST_PAUSE;
        loop {
            let started_at = Instant::now();
            // In a task of its own, which a panic ends alone. The set aborts it when it is dropped.
            let mut running = JoinSet::new();
            running.spawn(begin());
            let reason = match running.join_next().await {
                Some(Err(error)) => words(error),
                Some(Ok(())) | None => "it returned".to_owned(),
            };
            self.note_end(name, &reason);
            if started_at.elapsed() >= WELL_AFTER {
                pause = FIRST_PAUSE;
            }
            sleep(pause).await;
            pause = next_pause(pause);
        }
    }

    /// How often each task has ended since the process began.
    pub fn ends(&self) -> Vec<(&'static str, u64)> {
        self.counts().iter().map(|(name, count)| (*name, *count)).collect()
    }

    /// Logs and counts the end of a task.
    pub(crate) fn note_end(&self, name: &'static str, reason: &str) {
        *self.counts().entry(name).or_default() += 1;
        tracing::error!(task = name, reason, "a task ended by a mistake in Latchkey and is started again");
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next_pause(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

fn words(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    format!("it panicked: {text}")
}

#[cfg(test)]
mod tests {
    use std::{future::pending, iter, sync::Arc};

    use tokio::{sync::mpsc, time::timeout};

    use super::*;

    /// Only a failing test waits this long.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_task_that_panics_or_returns_is_started_again_and_each_end_is_counted() {
        let tasks = Arc::new(Tasks::default());
        let (started, mut starts) = mpsc::unbounded_channel();
        let keeping = tokio::spawn({
            let tasks = tasks.clone();
            let mut run = 0;
            async move {
                let begin = move || {
                    run += 1;
                    let (run, started) = (run, started.clone());
                    async move {
                        started.send(run).unwrap();
                        match run {
                            1 => panic!("its first run panics"),
                            2 => {}
                            _ => pending().await,
                        }
                    }
                };
                tasks.keep("feed", begin).await;
            }
        });
        for run in 1..=3 {
            assert_eq!(timeout(PATIENCE, starts.recv()).await.unwrap(), Some(run));
        }
        assert_eq!(tasks.ends(), [("feed", 2)]);
        keeping.abort();
        // Its sender is gone: the task ended with its keeper.
        assert_eq!(timeout(PATIENCE, starts.recv()).await.unwrap(), None);
        assert_eq!(tasks.ends(), [("feed", 2)], "an end that was asked for is not counted");
    }

    #[test]
    fn the_pause_before_a_task_is_started_again_doubles_up_to_half_a_minute() {
        let pauses: Vec<_> =
            iter::successors(Some(FIRST_PAUSE), |pause| Some(next_pause(*pause))).take(11).collect();
        assert_eq!(pauses[..3], [100, 200, 400].map(Duration::from_millis));
        assert_eq!(pauses[9..], [LONGEST_PAUSE; 2]);
    }
}
