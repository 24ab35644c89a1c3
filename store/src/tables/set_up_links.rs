//! The one-time links that create the first administrator. There is one at most, and none beside an administrator.

use domain::{User, query::milliseconds};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set};
use time::OffsetDateTime;

use crate::{
    entity::set_up_link,
    error::StoreError,
    store::Store,
    tables::{
        activity::NewActivity,
        users::{self, Account, any_administrator, end_set_up_links},
    },
};

/// The table of set-up links.
#[derive(Clone, Copy, Debug)]
pub struct SetUpLinks<'a>(&'a Store);

impl Store {
    /// The table of set-up links.
    pub fn set_up_links(&self) -> SetUpLinks<'_> {
        SetUpLinks(self)
    }
}

impl SetUpLinks<'_> {
    /// Stores a link by the hash of its token, and deletes every other. Returns `false`, and stores nothing, if an
    /// administrator exists.
    pub async fn replace(self, token_hash: &[u8], now: OffsetDateTime) -> Result<bool, StoreError> {
        let change = self.0.begin().await?;
        if any_administrator(&change.transaction).await? {
            return Ok(false);
        }
        end_set_up_links(&change.transaction).await?;
        let row = set_up_link::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            created_at: Set(milliseconds(now)),
        };
        set_up_link::Entity::insert(row).exec(&change.transaction).await?;
        self.0.commit(change).await?;
        Ok(true)
    }

    /// Whether a link is valid: made after a time, unused, and no administrator exists.
    pub async fn is_valid(self, token_hash: &[u8], made_after: OffsetDateTime) -> Result<bool, StoreError> {
        is_valid(&self.0.read, token_hash, made_after).await
    }

    /// Uses a link to create the first administrator. Returns the account, or `None` if the link is not valid.
    pub async fn create_administrator(
        self,
        token_hash: &[u8],
        made_after: OffsetDateTime,
        user: &User,
        password_hash: &str,
        new: NewActivity,
    ) -> Result<Option<Account>, StoreError> {
        let mut change = self.0.begin().await?;
        if !is_valid(&change.transaction, token_hash, made_after).await? {
            return Ok(None);
        }
        let account = users::insert(&change.transaction, user, password_hash).await?;
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(Some(account))
    }
}

async fn is_valid(
    connection: &impl ConnectionTrait,
    token_hash: &[u8],
    made_after: OffsetDateTime,
) -> Result<bool, StoreError> {
    let link = set_up_link::Entity::find_by_id(token_hash.to_vec())
        .filter(set_up_link::Column::CreatedAt.gt(milliseconds(made_after)));
    Ok(link.one(connection).await?.is_some() && !any_administrator(connection).await?)
}
