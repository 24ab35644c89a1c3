//! The keys of consumers that were removed, which nobody may bring along again; and which consumers have no shared secret.
//!
//! Expands: older nodes insert consumers without the new column, all of them with a secret. They do not note the keys that
//! they remove, whose lines of activity are looked at as well.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::{
    columns::{boolean, text},
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let has_secret = boolean("has_secret").default(true).take();
    transaction.execute(Table::alter().table("consumers").add_column(has_secret)).await?;
    let removed_keys = Table::create().table("removed_keys").col(text("key").primary_key()).to_owned();
    transaction.execute(&removed_keys).await?;
    compare_bytes(transaction).await?;
    transaction
        .execute_unprepared(
            "INSERT INTO removed_keys (key) SELECT DISTINCT consumer_key FROM activity \
             WHERE action = 'consumer_removed' AND consumer_key IS NOT NULL",
        )
        .await?;
    Ok(())
}
