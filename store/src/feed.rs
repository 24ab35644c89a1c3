//! Tells everybody who listens what was appended to the activity table, by this process or another one.

use std::{sync::Arc, time::Duration};

use domain::{Action, Activity, Consumer, Event};
use serde_json::Value;
use tokio::sync::{Notify, broadcast};

use crate::{Store, StoreError, connect::number, keyring::Outdated};

/// How often the feed looks whether another process has written; its own writes wake it at once.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How many lines a slow listener may fall behind before it is told to start over.
const BACKLOG: usize = 1024;

/// How many lines are read at once.
const BATCH: u64 = 500;

/// What the listeners are told.
#[derive(Clone, Debug)]
pub enum News {
    /// A line of the activity table.
    Line(Arc<Activity<Value>>),
    /// Consumers that were used, as they are now. That is no activity of anybody's, so it has no number.
    Used(Arc<[Consumer]>),
}

#[derive(Debug)]
pub(crate) struct Feed {
    wake: Notify,
    news: broadcast::Sender<News>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { wake: Notify::new(), news: broadcast::Sender::new(BACKLOG) }
    }

    pub(crate) fn has_listeners(&self) -> bool {
        self.news.receiver_count() > 0
    }

    pub(crate) fn tell(&self, news: News) {
        // Nobody listening is no error.
        let _ = self.news.send(news);
    }

    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// What a line means to the table of consumer keys, if anything.
pub fn event(line: &Activity<Value>) -> Result<Option<Event>, StoreError> {
    match (line.action, line.consumer_key, &line.after) {
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
        let mut version = 0;
        loop {
            if let Err(error) = self.follow_on(&mut last, &mut version).await {
                tracing::error!(%error, "the feed cannot read the activity table; trying again");
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        }
    }

    async fn follow_on(&self, last: &mut Option<i64>, version: &mut i64) -> Result<(), StoreError> {
        let mut from = if let Some(id) = *last {
            id
        } else {
            // After the number: what is done from here on is among the lines that follow it.
            let latest = self.latest_activity().await?;
            self.keyring.forget_all();
            *last.insert(latest)
        };
        loop {
            let woken = tokio::time::timeout(LOOK_EVERY, self.feed.wake.notified()).await.is_ok();
            // Taken before the look: what is done after it is not known.
            let now = self.keyring.milliseconds();
            let seen = number(&self.watch, "PRAGMA data_version").await?;
            if !woken && seen == *version {
                self.keyring.beat(now);
                continue;
            }
            loop {
                let lines = self.activity_after(from, BATCH).await?;
                let more = lines.len() as u64 == BATCH;
                for line in lines {
                    from = line.id;
                    *last = Some(from);
                    // What this process did itself was forgotten when it was done; this is for what another one did.
                    if let Some(outdated) = Outdated::by(line.action, line.consumer_key) {
                        self.keyring.forget(outdated);
                    }
                    self.feed.tell(News::Line(Arc::new(line)));
                }
                if !more {
                    break;
                }
            }
            *version = seen;
            self.keyring.beat(now);
        }
    }
}
