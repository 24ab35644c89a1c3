//! Which keys are taken: those of consumers, and for good those of consumers that were removed, also when their activity
//! was pruned.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Set,
};

use crate::{
    entity::{activity, consumer, removed_key},
    error::StoreError,
};

/// Notes the key of a consumer that is removed in this transaction.
pub(super) async fn note(transaction: &DatabaseTransaction, key: &str) -> Result<(), StoreError> {
    let row = removed_key::ActiveModel { key: Set(key.to_owned()) };
    removed_key::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Whether a consumer has the key, or had it.
pub(super) async fn is_taken(transaction: &DatabaseTransaction, key: &str) -> Result<bool, StoreError> {
    if consumer::Entity::find_by_id(key).count(transaction).await? > 0
        || removed_key::Entity::find_by_id(key).count(transaction).await? > 0
    {
        return Ok(true);
    }
    // An older node notes nothing else.
    let lines = activity::Entity::find().filter(activity::Column::ConsumerKey.eq(key));
    Ok(lines.count(transaction).await? > 0)
}
