//! Writes down when consumers and tokens were last used: in batches, and never while a request waits.

use std::{
    collections::HashMap,
    fmt::Write as _,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Consumer;
use sea_orm::{ConnectionTrait as _, Statement, Value};
use tokio::time::timeout;

use crate::{
    error::StoreError,
    memory::keyring::{CachedConsumer, CachedToken},
    store::Store,
};

/// The time limit for a write; it is retried later.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many rows one statement updates, so that other changes do not wait long.
const AT_ONCE: usize = 500;

/// Identifiers, each with the time of its last use (milliseconds since 1970).
type LatestUses = Vec<(String, i64)>;

fn take<T>(list: &Mutex<Vec<Arc<T>>>) -> Vec<Arc<T>> {
    mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The latest use of each. Sorted, so that two nodes updating the same rows cannot deadlock.
fn latest(uses: impl Iterator<Item = (String, i64)>) -> LatestUses {
    let mut latest = HashMap::new();
    for (id, at) in uses {
        let newest = latest.entry(id).or_insert(at);
        *newest = at.max(*newest);
    }
    let mut latest: LatestUses = latest.into_iter().collect();
    latest.sort_unstable();
    latest
}

/// When consumers and tokens were last used.
#[derive(Clone, Copy, Debug)]
pub struct Uses<'a>(&'a Store);

impl Store {
    /// When consumers and tokens were last used.
    #[inline]
    pub fn uses(&self) -> Uses<'_> {
        Uses(self)
    }
}

impl Uses<'_> {
    /// Records that a consumer, and its token if there is one, was used at a time (milliseconds since 1970). Written
    /// in batches later (`Uses::write`).
    pub fn note(self, consumer: &Arc<CachedConsumer>, token: Option<&Arc<CachedToken>>, at: i64) {
        self.0.keyring.note_use(consumer, token, at);
    }

    /// Writes uses while the process serves: the first at once, then once a second (`Pace`).
    pub async fn keep_writing(self) {
        let write = move || async move {
            if let Err(error) = self.write().await {
                tracing::error!(%error, "when consumers were last used could not be written down; trying again");
            }
        };
        self.0.keyring.uses_pace.keep(write).await;
    }

    /// Writes every use since the last time, and publishes it. What cannot be written is kept for the next time.
    pub async fn write(self) -> Result<(), StoreError> {
        let (consumers, tokens) = (take(&self.0.keyring.used_consumers), take(&self.0.keyring.used_tokens));
        let written = timeout(PATIENCE, self.write_latest(&consumers, &tokens)).await;
        let written = written.unwrap_or(Err(StoreError::TookTooLong));
        if written.is_err() {
            self.0.keyring.note_again(&consumers, &tokens);
        }
        written
    }

    async fn write_latest(
        self,
        consumers: &[Arc<CachedConsumer>],
        tokens: &[Arc<CachedToken>],
    ) -> Result<(), StoreError> {
        // Both are taken before anything can fail: `note_again` puts back what is taken, and nothing else.
        let tokens = latest(tokens.iter().map(|cached| (cached.token.clone(), cached.last_use.take())));
        let consumers =
            latest(consumers.iter().map(|cached| (cached.key.to_string(), cached.last_use.take())));
        for batch in tokens.chunks(AT_ONCE) {
            self.write_last_used("token_credentials", "token", batch).await?;
        }
        // Published at once: what each open page does with them costs it once.
        let mut used: Vec<Consumer> = Vec::new();
        for batch in consumers.chunks(AT_ONCE) {
            self.write_last_used("consumers", "key", batch).await?;
            if self.0.feed.has_listeners() {
                let keys = batch.iter().map(|(key, _)| key.as_str());
                used.extend(self.0.consumers().of_keys(keys).await?);
            }
        }
        if !used.is_empty() {
            self.0.feed.publish_used(used);
        }
        Ok(())
    }

    /// One statement for all. A later use that another node has written stays.
    async fn write_last_used(self, table: &str, id: &str, uses: &[(String, i64)]) -> Result<(), StoreError> {
        let mut sql = format!("UPDATE {table} SET last_used_at = used.column2 FROM (VALUES ");
        let mut values = Vec::with_capacity(uses.len() * 2);
        for (id, at) in uses {
            let comma = if values.is_empty() { "" } else { ", " };
            let place = values.len() + 1;
            // Writing to a `String` does not fail.
            let _ = write!(sql, "{comma}(${place}, ${})", place + 1);
            values.extend([Value::from(id.clone()), Value::from(*at)]);
        }
        let _ = write!(
            sql,
            ") AS used WHERE {table}.{id} = used.column1 \
             AND ({table}.last_used_at IS NULL OR {table}.last_used_at < used.column2)"
        );
        let change = self.0.begin().await?;
        let statement = Statement::from_sql_and_values(self.0.backend(), sql, values);
        change.transaction.execute_raw(statement).await?;
        self.0.commit(change).await
    }
}
