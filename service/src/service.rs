//! `Service`: what all use cases share. Each use case is a method of a view that borrows it, in the file of its noun.

use std::sync::Arc;

use store::Store;

use crate::{
    clock::{Clock, steady::SteadyClock},
    guard::{known::KnownBrowsers, passwords::Passwords, per_address::RateLimit, turns::Turns},
    rules::Rules,
    upkeep::readiness::Readiness,
};

/// What all use cases share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) turns: Turns,
    pub(crate) known_browsers: KnownBrowsers,
    pub(crate) key_request_limit: RateLimit,
    pub(crate) steady_clock: Arc<SteadyClock>,
    pub(crate) readiness: Readiness,
    pub(crate) rules: Rules,
}

impl Service {
    /// Use cases on this store, with this clock and these rules.
    pub fn new(store: Arc<Store>, clock: Clock, rules: Rules) -> Self {
        let passwords = Passwords::new();
        Self {
            store,
            clock,
            turns: Turns::new(passwords.threads()),
            known_browsers: KnownBrowsers::default(),
            passwords,
            key_request_limit: RateLimit::default(),
            steady_clock: Arc::default(),
            readiness: Readiness::default(),
            rules,
        }
    }

    /// The current time, from the clock that all use cases share.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }
}
