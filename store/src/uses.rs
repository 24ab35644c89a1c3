//! Writes down when consumers and tokens were last used: many at once, now and then, and never for a request alone.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Consumer;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, Set, sea_query::IntoCondition as _,
};

use crate::{
    Store, StoreError,
    entity::{consumer, token_credentials},
    feed::News,
};

/// How often uses are written down and told to whoever has the table open.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// How many rows one transaction changes, so that nobody else waits long for theirs.
const AT_ONCE: usize = 500;

fn take<T>(list: &Mutex<Vec<Arc<T>>>) -> Vec<Arc<T>> {
    mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Store {
    /// Writes uses down for as long as the process serves.
    pub async fn keep_writing_uses(&self) {
        loop {
            tokio::time::sleep(WRITE_EVERY).await;
            if let Err(error) = self.write_uses().await {
                tracing::error!(%error, "when consumers were last used could not be written down");
            }
        }
    }

    /// Writes down every use since the last time, and tells the listeners.
    pub async fn write_uses(&self) -> Result<(), StoreError> {
        let mut consumers = HashMap::new();
        for known in take(&self.keyring.used_consumers) {
            let at = consumers.entry(known.key).or_insert(0);
            *at = known.used.take().max(*at);
        }
        let mut tokens = HashMap::new();
        for known in take(&self.keyring.used_tokens) {
            let at = known.used.take();
            let latest = tokens.entry(known.token.clone()).or_insert(0);
            *latest = at.max(*latest);
        }
        let tokens: Vec<_> = tokens.into_iter().collect();
        for some in tokens.chunks(AT_ONCE) {
            let change = self.begin().await?;
            for (token, at) in some {
                let column = token_credentials::Column::LastUsedAt;
                token_credentials::Entity::update_many()
                    .set(token_credentials::ActiveModel {
                        last_used_at: Set(Some(*at)),
                        ..Default::default()
                    })
                    .filter(token_credentials::Column::Token.eq(token))
                    .filter(Condition::any().add(column.is_null()).add(column.lt(*at)))
                    .exec(&change.transaction)
                    .await?;
            }
            self.commit(change).await?;
        }
        let consumers: Vec<_> = consumers.into_iter().collect();
        for some in consumers.chunks(AT_ONCE) {
            let change = self.begin().await?;
            for (key, at) in some {
                let column = consumer::Column::LastUsedAt;
                consumer::Entity::update_many()
                    .set(consumer::ActiveModel { last_used_at: Set(Some(*at)), ..Default::default() })
                    .filter(consumer::Column::Key.eq(key.to_string()))
                    .filter(Condition::any().add(column.is_null()).add(column.lt(*at)))
                    .exec(&change.transaction)
                    .await?;
            }
            self.commit(change).await?;
            if self.feed.has_listeners() {
                let keys = some.iter().map(|(key, _)| key.to_string());
                let of_these = consumer::Column::Key.is_in(keys).into_condition();
                let rows = consumer::Entity::find().filter(of_these).all(&self.read).await?;
                let used = rows.into_iter().map(Consumer::try_from).collect::<Result<Vec<_>, _>>()?;
                self.feed.tell(News::Used(used.into()));
            }
        }
        Ok(())
    }
}
