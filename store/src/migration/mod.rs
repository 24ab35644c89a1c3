//! Migrations: append-only, each in one transaction.
//!
//! A new version starts beside older ones that are still running, so a migration only ever *expands*: it adds tables,
//! indexes, and columns that may be absent or have a default. What is not used any more is taken away (it *contracts*)
//! by a later version, once no version that uses it can be running. Each file's head says which it does.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

mod m20261123_000001_create_tables;
mod m20261124_000002_create_oauth_tables;
mod m20261125_000003_share_nonces;
mod m20261125_000004_count_attempts;
mod m20261126_000005_index_statuses;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_tables::Migration),
            Box::new(m20261124_000002_create_oauth_tables::Migration),
            Box::new(m20261125_000003_share_nonces::Migration),
            Box::new(m20261125_000004_count_attempts::Migration),
            Box::new(m20261126_000005_index_statuses::Migration),
        ]
    }
}

/// Lets PostgreSQL compare and sort texts by their bytes, as SQLite does, whatever the database's own order is: lists,
/// cursors and searches are then the same on both.
async fn compare_bytes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(COMPARE_BYTES).await?;
    }
    Ok(())
}

const COMPARE_BYTES: &str = r#"
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name <> 'seaql_migrations'
               AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE "C"', one.table_name, one.column_name);
  END LOOP;
END $$"#;
