//! Attempts in vain, such as wrong passwords, counted for all nodes together.
//!
//! Expands.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, blob},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let attempts = Table::create()
            .table("attempts")
            .col(blob("subject").primary_key())
            .col(big_integer("times"))
            .col(big_integer("latest"))
            .to_owned();
        manager.create_table(attempts).await?;
        let index = Index::create().name("attempts_latest").table("attempts").col("latest").to_owned();
        manager.create_index(index).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
