//! The parts that a signed request needs, and the last time that they were tried.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use store::StoreError;
use tokio::sync::Mutex;

/// How long a try that succeeded counts. One that failed counts for those alone who were waiting for it.
const FRESH: Duration = Duration::from_secs(1);

/// A part of the server that does not do its work, and why.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotReady {
    /// The database does not answer, is not the one that was opened, or lacks migrations.
    #[error("database: {0}")]
    Database(Arc<StoreError>),
    /// Nonces are not written, so no signed request is accepted.
    #[error("nonces: {0}")]
    Nonces(Arc<StoreError>),
    /// Changes by other processes are not seen, so that nothing may be answered from the cache.
    #[error("feed: it has not been alive for a second")]
    Feed,
}

/// The last try, shared by everybody who asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readiness {
    pub(super) last: Arc<Mutex<Option<Tried>>>,
    /// A signed request has failed since the last try began, so that its success does not count.
    outdated: Arc<AtomicBool>,
}

impl Readiness {
    /// A signed request has failed at a part that is tried here.
    pub(crate) fn note_failure(&self) {
        self.outdated.store(true, Ordering::Release);
    }

    /// A try begins.
    pub(super) fn begin(&self) {
        self.outdated.store(false, Ordering::Release);
    }

    /// Whether a try answers a caller who arrived then.
    pub(super) fn counts(&self, tried: &Tried, arrived: Instant) -> bool {
        tried.counts_for(arrived) && (!tried.failed.is_empty() || !self.outdated.load(Ordering::Acquire))
    }
}

#[derive(Debug)]
pub(super) struct Tried {
    pub(super) ended: Instant,
    pub(super) failed: Vec<NotReady>,
}

impl Tried {
    /// Whether it is recent enough for a caller who arrived then.
    fn counts_for(&self, arrived: Instant) -> bool {
        let age = arrived.saturating_duration_since(self.ended);
        if self.failed.is_empty() { age < FRESH } else { age.is_zero() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_counts_for_a_second_and_a_failure_for_those_who_wait_for_it() {
        let ended = Instant::now();
        let success = Tried { ended, failed: Vec::new() };
        let failure = Tried { ended, failed: vec![NotReady::Feed] };
        let before = ended.checked_sub(Duration::from_millis(1)).unwrap();
        let (soon, later) = (ended + Duration::from_millis(999), ended + FRESH);
        assert_eq!([before, soon, later].map(|arrived| success.counts_for(arrived)), [true, true, false]);
        assert_eq!([before, soon, later].map(|arrived| failure.counts_for(arrived)), [true, false, false]);
    }

    #[test]
    fn a_success_counts_no_more_once_a_signed_request_has_failed() {
        let readiness = Readiness::default();
        let ended = Instant::now();
        let success = Tried { ended, failed: Vec::new() };
        readiness.begin();
        assert!(readiness.counts(&success, ended));
        readiness.note_failure();
        assert!(!readiness.counts(&success, ended));
        let failure = Tried { ended, failed: vec![NotReady::Feed] };
        assert!(readiness.counts(&failure, ended), "who waited for a try that failed needs no other");
        readiness.begin();
        assert!(readiness.counts(&success, ended));
    }
}
