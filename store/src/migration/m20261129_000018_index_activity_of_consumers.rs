//! An index of each consumer's activity, newest last: its panel shows the newest lines, however many there are.
//!
//! Expands.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Index};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name("activity_consumer_key_id").if_not_exists().table("activity").col("consumer_key").col("id");
    transaction.execute(&index).await?;
    Ok(())
}
