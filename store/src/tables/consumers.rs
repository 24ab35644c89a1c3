//! Consumers at rest: find, insert, save, delete. Each change appends its activity in the same transaction. Lists of them:
//! `list.rs`.

use std::mem;

use domain::{Actor, Consumer, ConsumerKey, ConsumerName, ConsumerSecret, query::milliseconds};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Set,
    prelude::Json,
};

use crate::{
    database::{
        looks::looks,
        values::{from_word, time_from, word},
    },
    entity::consumer,
    error::StoreError,
    store::Store,
    tables::{
        activity::NewActivity,
        details::{self, Details},
        readable::{Row, readable},
        removed_keys, texts, tokens,
    },
    vault::{Sealed, Secret},
};

impl TryFrom<consumer::Model> for Consumer {
    type Error = StoreError;

    fn try_from(mut row: consumer::Model) -> Result<Self, StoreError> {
        let status = from_word(mem::take(&mut row.status), "a status")?;
        let Details { owner, contact, note, functional_user, networks, ends_at, reason } =
            Details::take(&mut row, status)?;
        let times = u64::try_from(row.requested_times).unwrap_or_default();
        let created_by = Actor::from(row.created_by);
        let is_requested = created_by == Actor::Request;
        let others = row.other_callback_urls.unwrap_or_else(|| Json::Array(Vec::new()));
        let others = serde_json::from_value::<Vec<String>>(others);
        let resembles = row.resembles.as_deref().map(ConsumerName::kept).transpose();
        let consumer = Self {
            key: row.key.parse().map_err(|_| StoreError::Unreadable("a consumer key"))?,
            name: ConsumerName::kept(&row.name).map_err(|_| StoreError::Unreadable("a consumer name"))?,
            status,
            trusted: row.trusted,
            trusted_wished: row.trusted_wished,
            may_administer: row.may_administer,
            allow_oauth_1_0: row.allow_oauth_1_0,
            callback_url: row.callback_url,
            callback_urls: others.map_err(|_| StoreError::Unreadable("the callbacks of a consumer"))?,
            has_secret: row.has_secret,
            rsa_public_key: row.rsa_public_key,
            owner,
            contact,
            note,
            functional_user,
            networks,
            ends_at,
            // No decision sets one yet.
            disapproved_until: None,
            reason,
            created_at: time_from(row.created_at)?,
            created_by,
            updated_at: time_from(row.updated_at)?,
            last_used_at: row.last_used_at.map(time_from).transpose()?,
            requested_from: row.requested_from,
            // 0 in the row of a request that an older node has taken.
            requested_times: Ord::max(times, is_requested.into()),
            request_fingerprint: row.request_fingerprint,
            resembles: resembles.map_err(|_| StoreError::Unreadable("a consumer name"))?,
            revision: row.revision,
        };
        // An older node may have written it.
        Ok(consumer.with_possible_rights())
    }
}

/// The columns of a new consumer but for its key and secret.
pub(super) fn new_columns(consumer: &Consumer) -> consumer::ActiveModel {
    consumer::ActiveModel {
        created_at: Set(milliseconds(consumer.created_at)),
        created_by: Set(consumer.created_by.to_string()),
        trusted_wished: Set(consumer.trusted_wished),
        requested_from: Set(consumer.requested_from.clone()),
        requested_times: Set(consumer.requested_times.cast_signed()),
        ..changed_columns(consumer)
    }
}

/// The callbacks beside the first, as they are stored.
fn others(consumer: &Consumer) -> Option<Json> {
    let others: Vec<_> = consumer.other_callbacks().map(Json::from).collect();
    (!others.is_empty()).then_some(Json::Array(others))
}

/// The columns that an edit or decision may change.
///
/// Neither takes a wish away: a repetition of the request may have brought it after this consumer was read.
fn changed_columns(consumer: &Consumer) -> consumer::ActiveModel {
    consumer::ActiveModel {
        name: Set(consumer.name.as_str().to_owned()),
        name_looks: Set(Some(looks(consumer.name.as_str()))),
        status: Set(word(consumer.status)),
        trusted: Set(consumer.trusted),
        trusted_wished: if consumer.trusted_wished { Set(true) } else { NotSet },
        may_administer: Set(consumer.may_administer),
        allow_oauth_1_0: Set(consumer.allow_oauth_1_0),
        callback_url: Set(consumer.callback_url.clone()),
        other_callback_urls: Set(others(consumer)),
        has_secret: Set(consumer.has_secret),
        rsa_public_key: Set(consumer.rsa_public_key.clone()),
        request_fingerprint: Set(consumer.request_fingerprint.clone()),
        resembles: Set(consumer.resembles.as_ref().map(|name| name.as_str().to_owned())),
        updated_at: Set(milliseconds(consumer.updated_at)),
        revision: Set(consumer.revision),
        ..details::columns(consumer)
    }
}

