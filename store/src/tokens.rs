//! Token credentials at rest: who is signed in through a consumer, and revoking that.

use domain::{ConsumerKey, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Set,
};
use time::OffsetDateTime;

use crate::{Store, StoreError, entity::token_credentials};

/// Revokes every token of a consumer that still holds.
pub(crate) async fn revoke_all(
    transaction: &DatabaseTransaction,
    key: ConsumerKey,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    token_credentials::Entity::update_many()
        .set(token_credentials::ActiveModel {
            revoked_at: Set(Some(milliseconds(now))),
            ..Default::default()
        })
        .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
        .filter(token_credentials::Column::RevokedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}

impl Store {
    /// How many users (not tokens) are signed in through a consumer.
    pub async fn signed_in_users(&self, key: ConsumerKey, now: OffsetDateTime) -> Result<u64, StoreError> {
        let holds = Condition::any()
            .add(token_credentials::Column::ExpiresAt.is_null())
            .add(token_credentials::Column::ExpiresAt.gt(milliseconds(now)));
        Ok(token_credentials::Entity::find()
            .select_only()
            .column(token_credentials::Column::UserId)
            .distinct()
            .filter(token_credentials::Column::ConsumerKey.eq(key.to_string()))
            .filter(token_credentials::Column::RevokedAt.is_null())
            .filter(holds)
            .count(&self.read)
            .await?)
    }
}
