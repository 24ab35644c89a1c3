//! One decision on all consumers of a view. It is made part by part, so that the caller can show how far it is, and stop; and
//! only on what the administrator can have seen: a consumer that came or changed after the view was read is left as it is.

use domain::{
    Actor, Consumer, ConsumerKey, ConsumerQuery, Cursor, Sort, View,
    bulk::{BulkPart, Deed, NotDone},
    query::Order,
};

use crate::{consumers::list::Consumers, error::ServiceError};

/// How many consumers a part looks at, so that it is answered in time.
const AT_ONCE: u64 = 50;

/// Why it was not done to a consumer.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("{0} has registered or changed it since the view was read, so it was left as it is.")]
    Unseen(Actor),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Consumers<'_> {
    /// Does it to the next consumers of a view behind one, or to the first ones. `seen` is the number of the activity line that
    /// came with the view's rows; who changed after it is left as it is.
    ///
    /// In the order of the keys: what is decided moves no other consumer to a part that has been before.
    pub async fn decide_part(
        self,
        deed: Deed,
        view: &View,
        seen: i64,
        behind: Option<ConsumerKey>,
    ) -> Result<BulkPart, ServiceError> {
        let query = ConsumerQuery {
            sort: Sort::Key,
            order: Some(Order::Ascending),
            after: behind.map(Cursor::by_key),
            ..view.at(self.service.now())
        };
        let (rows, next) = self.rows(&query, AT_ONCE).await?;
        let mut part = BulkPart { next: next.map(|cursor| cursor.key), ..BulkPart::default() };
        let mut last = None;
        for consumer in &rows {
            match self.decide_seen(deed, consumer, seen).await {
                Ok(()) => part.done.push(consumer.into()),
                Err(Undone::Service(error @ ServiceError::Store(_))) if last.is_none() => return Err(error),
                Err(error @ Undone::Service(ServiceError::Store(_))) => {
                    part.stopped = Some(error.to_string());
                    part.next = last;
                    break;
                }
                Err(why) => part.not_done.push(NotDone { consumer: consumer.into(), why: why.to_string() }),
            }
            last = Some(consumer.key);
        }
        Ok(part)
    }

    /// Does it to a consumer, unless it has changed since the line that the administrator has seen.
    async fn decide_seen(self, deed: Deed, consumer: &Consumer, seen: i64) -> Result<(), Undone> {
        // The line of its newest change; those before have smaller numbers.
        let activity = self.service.store.activity();
        let lines = activity.changes_since(consumer.key, consumer.revision - 1).await;
        let lines = lines.map_err(ServiceError::from)?;
        let newest = lines.into_iter().next_back().filter(|line| line.id > seen);
        if let Some(newest) = newest {
            return Err(Undone::Unseen(newest.actor));
        }
        let revision = Some(consumer.revision);
        match deed {
            Deed::Approve => drop(self.approve(consumer.key, revision).await?),
            Deed::Disapprove => drop(self.disapprove(consumer.key, revision).await?),
            Deed::Remove => self.remove(consumer.key, revision).await?,
        }
        Ok(())
    }
}