/// The table of consumers.
#[derive(Clone, Copy, Debug)]
pub struct Consumers<'a>(pub(crate) &'a Store);

impl Store {
    /// The table of consumers.
    #[inline]
    pub fn consumers(&self) -> Consumers<'_> {
        Consumers(self)
    }
}

impl Consumers<'_> {
    /// The consumer with this key.
    pub async fn find(self, key: ConsumerKey) -> Result<Option<Consumer>, StoreError> {
        let row = consumer::Entity::find_by_id(key.to_string()).one(&self.0.read).await?;
        row.map(Consumer::try_from).transpose()
    }

    /// The consumers that have one of these keys, in no order. Some hundreds at once.
    pub async fn of_keys(self, keys: impl Iterator<Item = &str>) -> Result<Vec<Consumer>, StoreError> {
        let rows = consumer::Entity::find()
            .filter(consumer::Column::Key.is_in(keys))
            .into_model::<Row<consumer::Model>>()
            .all(&self.0.read)
            .await?;
        Ok(readable(rows, &self.0.unreadable))
    }

    /// The consumer's secret in clear text.
    pub async fn secret(self, key: ConsumerKey) -> Result<Option<Secret>, StoreError> {
        let Some(row) = consumer::Entity::find_by_id(key.to_string()).one(&self.0.read).await? else {
            return Ok(None);
        };
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        self.0.vault.unseal(&row.key, &sealed).map(Some)
    }

    /// How many consumers have this name or one that looks like it.
    pub async fn count_alike(self, name: &ConsumerName, but: Option<ConsumerKey>) -> Result<u64, StoreError> {
        let alike = consumer::Entity::find().filter(consumer::Column::NameLooks.eq(looks(name.as_str())));
        let alike = match but {
            Some(key) => alike.filter(consumer::Column::Key.ne(key.to_string())),
            None => alike,
        };
        Ok(alike.count(&self.0.read).await?)
    }

    /// Inserts a consumer, unless its key is taken (`KeyTaken`); returns the number of its activity line.
    ///
    /// Each has a secret in the database, also one that is not to sign with any: earlier versions expect it.
    pub async fn insert(
        self,
        consumer: &Consumer,
        secret: &ConsumerSecret,
        new: NewActivity,
    ) -> Result<i64, StoreError> {
        let key = consumer.key.to_string();
        let mut change = self.0.begin().await?;
        if removed_keys::is_taken(&change.transaction, &key).await? {
            return Err(StoreError::KeyTaken);
        }
        let sealed = change.seal(&self.0.vault, &key, secret.expose()).await?;
        let row = consumer::ActiveModel {
            key: Set(key),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            ..new_columns(consumer)
        };
        consumer::Entity::insert(row).exec(&change.transaction).await?;
        texts::write(&change.transaction, consumer).await?;
        let id = change.append(new).await?;
        self.0.commit(change).await?;
        Ok(id)
    }

    /// Saves a changed consumer if its row is still at the previous revision; otherwise `Stale`.
    pub async fn save(
        self,
        consumer: &Consumer,
        secret: Option<&ConsumerSecret>,
        sign_everybody_out: bool,
        new: NewActivity,
    ) -> Result<(), StoreError> {
        let key = consumer.key.to_string();
        let mut row = changed_columns(consumer);
        let mut change = self.0.begin().await?;
        if let Some(secret) = secret {
            let sealed = change.seal(&self.0.vault, &key, secret.expose()).await?;
            row.secret_key_id = Set(sealed.key_id);
            row.secret = Set(sealed.bytes);
            // It is of the secret that was asked for.
            row.request_digest = Set(None);
        }
        let saved = consumer::Entity::update_many()
            .set(row)
            .filter(consumer::Column::Key.eq(key))
            .filter(consumer::Column::Revision.eq(consumer.revision - 1))
            .exec(&change.transaction)
            .await?;
        if saved.rows_affected == 0 {
            return Err(StoreError::Stale);
        }
        texts::write(&change.transaction, consumer).await?;
        if sign_everybody_out {
            tokens::revoke_all(&change.transaction, consumer.key, consumer.updated_at).await?;
        }
        change.append(new).await?;
        self.0.commit(change).await
    }

    /// Deletes a consumer for good and revokes its tokens, if its row is still at the given revision; otherwise
    /// `Stale`.
    pub async fn delete(
        self,
        consumer: &Consumer,
        now: time::OffsetDateTime,
        new: NewActivity,
    ) -> Result<(), StoreError> {
        let key = consumer.key.to_string();
        let mut change = self.0.begin().await?;
        let deleted = consumer::Entity::delete_many()
            .filter(consumer::Column::Key.eq(&*key))
            .filter(consumer::Column::Revision.eq(consumer.revision))
            .exec(&change.transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::Stale);
        }
        removed_keys::note(&change.transaction, &key).await?;
        tokens::revoke_all(&change.transaction, consumer.key, now).await?;
        change.append(new).await?;
        self.0.commit(change).await
    }
}
