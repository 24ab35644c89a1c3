//! The users who are signed in through a consumer, by its token credentials. Never a token or its secret.

use std::collections::HashMap;

use domain::{ConsumerKey, Username};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use time::OffsetDateTime;

use crate::{
    database::values::nearest_time,
    entity::{token_credentials, user},
    error::StoreError,
    tables::{
        readable::{Row, ask_again, readable},
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
        let mut asked = limit;
        let mut users = loop {
            let (found, users) = self.readable_users(key, after, asked, now).await?;
            match ask_again(asked, found, users.len(), limit) {
                Some(more) => asked = more,
                None => break users,
            }
        };
        users.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(users)
    }

    /// How many of these users are found, and those of them that can be read.
    async fn readable_users(
        self,
        key: ConsumerKey,
        after: i64,
        limit: u64,
        now: OffsetDateTime,
    ) -> Result<(usize, Vec<SignedInUser>), StoreError> {
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
        let rows = user::Entity::find()
            .filter(user::Column::Id.is_in(tokens.iter().map(|(id, ..)| *id)))
            .into_model::<Row<user::Model>>()
            .all(&self.0.read)
            .await?;
        let accounts: Vec<Account> = readable(rows, &self.0.unreadable);
        let mut usernames: HashMap<i64, Username> =
            accounts.into_iter().map(|account| (account.id, account.user.username)).collect();
        let found = tokens.len();
        let users = tokens.into_iter().filter_map(|(id, since, last)| {
            let username = usernames.remove(&id)?;
            let last_used_at = last.map(nearest_time);
            Some(SignedInUser { id, username, since: nearest_time(since), last_used_at })
        });
        Ok((found, users.collect()))
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
