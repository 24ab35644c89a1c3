//! One decision on many consumers: on all of a view, or on those that were picked. It is made part by part, so that the caller
//! can show how far it is, and stop; and only on what the administrator can have seen: a consumer that came or changed since is
//! left as it is.

use domain::{
    Actor, Conflict, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Cursor, Sort, Status,
    bulk::{BulkPart, Deed, MOST_AT_ONCE, Named, NotDone, Picked},
    query::Order,
};

use crate::{consumers::list::Consumers, error::ServiceError};

/// How many changes of another administrator a reason names.
const CHANGES: usize = 3;

/// When it was done to a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// By this part.
    Now,
    /// Before: deciding the same twice changes nothing more.
    Before,
}

/// Why it was not done to a consumer.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("{0} has registered or changed it since the view was read, so it was left as it is.")]
    Unseen(Actor),
    #[error(
        "Its name looks like “{0}”, which is approved, so it is approved where it is picked, not with all that match."
    )]
    LooksLike(ConsumerName),
    #[error("It may administer Latchkey or act for its functional user, so it is approved by itself alone.")]
    HasPower,
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Consumers<'_> {
    /// Does it to the next consumers of a view behind one, or to the first ones, but for those that are left out. `seen` is the
    /// number of the activity line that came with the view; who changed after it is left as it is. The query is of the time at
    /// which the view was selected, the same in each part: it would have other consumers a part later.
    ///
    /// In the order of the keys: what is decided moves no other consumer to a part that has been before.
    pub async fn decide_part(
        self,
        deed: Deed,
        view: &ConsumerQuery,
        seen: i64,
        behind: Option<ConsumerKey>,
        left_out: &[ConsumerKey],
    ) -> Result<BulkPart, ServiceError> {
        let query = ConsumerQuery {
            sort: Sort::Key,
            order: Some(Order::Ascending),
            after: behind.map(Cursor::by_key),
            ..view.clone()
        };
        let (rows, next) = self.rows(&query, MOST_AT_ONCE as u64).await?;
        let mut part = BulkPart { next: next.map(|cursor| cursor.key), ..BulkPart::default() };
        let mut last = behind;
        for consumer in rows.iter().filter(|consumer| !left_out.contains(&consumer.key)) {
            let made = self.decide_seen(deed, consumer, seen).await;
            if !note(&mut part, consumer.into(), made)? {
                part.next = last;
                break;
            }
            last = Some(consumer.key);
        }
        Ok(part)
    }

    /// Does it to consumers that were picked, each as it was at the revision that the administrator saw.
    pub async fn decide_picked(self, deed: Deed, picked: &[Picked]) -> Result<BulkPart, ServiceError> {
        let mut part = BulkPart::default();
        for Picked { key, revision } in picked.iter().copied() {
            let gone = Named { key, name: None };
            let (named, made) = match self.find(key).await {
                Ok(consumer) => (Named::from(&consumer), self.decide_once(deed, &consumer, revision).await),
                Err(ServiceError::Removed(_)) if deed == Deed::Remove => (gone, Ok(Made::Before)),
                Err(error) => (gone, Err(error.into())),
            };
            if !note(&mut part, named, made)? {
                break;
            }
        }
        Ok(part)
    }

    /// Does it to a consumer, unless it has changed since the line that the administrator has seen.
    async fn decide_seen(self, deed: Deed, consumer: &Consumer, seen: i64) -> Result<Made, Undone> {
        // The line of its newest change; those before have smaller numbers.
        let activity = self.service.store.activity();
        let lines = activity.changes_since(consumer.key, consumer.revision - 1).await;
        let lines = lines.map_err(ServiceError::from)?;
        let newest = lines.into_iter().next_back().filter(|line| line.id > seen);
        if let Some(newest) = newest.filter(|_| !is_made(deed, consumer)) {
            return Err(Undone::Unseen(newest.actor));
        }
        // Among all that match nobody has read its name.
        if let Some(name) = consumer.looks_like().filter(|_| deed == Deed::Approve) {
            return Err(Undone::LooksLike(name.clone()));
        }
        self.decide_once(deed, consumer, consumer.revision).await
    }

    async fn decide_once(self, deed: Deed, consumer: &Consumer, revision: i64) -> Result<Made, Undone> {
        if is_made(deed, consumer) {
            return Ok(Made::Before);
        }
        if deed == Deed::Approve && consumer.has_power() {
            return Err(Undone::HasPower);
        }
        let revision = Some(revision);
        match deed {
            Deed::Approve => drop(self.approve(consumer.key, revision).await?),
            Deed::Disapprove => drop(self.disapprove(consumer.key, revision).await?),
            Deed::Remove => self.remove(consumer.key, revision).await?,
        }
        Ok(Made::Now)
    }
}

/// Whether a consumer is what the deed makes of it.
fn is_made(deed: Deed, consumer: &Consumer) -> bool {
    match deed {
        Deed::Approve => consumer.status == Status::Approved,
        Deed::Disapprove => consumer.status == Status::Disapproved,
        Deed::Remove => false,
    }
}

/// Adds to a part what became of a consumer; returns whether it goes on. Where the store fails, a part ends, with what it has
/// done so far.
fn note(part: &mut BulkPart, consumer: Named, made: Result<Made, Undone>) -> Result<bool, ServiceError> {
    match made {
        Ok(Made::Now) => part.done.push(consumer),
        Ok(Made::Before) => part.already.push(consumer),
        Err(Undone::Service(error @ ServiceError::Store(_))) if part.is_empty() => return Err(error),
        Err(Undone::Service(error @ ServiceError::Store(_))) => {
            tracing::error!(error = %error.cause(), done = part.done.len(), "a decision on many consumers stopped within a part");
            part.stopped = Some(error.to_string());
            return Ok(false);
        }
        Err(Undone::Service(ServiceError::Conflict(conflict))) => {
            part.not_done.push(NotDone::new(consumer, changed(&conflict)));
        }
        Err(why) => part.not_done.push(NotDone::new(consumer, why.to_string())),
    }
    Ok(true)
}

/// Who changed a consumer, and the first of what was changed: there is room for the reasons of a whole part.
fn changed(conflict: &Conflict) -> String {
    let Conflict { by, changes, .. } = conflict;
    if changes.is_empty() {
        return format!("Changed in the meantime by {by}, and changed back.");
    }
    let more = match changes.len().saturating_sub(CHANGES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = changes.iter().take(CHANGES).map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("Changed in the meantime by {by}: {first}{more}.")
}
