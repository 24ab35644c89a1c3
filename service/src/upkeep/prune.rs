//! Pruning by age: activity, and the tokens and sessions that have ended. At the command line, and once a day as the
//! settings say.

use std::time::Duration;

use domain::Actor;
use store::{
    activity::By,
    prune::{Old, Pruned},
};
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{
    error::ServiceError,
    guard::admin::{AT_MOST, Admin, IDLE},
    service::Service,
};

/// Ended tokens are known for at least this long, whatever the date: the answer to them is `token_revoked` or
/// `invalid_expired_token`, by which applications start over, and only after that `token_rejected`.
pub const TOKENS_KEPT: time::Duration = time::Duration::days(90);

/// How often the server prunes by itself.
const EVERY: Duration = Duration::from_hours(24);

/// Between two transactions, so that others get their turn: waiting for SQLite's lock is not fair, and a writer looks for it
/// every 100 ms at the latest.
const PAUSE: Duration = Duration::from_millis(100);

/// Pruning, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Pruning<'a> {
    service: &'a Service,
    admin: &'a Admin,
}

impl Service {
    /// Pruning, for an administrator.
    pub fn pruning<'a>(&'a self, admin: &'a Admin) -> Pruning<'a> {
        Pruning { service: self, admin }
    }

    /// Prunes what is older than `keep`, at once and then every day, until it is dropped.
    pub async fn keep_pruning(&self, keep: Duration) {
        let mut every = interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let now = self.clock.now();
            let by = By { actor: Actor::Server, address: None, at: now, reason: None };
            match self.prune(&old(now - keep, now), by).await {
                Ok(Pruned { lines, tokens, sessions }) => {
                    tracing::info!(
                        lines,
                        tokens,
                        sessions,
                        "what is older than LATCHKEY_KEEP_ACTIVITY is pruned"
                    );
                }
                Err(error) => {
                    tracing::warn!(error = %error.cause(), "old activity could not be pruned; the next try is in a day");
                }
            }
        }
    }

    async fn prune(&self, old: &Old, by: By) -> Result<Pruned, ServiceError> {
        let mut pruned = Pruned::default();
        loop {
            let some = self.store.pruning().prune_some(old, by.clone()).await?;
            if some.is_empty() {
                return Ok(pruned);
            }
            pruned = pruned.and(some);
            sleep(PAUSE).await;
        }
    }
}

impl Pruning<'_> {
    /// Counts what `prune` would delete.
    pub async fn count(self, before: OffsetDateTime) -> Result<Pruned, ServiceError> {
        Ok(self.service.store.pruning().count(&self.check(before)?).await?)
    }

    /// Deletes activity before a time that has passed, and tokens and sessions that had ended by then.
    pub async fn prune(self, before: OffsetDateTime) -> Result<Pruned, ServiceError> {
        let old = self.check(before)?;
        self.service.prune(&old, self.admin.by(self.service.clock.now())).await
    }

    fn check(self, before: OffsetDateTime) -> Result<Old, ServiceError> {
        let now = self.service.clock.now();
        if before > now {
            let words = "This time is in the future. Give one that has passed.";
            return Err(ServiceError::invalid("before", &words));
        }
        Ok(old(before, now))
    }
}

/// What is old where activity before a time is.
fn old(before: OffsetDateTime, now: OffsetDateTime) -> Old {
    Old {
        activity: before,
        tokens: before.min(now - TOKENS_KEPT),
        sessions_begun: before - AT_MOST,
        sessions_seen: before - IDLE,
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn ended_tokens_are_kept_for_90_days_and_sessions_for_their_whole_life() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(1_000);
        let recent = old(now - Duration::days(1), now);
        assert_eq!((recent.activity, recent.tokens), (now - Duration::days(1), now - Duration::days(90)));
        let long_ago = old(now - Duration::days(200), now);
        assert_eq!(long_ago.tokens, long_ago.activity);
        assert_eq!(now - old(now, now).sessions_begun, Duration::hours(12));
        assert_eq!(now - old(now, now).sessions_seen, Duration::minutes(30));
    }
}
