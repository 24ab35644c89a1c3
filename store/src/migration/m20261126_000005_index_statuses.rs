//! An index of consumers by status: each key request counts the pending ones, and needs no sign-in.
//!
//! Expands.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Index};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name("consumers_status_created_by").table("consumers").col("status").col("created_by");
    transaction.execute(&index).await?;
    Ok(())
}
