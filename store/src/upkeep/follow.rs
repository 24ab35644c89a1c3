//! Tells everybody who listens what was appended to the activity table, by this process or another one.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{Action, Activity, Consumer, Event};
use serde_json::Value;
use tokio::{sync::broadcast, time::timeout};

use crate::{
    error::StoreError,
    memory::{feed::News, keyring::Outdated},
    store::Store,
    upkeep::watch::Watch,
};

/// How long a look at the database may take before nothing is answered from memory any more.
const LOOK_WITHIN: Duration = Duration::from_millis(700);

/// How long after a failure the database is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// How many lines are read at once.
const BATCH: u64 = 500;

/// What a line means to the table of consumer keys, if anything.
pub fn event(line: &Activity<Value>) -> Result<Option<Event>, StoreError> {
    match (&line.action, line.consumer_key, &line.after) {
        (Action::ConsumerRemoved, Some(key), _) => Ok(Some(Event::Removed(key))),
        (_, Some(_), Some(after)) => {
            let consumer: Consumer = serde_json::from_value(after.clone())
                .map_err(|_| StoreError::Unreadable("a consumer in the activity table"))?;
            Ok(Some(Event::Consumer(consumer)))
        }
        _ => Ok(None),
    }
}

impl Store {
    /// Everything from now on. A listener that falls too far behind gets `Lagged` and has to start over.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.feed.news.subscribe()
    }

    /// Runs the feed for as long as the process serves, and keeps the keyring alive with it. A database that does not
    /// answer is asked again.
    pub async fn follow(&self) {
        let mut last = None;
        loop {
            if let Err(error) = self.follow_on(&mut last).await {
                self.keyring.is_cut_off();
                tracing::error!(%error, "the feed cannot read the activity table; trying again");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }

    async fn follow_on(&self, last: &mut Option<i64>) -> Result<(), StoreError> {
        let mut watch = within(Watch::open(self)).await?;
        if last.is_none() {
            // After the number: what is done from here on is among the lines that follow it.
            let latest = within(self.latest_activity()).await?;
            self.keyring.forget_all();
            self.feed.told.store(latest, Ordering::Release);
            *last = Some(latest);
        }
        // What happened while nobody watched is found by its numbers.
        let mut may_be_more = true;
        loop {
            // Taken before the look: what is done after it is not known.
            let now = self.keyring.milliseconds();
            let seen = within(watch.look()).await?;
            if may_be_more || seen {
                within(self.tell_lines(last)).await?;
                watch.seen();
            }
            self.keyring.beat(now);
            may_be_more = watch.wait(&self.feed.wake).await?;
        }
    }

    /// Tells every line after the last one that was told.
    async fn tell_lines(&self, last: &mut Option<i64>) -> Result<(), StoreError> {
        loop {
            let lines = self.activity_after(last.unwrap_or(0), BATCH).await?;
            let more = lines.len() as u64 == BATCH;
            for line in lines {
                // What this process did itself was forgotten when it was done; this is for what another one did.
                if let Some(outdated) = Outdated::by(&line.action, line.consumer_key) {
                    self.keyring.forget(outdated);
                }
                *last = Some(line.id);
                self.feed.told.store(line.id, Ordering::Release);
                self.feed.tell(News::Line(Arc::new(line)));
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// How far the activity has come, asked of the database: for whoever writes no nonce, which tells it as well.
    pub async fn newest_activity(&self) -> Result<i64, StoreError> {
        within(self.latest_activity()).await
    }

    /// Forgets what the lines up to `newest` made outdated, where the feed has not come so far yet. Whoever has just
    /// written to the database knows from there how far that is, and so answers nothing that is older.
    pub async fn catch_up(&self, newest: i64) -> Result<(), StoreError> {
        if newest <= self.feed.told.load(Ordering::Acquire) || !self.keyring.is_alive() {
            return Ok(());
        }
        Box::pin(async {
            let mut ahead = self.feed.ahead.lock().await;
            *ahead = self.feed.told.load(Ordering::Acquire).max(*ahead);
            while newest > *ahead {
                let lines = within(self.activity_after(*ahead, BATCH)).await?;
                let Some(latest) = lines.last().map(|line| line.id) else { break };
                for line in lines {
                    if let Some(outdated) = Outdated::by(&line.action, line.consumer_key) {
                        self.keyring.forget(outdated);
                    }
                }
                *ahead = latest;
            }
            Ok(())
        })
        .await
    }
}

/// What the database does not answer in time, it does not answer.
async fn within<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(LOOK_WITHIN, answer).await.unwrap_or(Err(StoreError::TookTooLong))
}
