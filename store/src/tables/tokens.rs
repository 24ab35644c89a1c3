//! Token credentials at rest (RFC 5849 section 2.3): which users a consumer acts for, and revoking that.

use std::collections::HashMap;

use domain::{Action, Consumer, ConsumerKey, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Set,
};
use time::OffsetDateTime;

use crate::{
    database::values::{nearest_time, word},
    entity::{consumer, temporary_credentials, token_credentials},
    error::StoreError,
    store::{Change, Store},
    tables::{
        activity::{By, NewActivity},
        readable::{Row, readable},
        state::State,
    },
    vault::{Secret, Vault},
};

/// Token credentials to store.
#[derive(Debug)]
pub struct NewToken {
    /// The identifier.
    pub token: String,
    /// The secret that the consumer signs with, besides its own.
    pub secret: Secret,
    /// The consumer that holds them.
    pub consumer_key: ConsumerKey,
    /// The user for whom they act.
    pub user_id: i64,
    /// When they were issued.
    pub created_at: OffsetDateTime,
    /// When they expire; `None`: not before they are revoked.
    pub expires_at: Option<OffsetDateTime>,
}

/// A consumer's access on behalf of a user.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// The consumer.
    pub consumer: Consumer,
    /// When access was first granted.
    pub since: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
}

