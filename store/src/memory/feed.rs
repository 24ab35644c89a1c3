//! What is told of everything that is done, and who listens.

use std::sync::{Arc, atomic::AtomicI64};

use domain::{Activity, Consumer};
use serde_json::Value;
use tokio::sync::{Mutex, Notify, broadcast};

/// How many lines a slow listener may fall behind before it is told to start over.
const BACKLOG: usize = 1024;

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
    pub(crate) wake: Notify,
    pub(crate) news: broadcast::Sender<News>,
    /// The newest line that was told.
    pub(crate) told: AtomicI64,
    /// The newest line whose consequences verifications have drawn by themselves, ahead of being told.
    pub(crate) ahead: Mutex<i64>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self {
            wake: Notify::new(),
            news: broadcast::Sender::new(BACKLOG),
            told: AtomicI64::new(0),
            ahead: Mutex::new(0),
        }
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
