//! What administrators decide about a consumer, never over a change that they have not seen. Edits: `edit.rs`.

use domain::{Action, Activity, Actor, Conflict, Consumer, ConsumerKey, Event, RightsError, Status};
use serde_json::Value;
use store::{StoreError, activity::NewActivity, feed};
use time::OffsetDateTime;

use crate::{
    consumers::list::Consumers,
    error::ServiceError,
    line_words::{SECRET_CHANGED, SIGNED_EVERYBODY_OUT},
};

/// The consumer as it was before what an activity line tells of.
pub(super) fn consumer_before(line: &Activity<Value>) -> Option<Consumer> {
    let before = serde_json::from_value::<Consumer>(line.before.clone()?).ok()?;
    Some(before.with_possible_rights())
}

impl Consumers<'_> {
    /// Approves a consumer. Idempotent: if it is Approved already, `seen` is not compared.
    ///
    /// `seen` is the revision that the administrator saw; if the consumer has changed since, the result is a conflict.
    pub async fn approve(self, key: ConsumerKey, seen: Option<i64>) -> Result<Consumer, ServiceError> {
        self.decide(key, Status::Approved, Action::ConsumerApproved, seen).await
    }

    /// Disapproves a consumer. Idempotent, and `seen` as for `approve`.
    pub async fn disapprove(self, key: ConsumerKey, seen: Option<i64>) -> Result<Consumer, ServiceError> {
        self.decide(key, Status::Disapproved, Action::ConsumerDisapproved, seen).await
    }

    /// Approves a consumer and trusts it, in one change, with a fresh sign-in. Idempotent, and `seen` as for `approve`.
    pub async fn approve_trusted(
        self,
        key: ConsumerKey,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        self.change(key, Action::ConsumerApproved, seen, Consumer::approve_trusted).await
    }

    /// The last to decide on a consumer since revision `seen`, else the last to change it; `None` if that is the administrator who
    /// asks, or if nothing was done.
    pub async fn changed_by_another(
        self,
        key: ConsumerKey,
        seen: i64,
    ) -> Result<Option<Actor>, ServiceError> {
        let lines = self.service.store.activity().changes_since(key, seen).await?;
        let is_decision = |line: &&Activity<Value>| {
            matches!(line.action, Action::ConsumerApproved | Action::ConsumerDisapproved)
        };
        let line = lines.iter().rev().find(is_decision).or(lines.last());
        let own = self.admin.by(self.service.clock.now()).actor;
        Ok(line.map(|line| line.actor.clone()).filter(|actor| *actor != own))
    }

    async fn decide(
        self,
        key: ConsumerKey,
        status: Status,
        action: Action,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        self.change(key, action, seen, |before, now| Ok(before.decide(status, now))).await
    }

    /// Saves what is decided about a consumer, with the reason of that, if it is another thing than before.
    async fn change(
        self,
        key: ConsumerKey,
        action: Action,
        seen: Option<i64>,
        becomes: impl Fn(&Consumer, OffsetDateTime) -> Result<Option<Consumer>, RightsError>,
    ) -> Result<Consumer, ServiceError> {
        loop {
            let before = self.find(key).await?;
            let now = self.service.clock.now();
            let Some(after) = becomes(&before, now)? else {
                return Ok(before);
            };
            self.refuse_stale(&before, seen).await?;
            self.require_fresh_for_a_right(&before, &after)?;
            let after = after.because(self.reason.cloned());
            let activity =
                NewActivity::consumer(self.admin.by(now), action.clone(), Some(&before), Some(&after))
                    .because(self.reason.cloned());
            match self.service.store.consumers().save(&after, None, false, activity).await {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes a consumer permanently. Idempotent. `seen` as for `approve`.
    pub async fn remove(self, key: ConsumerKey, seen: Option<i64>) -> Result<(), ServiceError> {
        loop {
            let Some(consumer) = self.service.store.consumers().find(key).await? else {
                return Ok(());
            };
            self.refuse_stale(&consumer, seen).await?;
            let now = self.service.clock.now();
            let activity =
                NewActivity::consumer(self.admin.by(now), Action::ConsumerRemoved, Some(&consumer), None)
                    .because(self.reason.cloned());
            match self.service.store.consumers().delete(&consumer, now, activity).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) fn require_fresh_for_a_right(
        self,
        before: &Consumer,
        after: &Consumer,
    ) -> Result<(), ServiceError> {
        if after.has_gained_a_right(before) { self.admin.require_fresh() } else { Ok(()) }
    }

    pub(super) async fn refuse_stale(
        self,
        current: &Consumer,
        seen: Option<i64>,
    ) -> Result<(), ServiceError> {
        let Some(seen) = seen.filter(|seen| *seen != current.revision) else {
            return Ok(());
        };
        let lines = self.service.store.activity().changes_since(current.key, seen).await?;
        let mut changes = Vec::new();
        for line in &lines {
            let marked = |flag| line.after.as_ref().is_some_and(|after| after.get(flag).is_some());
            match (consumer_before(line), feed::event(line)) {
                (Some(before), Ok(Some(Event::Consumer(after)))) => {
                    changes.extend(before.differences(&after));
                }
                (_, Err(_)) => changes.push("what this version cannot read".to_owned()),
                (_, Ok(_)) => {}
            }
            if marked(SECRET_CHANGED) {
                changes.push("the consumer secret".to_owned());
            }
            if marked(SIGNED_EVERYBODY_OUT) {
                changes.push("who is signed in: everybody was signed out".to_owned());
            }
        }
        if seen > current.revision {
            return Err(ServiceError::invalid("revision", &"This revision of the consumer does not exist."));
        }
        // There was a line for each revision; the oldest may have been pruned.
        let missed = current.revision - seen.max(0);
        if i64::try_from(lines.len()).is_ok_and(|told| told < missed) {
            changes.push("what the activity no longer says".to_owned());
        }
        let (by, at) = match lines.last() {
            Some(last) => (last.actor.clone(), last.at),
            None => (Actor::Unknown("Somebody".to_owned()), current.updated_at),
        };
        let conflict = Conflict { by, at, changes, current: current.clone() };
        Err(ServiceError::Conflict(Box::new(conflict)))
    }
}
