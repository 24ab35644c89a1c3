//! The activity as pages of a list, newest first, and whole as an export.

use std::collections::HashMap;

use domain::{Activity, Actor, ConsumerKey, LineQuery};
use futures::{Stream, stream::try_unfold};
use serde_json::Value;

use crate::{activity::ActivityLines, consumers::ExportError, error::ServiceError};

/// How many lines are read at once for an export.
const AT_ONCE: u64 = 500;

impl ActivityLines<'_> {
    /// The number of the newest line, or 0.
    pub async fn latest(self) -> Result<i64, ServiceError> {
        Ok(self.service.store.activity().latest().await?)
    }

    /// Up to `limit` lines of a query before number `before`, newest first, and the `before` of the next page.
    pub async fn list(
        self,
        query: &LineQuery,
        before: Option<i64>,
        limit: u64,
    ) -> Result<(Vec<Activity<Value>>, Option<i64>), ServiceError> {
        let query = self.resolved(query).await?;
        // One more, to know whether there is another page.
        let mut lines = self.service.store.activity().list(&query, (None, before), limit + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = lines.len() > most;
        lines.truncate(most);
        let next = lines.last().filter(|_| more).map(|last| last.id);
        Ok((lines, next))
    }

    /// The newest lines of a query after number `after`, newest first, up to `limit`.
    pub async fn newer(
        self,
        query: &LineQuery,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Activity<Value>>, ServiceError> {
        let query = self.resolved(query).await?;
        Ok(self.service.store.activity().list(&query, (Some(after), None), limit).await?)
    }

    /// The lines of a query from the newest to the oldest, some at a time, for as long as the administrator may read them.
    /// What is added in between is left out.
    pub fn export(
        self,
        query: LineQuery,
    ) -> impl Stream<Item = Result<Vec<Activity<Value>>, ExportError>> + Send + use<> {
        let (service, admin) = (self.service.clone(), self.admin.clone());
        try_unfold(Some(None), move |next| {
            let (service, admin, query) = (service.clone(), admin.clone(), query.clone());
            async move {
                let Some(before) = next else { return Ok(None) };
                if !service.sessions().may_go_on(&admin).await? {
                    return Err(ExportError::NotPermitted);
                }
                let (lines, next) = service.activity(&admin).list(&query, before, AT_ONCE).await?;
                Ok(Some((lines, next.map(Some))))
            }
        })
    }

    /// The names of the consumers of lines that say nothing but a key. A consumer that was removed has none.
    pub async fn consumer_names(
        self,
        lines: &[Activity<Value>],
    ) -> Result<HashMap<ConsumerKey, String>, ServiceError> {
        let mut names = HashMap::new();
        let nameless = lines.iter().filter(|line| line.before.is_none() && line.after.is_none());
        for key in nameless.filter_map(|line| line.consumer_key) {
            if !names.contains_key(&key)
                && let Some(consumer) = self.service.store.consumers().cached(key).await?
            {
                names.insert(key, consumer.name.to_string());
            }
        }
        Ok(names)
    }

    /// The query with its author as lines have it: usernames ignore case, lines do not.
    async fn resolved(self, query: &LineQuery) -> Result<LineQuery, ServiceError> {
        let Some(Actor::User(username)) = &query.actor else { return Ok(query.clone()) };
        let account = self.service.store.users().find(username).await?;
        let username = account.map_or_else(|| username.clone(), |account| account.user.username);
        Ok(LineQuery { actor: Some(Actor::User(username)), ..query.clone() })
    }
}
