//! Failed attempts, such as wrong passwords, counted for all nodes together.
//!
//! Expands.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr,
    sea_query::{Index, Table},
};

use super::columns::{big_integer, blob};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let attempts = Table::create()
        .table("attempts")
        .col(blob("subject").primary_key())
        .col(big_integer("times"))
        .col(big_integer("latest"))
        .to_owned();
    transaction.execute(&attempts).await?;
    let index = Index::create().name("attempts_latest").table("attempts").col("latest").to_owned();
    transaction.execute(&index).await?;
    Ok(())
}
