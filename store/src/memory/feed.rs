//! The feed: publishes new activity to its subscribers.

use std::{
    mem,
    sync::{Arc, Mutex as StdMutex, PoisonError, atomic::AtomicI64},
};

use domain::{Activity, Consumer};
use serde_json::Value;
use tokio::sync::{Mutex, Notify, broadcast};

/// How many messages a slow subscriber may lag before it loses some and has to start over.
const BACKLOG: usize = 1024;

/// What subscribers receive.
#[derive(Clone, Debug)]
pub enum News {
    /// A line of the activity table.
    Line(Arc<Activity<Value>>),
    /// Consumers that were used, or whose key was asked for again, as they are now. Neither is activity, so this has no
    /// number.
    Used(Arc<[Consumer]>),
    /// Lines were pruned before they could be published: start over.
    Pruned,
}

#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) wake: Notify,
    pub(crate) news: broadcast::Sender<News>,
    /// Consumers that were used, which are published behind the lines that were there before.
    used: StdMutex<Vec<Consumer>>,
    /// The newest line that was published.
    pub(crate) published: AtomicI64,
    /// The newest line whose evictions `Store::catch_up` has applied, ahead of the feed.
    pub(crate) ahead: Mutex<i64>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self {
            wake: Notify::new(),
            news: broadcast::Sender::new(BACKLOG),
            used: StdMutex::default(),
            published: AtomicI64::new(0),
            ahead: Mutex::new(0),
        }
    }

    pub(crate) fn has_listeners(&self) -> bool {
        self.news.receiver_count() > 0
    }

    pub(crate) fn publish(&self, news: News) {
        // Having no subscriber is not an error.
        let _ = self.news.send(news);
    }

    /// Publishes consumers as `News::Used`, behind every line that is in the database now: nobody knows a consumer before the
    /// line about its registration.
    pub(crate) fn publish_used(&self, used: Vec<Consumer>) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(used);
        self.wake();
    }

    /// The consumers that wait to be published. To be published behind the lines that are found after this.
    pub(crate) fn take_used(&self) -> Vec<Consumer> {
        mem::take(&mut self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}
