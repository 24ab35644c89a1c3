//! A decision taken back by who made it, as long as nothing else has happened to the consumer.

use domain::{Action, Conflict, Consumer, ConsumerKey, Status};
use store::{StoreError, activity::NewActivity};

use crate::{
    consumers::{change::consumer_before, list::Consumers},
    error::ServiceError,
    line_words::UNDONE,
};

impl Consumers<'_> {
    /// Takes back the decision that made revision `seen` of a consumer: its status, the reason of that and **Trusted** are
    /// again what they were before it. If it was another administrator's, or the consumer has changed since, the result is
    /// a conflict that names them.
    pub async fn undo(self, key: ConsumerKey, seen: i64) -> Result<Consumer, ServiceError> {
        loop {
            let current = self.find(key).await?;
            self.refuse_stale(&current, Some(seen)).await?;
            let lines = self.service.store.activity().changes_since(key, seen - 1).await?;
            let decision = lines
                .first()
                .filter(|line| matches!(line.action, Action::ConsumerApproved | Action::ConsumerDisapproved));
            let Some((line, before)) = decision.and_then(|line| Some((line, consumer_before(line)?))) else {
                return Err(ServiceError::invalid(
                    "revision",
                    &"No decision made this revision of the consumer.",
                ));
            };
            let now = self.service.clock.now();
            let by = self.admin.by(now);
            if line.actor != by.actor {
                let changes = before.differences(&current);
                let conflict = Conflict { by: line.actor.clone(), at: line.at, changes, current };
                return Err(ServiceError::Conflict(Box::new(conflict)));
            }
            let after = current.decided_as(&before, now);
            if after.ends_undecided_at().is_some_and(|end| end <= now) {
                return Err(ServiceError::invalid(
                    "revision",
                    &"Its request is over 30 days old: if it were Pending again, it would be removed for good. Disapprove it instead.",
                ));
            }
            self.require_fresh_for_a_right(&current, &after)?;
            let action = match after.status {
                Status::Approved => Action::ConsumerApproved,
                Status::Disapproved => Action::ConsumerDisapproved,
                // No decision makes a consumer Pending.
                Status::Pending => Action::ConsumerEdited,
            };
            let activity = NewActivity::consumer(by, action, Some(&current), Some(&after)).mark(UNDONE);
            match self.service.store.consumers().save(&after, None, false, activity).await {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
