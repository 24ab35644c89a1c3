//! Makes PostgreSQL compare and sort texts by their bytes, as SQLite does, whatever the database's collation: lists,
//! cursors and searches then behave the same on both.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr};

/// Applies to every text column that exists so far.
pub(super) async fn compare_bytes(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(COMPARE_BYTES).await?;
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
