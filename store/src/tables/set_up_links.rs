//! The one-time links that create the first administrator; `users` has the use of one.

use domain::query::milliseconds;
use sea_orm::{EntityTrait as _, Set};
use time::OffsetDateTime;

use crate::{entity::set_up_link, error::StoreError, store::Store};

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
    /// Stores a link by the hash of its token.
    pub async fn insert(self, token_hash: &[u8], now: OffsetDateTime) -> Result<(), StoreError> {
        let change = self.0.begin().await?;
        let row = set_up_link::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            created_at: Set(milliseconds(now)),
        };
        set_up_link::Entity::insert(row).exec(&change.transaction).await?;
        self.0.commit(change).await
    }

    /// Whether a link exists and is unused.
    pub async fn has(self, token_hash: &[u8]) -> Result<bool, StoreError> {
        Ok(set_up_link::Entity::find_by_id(token_hash.to_vec()).one(&self.0.read).await?.is_some())
    }
}