pub(crate) async fn insert(change: &Change, vault: &Vault, new: NewToken) -> Result<(), StoreError> {
    let sealed = change.seal(vault, &new.token, new.secret.expose()).await?;
    let row = token_credentials::ActiveModel {
        token: Set(new.token),
        secret_key_id: Set(sealed.key_id),
        secret: Set(sealed.bytes),
        consumer_key: Set(new.consumer_key.to_string()),
        user_id: Set(new.user_id),
        created_at: Set(milliseconds(new.created_at)),
        expires_at: Set(new.expires_at.map(milliseconds)),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    token_credentials::Entity::insert(row).exec(&change.transaction).await?;
    Ok(())
}

/// The condition for tokens that are valid at a time.
pub(super) fn holding(now: OffsetDateTime) -> Condition {
    let unexpired = Condition::any()
        .add(token_credentials::Column::ExpiresAt.is_null())
        .add(token_credentials::Column::ExpiresAt.gt(milliseconds(now)));
    Condition::all().add(token_credentials::Column::RevokedAt.is_null()).add(unexpired)
}

fn revoked(now: OffsetDateTime) -> token_credentials::ActiveModel {
    token_credentials::ActiveModel { revoked_at: Set(Some(milliseconds(now))), ..Default::default() }
}

/// Revokes all of a consumer's token credentials, and its temporary ones that are not exchanged yet.
pub(crate) async fn revoke_all(
    transaction: &DatabaseTransaction,
    key: ConsumerKey,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    token_credentials::Entity::update_many()
        .set(revoked(now))
        .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
        .filter(token_credentials::Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    let open = [State::Undecided, State::Allowed].map(word);
    temporary_credentials::Entity::update_many()
        .set(temporary_credentials::ActiveModel { state: Set(word(State::Revoked)), ..Default::default() })
        .filter(temporary_credentials::Column::ConsumerKey.eq(key.to_string()))
        .filter(temporary_credentials::Column::State.is_in(open))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Revokes a single token; returns `false` if it was not valid any more.
pub(super) async fn revoke_one(
    transaction: &DatabaseTransaction,
    token: &str,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = token_credentials::Entity::update_many()
        .set(revoked(now))
        .filter(token_credentials::Column::Token.eq(token))
        .filter(holding(now))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The table of token credentials.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a>(pub(super) &'a Store);

impl Store {
    /// The table of token credentials.
    #[inline]
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self)
    }
}

impl Tokens<'_> {
    /// How many users (not tokens) a consumer acts for.
    pub async fn count_users(self, keys: &[ConsumerKey], now: OffsetDateTime) -> Result<u64, StoreError> {
        Ok(token_credentials::Entity::find()
            .select_only()
            .column(token_credentials::Column::UserId)
            .distinct()
            .filter(token_credentials::Column::ConsumerKey.is_in(keys.iter().map(ToString::to_string)))
            .filter(holding(now))
            .count(&self.0.read)
            .await?)
    }

    /// The consumers that may act for a user, by name.
    pub async fn authorizations(
        self,
        user_id: i64,
        now: OffsetDateTime,
    ) -> Result<Vec<Authorization>, StoreError> {
        let tokens = token_credentials::Entity::find()
            .filter(token_credentials::Column::UserId.eq(user_id))
            .filter(holding(now))
            .all(&self.0.read)
            .await?;
        let mut by_consumer = HashMap::new();
        for token in tokens {
            let (since, last) = by_consumer.entry(token.consumer_key).or_insert((token.created_at, None));
            *since = token.created_at.min(*since);
            *last = token.last_used_at.max(*last);
        }
        let rows = consumer::Entity::find()
            .filter(consumer::Column::Key.is_in(by_consumer.keys()))
            .into_model::<Row<consumer::Model>>()
            .all(&self.0.read)
            .await?;
        let consumers: Vec<Consumer> = readable(rows, &self.0.unreadable);
        let mut authorizations = Vec::with_capacity(consumers.len());
        for consumer in consumers {
            let (since, last) = by_consumer[consumer.key.as_str()];
            authorizations.push(Authorization {
                consumer,
                since: nearest_time(since),
                last_used_at: last.map(nearest_time),
            });
        }
        authorizations.sort_by_key(|one| (one.consumer.name.as_str().to_lowercase(), one.consumer.key));
        Ok(authorizations)
    }

    /// Whether a consumer's access on behalf of a user was revoked, and no valid token is left.
    pub async fn is_revoked(
        self,
        user_id: i64,
        key: ConsumerKey,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let tokens = token_credentials::Entity::find()
            .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
            .filter(token_credentials::Column::UserId.eq(user_id));
        let held = tokens.clone().filter(token_credentials::Column::RevokedAt.is_not_null());
        Ok(held.count(&self.0.read).await? > 0 && tokens.filter(holding(now)).count(&self.0.read).await? == 0)
    }

    /// Revokes a consumer's access on behalf of a user; returns `false` if it had none.
    pub async fn revoke(
        self,
        user_id: i64,
        key: ConsumerKey,
        now: OffsetDateTime,
        new: NewActivity,
    ) -> Result<bool, StoreError> {
        let mut change = self.0.begin().await?;
        if !revoke(&change.transaction, user_id, key, now).await? {
            return Ok(false);
        }
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(true)
    }
}

/// Revokes a consumer's access on behalf of a user; returns `false` if it had none.
async fn revoke(
    transaction: &DatabaseTransaction,
    user_id: i64,
    key: ConsumerKey,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let tokens = token_credentials::Entity::update_many()
        .set(revoked(now))
        .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
        .filter(token_credentials::Column::UserId.eq(user_id))
        // Expired ones as well: another machine's clock may say that they are not.
        .filter(token_credentials::Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    // Also what the user allowed a moment ago and was not exchanged yet.
    let allowed = temporary_credentials::Entity::update_many()
        .set(temporary_credentials::ActiveModel { state: Set(word(State::Revoked)), ..Default::default() })
        .filter(temporary_credentials::Column::ConsumerKey.eq(key.to_string()))
        .filter(allowed_by(user_id))
        .exec(transaction)
        .await?;
    Ok(tokens.rows_affected + allowed.rows_affected > 0)
}

fn allowed_by(user_id: i64) -> Condition {
    Condition::all()
        .add(temporary_credentials::Column::UserId.eq(user_id))
        .add(temporary_credentials::Column::State.eq(word(State::Allowed)))
}

/// Revokes every consumer's access on behalf of a user, with a line for each of them: by these lines every node evicts
/// the cached tokens.
pub(super) async fn revoke_all_for(change: &mut Change, user_id: i64, by: &By) -> Result<(), StoreError> {
    let tokens = token_credentials::Entity::find()
        .filter(token_credentials::Column::UserId.eq(user_id))
        .filter(token_credentials::Column::RevokedAt.is_null())
        .all(&change.transaction)
        .await?;
    let allowed =
        temporary_credentials::Entity::find().filter(allowed_by(user_id)).all(&change.transaction).await?;
    let mut keys: Vec<String> = tokens.into_iter().map(|row| row.consumer_key).collect();
    keys.extend(allowed.into_iter().map(|row| row.consumer_key));
    keys.sort();
    keys.dedup();
    for key in keys {
        let key = key.parse().map_err(|_| StoreError::Unreadable("a consumer key"))?;
        revoke(&change.transaction, user_id, key, by.at).await?;
        change.append(NewActivity::access(by.clone(), Action::TokensRevoked, key)).await?;
    }
    Ok(())
}
