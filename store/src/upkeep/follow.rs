//! Publishes what this process or another one appended to the activity table.

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

/// The time limit for a poll of the database. After it, the cache stops answering.
const LOOK_WITHIN: Duration = Duration::from_millis(700);

/// How long to back off after a failure.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// How many lines are read at once.
const BATCH: u64 = 500;

/// The change that a line means for the table of consumers, if any.
pub fn event(line: &Activity<Value>) -> Result<Option<Event>, StoreError> {
    match (&line.action, line.consumer_key, &line.after) {
        (Action::ConsumerRemoved, Some(key), _) => Ok(Some(Event::Removed(key))),
        (_, Some(_), Some(after)) => {
            let consumer: Consumer = serde_json::from_value(after.clone())
                .map_err(|_| StoreError::Unreadable("a consumer in the activity table"))?;
            // An older node may have written it.
            Ok(Some(Event::Consumer(consumer.with_possible_rights())))
        }
        _ => Ok(None),
    }
}

impl Store {
    /// Subscribes to everything from now on. A subscriber that lags too far behind gets `Lagged` and has to start
    /// over.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.feed.news.subscribe()
    }

    /// Runs the feed while the process serves, and keeps the cache alive with it. Retries when the database fails.
    pub async fn follow(&self) {
        // A feed that is started again remembers nothing, and publishes what followers have missed.
        self.keyring.evict_all();
        let published = self.feed.published.load(Ordering::Acquire);
        let mut last = (published > 0).then_some(published);
        loop {
            if let Err(error) = self.follow_on(&mut last).await {
                self.keyring.cut_off();
                // The loop below publishes uses, and did not start.
                self.publish_used(self.feed.take_used());
                let error = Box::pin(self.cause(error)).await;
                tracing::error!(%error, "the feed cannot read the activity table; trying again");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }

    async fn follow_on(&self, last: &mut Option<i64>) -> Result<(), StoreError> {
        let mut watch = within(Watch::open(self)).await?;
        if last.is_none() {
            // Evict after reading the number: every later change is among the lines that follow it.
            let latest = within(self.activity().latest()).await?;
            self.keyring.evict_all();
            self.feed.published.store(latest, Ordering::Release);
            *last = Some(latest);
        }
        // Lines that were appended while nobody watched are found by their numbers.
        let mut may_be_more = true;
        loop {
            // Taken before the poll: changes after it are not known.
            let now = self.keyring.milliseconds();
            let used = self.feed.take_used();
            let read = async {
                if within(watch.look()).await? || may_be_more {
                    within(self.publish_lines(last)).await?;
                    watch.mark_seen();
                }
                Ok::<_, StoreError>(())
            };
            let read = read.await;
            // After the lines. If reading these fails, the feed starts again; uses are published anyway.
            self.publish_used(used);
            read?;
            self.keyring.beat(now);
            may_be_more = watch.wait(&self.feed.wake).await?;
        }
    }

    fn publish_used(&self, used: Vec<Consumer>) {
        if !used.is_empty() {
            self.feed.publish(News::Used(used.into()));
        }
    }

    /// Publishes every line after `last`.
    async fn publish_lines(&self, last: &mut Option<i64>) -> Result<(), StoreError> {
        loop {
            let after = last.unwrap_or(0);
            let lines = self.activity().after(after, BATCH).await?;
            if self.activity().were_pruned(after, &lines).await? {
                self.keyring.evict(Outdated::Everything);
                self.feed.publish(News::Pruned);
            }
            let more = lines.len() as u64 == BATCH;
            for line in lines {
                // This process's own changes were evicted when they were committed; this is for the others'.
                if let Some(outdated) = Outdated::by(&line.action, line.consumer_key) {
                    self.keyring.evict(outdated);
                }
                *last = Some(line.id);
                self.feed.published.store(line.id, Ordering::Release);
                self.feed.publish(News::Line(Arc::new(line)));
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// The newest activity, from the database: for requests that use no nonce. A nonce's answer includes it.
    pub async fn newest_activity(&self) -> Result<i64, StoreError> {
        within(self.activity().latest()).await
    }

    /// Evicts what the lines up to `newest` made stale, if the feed has not reached them yet. A caller that just
    /// wrote to the database knows `newest` from there, and so uses nothing older.
    pub async fn catch_up(&self, newest: i64) -> Result<(), StoreError> {
        if newest <= self.feed.published.load(Ordering::Acquire) || !self.keyring.is_alive() {
            return Ok(());
        }
        Box::pin(async {
            let mut ahead = self.feed.ahead.lock().await;
            *ahead = self.feed.published.load(Ordering::Acquire).max(*ahead);
            while newest > *ahead {
                let lines = within(self.activity().after(*ahead, BATCH)).await?;
                if within(self.activity().were_pruned(*ahead, &lines)).await? {
                    self.keyring.evict(Outdated::Everything);
                }
                let Some(latest) = lines.last().map(|line| line.id) else { break };
                for line in lines {
                    if let Some(outdated) = Outdated::by(&line.action, line.consumer_key) {
                        self.keyring.evict(outdated);
                    }
                }
                *ahead = latest;
            }
            Ok(())
        })
        .await
    }
}

/// Limits the time of a query.
async fn within<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(LOOK_WITHIN, answer).await.unwrap_or(Err(StoreError::TookTooLong))
}
