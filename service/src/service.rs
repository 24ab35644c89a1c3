//! The one value that every use case is a method of.

use std::sync::Arc;

use store::Store;

use crate::{
    clock::{Clock, steady::SteadyClock},
    guard::{passwords::Passwords, per_address::KeyRequests, turns::Turns},
    rules::Rules,
};

/// Everything the use cases share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) turns: Turns,
    pub(crate) key_requests: KeyRequests,
    pub(crate) steady_clock: Arc<SteadyClock>,
    pub(crate) rules: Rules,
}

impl Service {
    /// The use cases over a store, by a clock and by what this server accepts.
    pub fn new(store: Arc<Store>, clock: Clock, rules: Rules) -> Self {
        Self {
            store,
            clock,
            passwords: Passwords::new(),
            turns: Turns::default(),
            key_requests: KeyRequests::default(),
            steady_clock: Arc::default(),
            rules,
        }
    }

    /// What time it is, by the clock that every use case goes by.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    /// Everything that happens from now on, for event streams.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<store::feed::News> {
        self.store.listen()
    }
}
