//! Migrations: append-only, each in one transaction.

use sea_orm_migration::prelude::*;

mod m20261123_000001_create_tables;
mod m20261124_000002_create_oauth_tables;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_tables::Migration),
            Box::new(m20261124_000002_create_oauth_tables::Migration),
        ]
    }
}
