//! Consumers at rest: find, list, insert, save, delete. Each change appends its activity in the same transaction.

use domain::{Consumer, ConsumerKey, ConsumerName, ConsumerSecret, Cursor, Page, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use zeroize::Zeroizing;

use crate::{
    Store, StoreError,
    activity::{self, NewActivity, from_word, word},
    entity::consumer,
    time_from, tokens,
    vault::Sealed,
};

impl TryFrom<consumer::Model> for Consumer {
    type Error = StoreError;

    fn try_from(row: consumer::Model) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.key.parse().map_err(|_| StoreError::Unreadable("a consumer key"))?,
            name: ConsumerName::parse(&row.name).map_err(|_| StoreError::Unreadable("a consumer name"))?,
            status: from_word(row.status, "a status")?,
            trusted: row.trusted,
            callback_url: row.callback_url,
            rsa_public_key: row.rsa_public_key,
            created_at: time_from(row.created_at)?,
            created_by: row.created_by.into(),
            updated_at: time_from(row.updated_at)?,
            last_used_at: row.last_used_at.map(time_from).transpose()?,
            revision: row.revision,
        })
    }
}

/// The columns that an edit or decision may change.
fn changed_columns(consumer: &Consumer) -> consumer::ActiveModel {
    consumer::ActiveModel {
        name: Set(consumer.name.to_string()),
        status: Set(word(consumer.status)),
        trusted: Set(consumer.trusted),
        callback_url: Set(consumer.callback_url.clone()),
        rsa_public_key: Set(consumer.rsa_public_key.clone()),
        updated_at: Set(milliseconds(consumer.updated_at)),
        revision: Set(consumer.revision),
        ..Default::default()
    }
}

impl Store {
    /// The consumer with this key.
    pub async fn find_consumer(&self, key: ConsumerKey) -> Result<Option<Consumer>, StoreError> {
        let row = consumer::Entity::find_by_id(key.to_string()).one(&self.read).await?;
        row.map(Consumer::try_from).transpose()
    }

    /// The consumer's secret in the clear.
    pub async fn consumer_secret(&self, key: ConsumerKey) -> Result<Option<Zeroizing<String>>, StoreError> {
        let Some(row) = consumer::Entity::find_by_id(key.to_string()).one(&self.read).await? else {
            return Ok(None);
        };
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        self.vault.unseal(&row.key, &sealed).map(Some)
    }

    /// A page of consumers, newest first.
    pub async fn list_consumers(
        &self,
        after: Option<Cursor>,
        limit: u64,
    ) -> Result<Page<Consumer>, StoreError> {
        let mut query = consumer::Entity::find()
            .order_by_desc(consumer::Column::CreatedAt)
            .order_by_desc(consumer::Column::Key)
            .limit(limit);
        if let Some(Cursor { created_at_ms, key }) = after {
            let same_time = Condition::all()
                .add(consumer::Column::CreatedAt.eq(created_at_ms))
                .add(consumer::Column::Key.lt(key.to_string()));
            query = query
                .filter(Condition::any().add(consumer::Column::CreatedAt.lt(created_at_ms)).add(same_time));
        }
        let rows = query.all(&self.read).await?;
        let items = rows.into_iter().map(Consumer::try_from).collect::<Result<Vec<_>, _>>()?;
        let full = items.len() as u64 == limit;
        let next_cursor = items.last().filter(|_| full).map(|last| Cursor::from(last).to_string());
        let total = consumer::Entity::find().count(&self.read).await?;
        Ok(Page { items, next_cursor, total })
    }

    /// How many consumers have exactly this name.
    pub async fn consumers_named(&self, name: &ConsumerName) -> Result<u64, StoreError> {
        Ok(consumer::Entity::find()
            .filter(consumer::Column::Name.eq(name.as_str()))
            .count(&self.read)
            .await?)
    }

    /// Adds a consumer; gives the number of its activity.
    pub async fn insert_consumer(
        &self,
        consumer: &Consumer,
        secret: &ConsumerSecret,
        new: NewActivity,
    ) -> Result<i64, StoreError> {
        let key = consumer.key.to_string();
        let sealed = self.vault.seal(&key, secret.expose());
        let row = consumer::ActiveModel {
            key: Set(key),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            created_at: Set(milliseconds(consumer.created_at)),
            created_by: Set(consumer.created_by.to_string()),
            ..changed_columns(consumer)
        };
        let transaction = self.begin().await?;
        consumer::Entity::insert(row).exec(&transaction).await?;
        let id = activity::append(&transaction, new).await?;
        self.commit(transaction).await?;
        Ok(id)
    }

    /// Saves a changed consumer where it is still at the revision before; otherwise `Stale`.
    pub async fn save_consumer(
        &self,
        consumer: &Consumer,
        secret: Option<&ConsumerSecret>,
        sign_everybody_out: bool,
        new: NewActivity,
    ) -> Result<(), StoreError> {
        let key = consumer.key.to_string();
        let mut row = changed_columns(consumer);
        if let Some(secret) = secret {
            let sealed = self.vault.seal(&key, secret.expose());
            row.secret_key_id = Set(sealed.key_id);
            row.secret = Set(sealed.bytes);
        }
        let transaction = self.begin().await?;
        let saved = consumer::Entity::update_many()
            .set(row)
            .filter(consumer::Column::Key.eq(key))
            .filter(consumer::Column::Revision.eq(consumer.revision - 1))
            .exec(&transaction)
            .await?;
        if saved.rows_affected == 0 {
            return Err(StoreError::Stale);
        }
        if sign_everybody_out {
            tokens::revoke_all(&transaction, consumer.key, consumer.updated_at).await?;
        }
        activity::append(&transaction, new).await?;
        self.commit(transaction).await
    }

    /// Removes a consumer for good, and revokes its tokens, where it is still at the given revision; otherwise `Stale`.
    pub async fn delete_consumer(
        &self,
        consumer: &Consumer,
        now: time::OffsetDateTime,
        new: NewActivity,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        let deleted = consumer::Entity::delete_many()
            .filter(consumer::Column::Key.eq(consumer.key.to_string()))
            .filter(consumer::Column::Revision.eq(consumer.revision))
            .exec(&transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::Stale);
        }
        tokens::revoke_all(&transaction, consumer.key, now).await?;
        activity::append(&transaction, new).await?;
        self.commit(transaction).await
    }
}
