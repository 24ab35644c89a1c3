//! The consumers as administrators see them: listed, found, counted.

use domain::{
    Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Cursor, Page, Reason, Removed, StatusCounts,
    key_request::UNDECIDED_FOR,
};

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

/// The consumers, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Consumers<'a> {
    pub(super) service: &'a Service,
    pub(super) admin: &'a Admin,
    pub(super) reason: Option<&'a Reason>,
}

/// Some rows of a list.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The rows.
    pub items: Vec<Consumer>,
    /// The cursor of those that follow.
    pub next: Option<Cursor>,
    /// How many rows the list has, where that is known without counting them.
    pub total: Option<u64>,
    /// The number of an activity line that the rows are at least as new as.
    pub seen: i64,
}

impl Service {
    /// The consumers, for an administrator.
    pub fn consumers<'a>(&'a self, admin: &'a Admin) -> Consumers<'a> {
        Consumers { service: self, admin, reason: None }
    }
}

impl<'a> Consumers<'a> {
    /// The same for what is done for a reason, which the activity notes, and which a decision keeps.
    #[must_use]
    pub fn because(self, reason: Option<&'a Reason>) -> Self {
        Self { reason, ..self }
    }
}

impl Consumers<'_> {
    /// A page of consumers, and how many there are on all pages.
    pub async fn list(self, query: &ConsumerQuery, limit: u64) -> Result<Page<Consumer>, ServiceError> {
        Ok(self.service.store.consumers().list(&self.without_ended(query), limit).await?)
    }

    /// Rows that have this many before them. Beyond the middle it is quicker to ask for the other order.
    pub async fn rows_from(
        self,
        query: &ConsumerQuery,
        before: u64,
        limit: u64,
    ) -> Result<Rows, ServiceError> {
        let Some(last) = before.checked_sub(1) else { return self.first_rows(query, limit).await };
        // Read first: a change between the reads is then in the rows and sent as an event again, never missed.
        let seen = self.service.store.activity().latest().await?;
        let query = self.without_ended(query);
        let Some(after) = self.service.store.consumers().place(&query, last).await? else {
            // The view has fewer rows than that.
            return Ok(Rows { items: Vec::new(), next: None, total: self.kept_total(&query).await?, seen });
        };
        let after = ConsumerQuery { after: Some(after), ..query };
        let (items, next) = self.service.store.consumers().rows(&after, limit).await?;
        let total = match next {
            None => Some(before + items.len() as u64),
            Some(_) => self.kept_total(&after).await?,
        };
        Ok(Rows { items, next, total, seen })
    }

    /// Rows after the cursor of a query, or its first ones; nothing is counted for them.
    pub async fn first_rows(self, query: &ConsumerQuery, limit: u64) -> Result<Rows, ServiceError> {
        // Before the rows, as above.
        let seen = self.service.store.activity().latest().await?;
        let (items, next) = self.rows(query, limit).await?;
        let total = match next {
            None if query.after.is_none() => Some(items.len() as u64),
            _ => self.kept_total(query).await?,
        };
        Ok(Rows { items, next, total, seen })
    }

    /// How many rows a query has, where that is kept.
    async fn kept_total(self, query: &ConsumerQuery) -> Result<Option<u64>, ServiceError> {
        if !query.is_of_status_alone() {
            return Ok(None);
        }
        Ok(Some(self.service.store.consumers().count(&self.without_ended(query)).await?))
    }

    /// How many rows a query has, and how many of them stand behind its cursor.
    pub async fn count_rows(self, query: &ConsumerQuery) -> Result<(u64, u64), ServiceError> {
        let query = self.without_ended(query);
        let consumers = self.service.store.consumers();
        let behind = if query.after.is_some() { consumers.count_behind(&query).await? } else { 0 };
        Ok((consumers.count(&query).await?, behind))
    }

    /// Rows, and the cursor of those that follow.
    pub(super) async fn rows(
        self,
        query: &ConsumerQuery,
        limit: u64,
    ) -> Result<(Vec<Consumer>, Option<Cursor>), ServiceError> {
        Ok(self.service.store.consumers().rows(&self.without_ended(query), limit).await?)
    }

    /// How many consumers have each status.
    pub async fn counts(self) -> Result<StatusCounts, ServiceError> {
        let undecided_since = self.without_ended(&ConsumerQuery::default()).undecided_since;
        Ok(self.service.store.consumers().counts(undecided_since).await?)
    }

    /// What has ended is removed within the hour, and not shown until then.
    fn without_ended(self, query: &ConsumerQuery) -> ConsumerQuery {
        let undecided_since = Some(self.service.clock.now() - UNDECIDED_FOR);
        ConsumerQuery { undecided_since, ..query.clone() }
    }

    /// The consumer with this key.
    pub async fn find(self, key: ConsumerKey) -> Result<Consumer, ServiceError> {
        match self.service.store.consumers().find(key).await? {
            Some(consumer) => Ok(consumer),
            None => Err(self.removed_or_unknown(key).await?),
        }
    }

    /// The number of users, not of tokens, that are signed in through any of these consumers.
    pub async fn count_signed_in_users(self, keys: &[ConsumerKey]) -> Result<u64, ServiceError> {
        Ok(self.service.store.tokens().count_users(keys, self.service.clock.now()).await?)
    }

    /// The number of the newest activity line: what is read afterwards is at least as new.
    pub async fn seen(self) -> Result<i64, ServiceError> {
        Ok(self.service.store.activity().latest().await?)
    }

    /// Whether a consumer, but the one with this key, has this name already, or one that looks like it. That is allowed, but worth
    /// a warning.
    pub async fn is_name_in_use(
        self,
        name: &ConsumerName,
        but: Option<ConsumerKey>,
    ) -> Result<bool, ServiceError> {
        Ok(self.service.store.consumers().count_alike(name, but).await? > 0)
    }

    /// Why the consumer does not exist: it was removed, or has never existed.
    async fn removed_or_unknown(self, key: ConsumerKey) -> Result<ServiceError, ServiceError> {
        let lines = self.service.store.activity().changes_since(key, 0).await?;
        Ok(match lines.last() {
            Some(line) => ServiceError::Removed(Removed { by: line.actor.clone(), at: line.at }),
            None => ServiceError::NotFound(format!("consumer with the key {key}")),
        })
    }
}
