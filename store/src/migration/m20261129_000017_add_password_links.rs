//! One-time links with which users set their password, and indexes for the pages of activity by author, action and time.
//!
//! Expands: an account without a password has an empty hash, which older nodes hold against no password, so that nobody
//! signs in with it there either.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr,
    sea_query::{ForeignKey, Index, Table},
};

use super::columns::{big_integer, blob};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Of a long activity the indexes take longer than a statement may otherwise.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    let password_links = Table::create()
        .table("password_links")
        .col(blob("token_hash").primary_key())
        .col(big_integer("user_id").unique_key())
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("password_links", "user_id").to("users", "id"))
        .to_owned();
    transaction.execute(&password_links).await?;
    for (name, column) in [("activity_by_actor", "actor"), ("activity_by_action", "action")] {
        let index = Index::create().name(name).table("activity").col(column).col("id").to_owned();
        transaction.execute(&index).await?;
    }
    let by_time = Index::create().name("activity_by_time").table("activity").col("at").col("id").to_owned();
    transaction.execute(&by_time).await?;
    Ok(())
}
