//! An index of each consumer's activity, newest last: its panel shows the newest lines, however many there are.
//!
//! Expands.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, sea_query::Index};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Of a long activity the index takes longer than a statement may otherwise.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    let mut index = Index::create();
    index.name("activity_consumer_key_id").if_not_exists().table("activity").col("consumer_key").col("id");
    transaction.execute(&index).await?;
    Ok(())
}
