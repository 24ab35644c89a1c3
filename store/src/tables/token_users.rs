//! The users who are signed in through a consumer, by its token credentials. Never a token or its secret.

use std::collections::HashMap;

use domain::{ConsumerKey, Username};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use time::OffsetDateTime;

use crate::{
    database::values::time_from,
    entity::{token_credentials, user},
    error::StoreError,
    tables::{
        tokens::{Tokens, holding},
        users::Account,
    },
};

/// A user for whom a consumer acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInUser {
    /// The number of the account, after which the next page goes on.
    pub id: i64,
    /// The account.
    pub username: Username,
    /// When the first of the valid tokens was issued.
    pub since: OffsetDateTime,
    /// When one of them was last used.
    pub last_used_at: Option<OffsetDateTime>,
}

impl Tokens<'_> {
    /// Up to `limit` users for whom a consumer acts, by the numbers of their accounts, after one of these.
    pub async fn users(
        self,
        key: ConsumerKey,
        after: i64,
        limit: u64,
        now: OffsetDateTime,
    ) -> Result<Vec<SignedInUser>, StoreError> {
        let tokens: Vec<(i64, i64, Option<i64>)> = token_credentials::Entity::find()
            .select_only()
            .column(token_credentials::Column::UserId)
            .column_as(token_credentials::Column::CreatedAt.min(), "since")
            .column_as(token_credentials::Column::LastUsedAt.max(), "last")
            .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
            .filter(token_credentials::Column::UserId.gt(after))
            .filter(holding(now))
            .group_by(token_credentials::Column::UserId)
            .order_by_asc(token_credentials::Column::UserId)
            .limit(limit)
            .into_tuple()
            .all(&self.0.read)
            .await?;
        let accounts = user::Entity::find()
            .filter(user::Column::Id.is_in(tokens.iter().map(|(id, ..)| *id)))
            .all(&self.0.read)
            .await?;
        let mut usernames = HashMap::with_capacity(accounts.len());
        for row in accounts {
            let Account { id, user, .. } = row.try_into()?;
            usernames.insert(id, user.username);
        }
        let mut users = Vec::with_capacity(tokens.len());
        for (id, since, last) in tokens {
            let username = usernames.remove(&id).ok_or(StoreError::Unreadable("the user of a token"))?;
            let last_used_at = last.map(time_from).transpose()?;
            users.push(SignedInUser { id, username, since: time_from(since)?, last_used_at });
        }
        Ok(users)
    }

    /// How many users there are after one of these.
    pub async fn count_users_after(
        self,
        key: ConsumerKey,
        after: i64,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        Ok(token_credentials::Entity::find()
            .select_only()
            .column(token_credentials::Column::UserId)
            .distinct()
            .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
            .filter(token_credentials::Column::UserId.gt(after))
            .filter(holding(now))
            .count(&self.0.read)
            .await?)
    }
}
