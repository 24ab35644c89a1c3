//! Tells everybody who listens what was appended to the activity table, by this process or another one.

use std::{sync::Arc, time::Duration};

use domain::{Action, Activity, Consumer, Event};
use serde_json::Value;
use tokio::sync::{Notify, broadcast};

use crate::{Store, StoreError, connect::number};

/// How often the feed looks whether another process has written; its own writes wake it at once.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How many lines a slow listener may fall behind before it is told to start over.
const BACKLOG: usize = 1024;

/// How many lines are read at once.
const BATCH: u64 = 500;

/// One line of the activity table on its way to the listeners.
pub type Line = Arc<Activity<Value>>;

#[derive(Debug)]
pub(crate) struct Feed {
    wake: Notify,
    lines: broadcast::Sender<Line>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { wake: Notify::new(), lines: broadcast::Sender::new(BACKLOG) }
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
    /// Every line from now on. A listener that falls too far behind gets `Lagged` and has to start over.
    pub fn listen(&self) -> broadcast::Receiver<Line> {
        self.feed.lines.subscribe()
    }

    /// Runs the feed for as long as the process serves. A database that does not answer is asked again.
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
        let mut from = match *last {
            Some(id) => id,
            None => *last.insert(self.latest_activity().await?),
        };
        loop {
            let woken = tokio::time::timeout(LOOK_EVERY, self.feed.wake.notified()).await.is_ok();
            let seen = number(&self.watch, "PRAGMA data_version").await?;
            if !woken && seen == *version {
                continue;
            }
            loop {
                let lines = self.activity_after(from, BATCH).await?;
                let more = lines.len() as u64 == BATCH;
                for line in lines {
                    from = line.id;
                    *last = Some(from);
                    // Nobody listening is no error.
                    let _ = self.feed.lines.send(Arc::new(line));
                }
                if !more {
                    break;
                }
            }
            *version = seen;
        }
    }
}
