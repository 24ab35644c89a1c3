//! The index of trigrams on PostgreSQL: an extension that not every role may create, so it is tried at each start, and
//! `latchkey check` says where it is missing. SQLite has its own.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

use crate::{database::values::number, error::StoreError};

/// Makes extension and index, or neither: what fails in the block is undone, and the transaction goes on. The extension may
/// stand in any schema.
const MAKE: &str = "\
DO $$ DECLARE place text; BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  SELECT quote_ident(nspname) INTO STRICT place
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm';
  EXECUTE 'CREATE INDEX consumer_texts_trigrams ON consumer_texts USING gin (text ' || place || '.gin_trgm_ops)';
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
  NULL;
END $$";

const EXISTS: &str = "SELECT count(*) FROM pg_indexes \
                      WHERE schemaname = current_schema() AND indexname = 'consumer_texts_trigrams'";

/// Makes the index unless it is there; without the right to do so it stays away.
pub(crate) async fn make(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    if are_indexed(transaction).await? {
        return Ok(());
    }
    // Of a million texts it takes longer than a statement may otherwise.
    transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    transaction.execute_unprepared(MAKE).await?;
    if !are_indexed(transaction).await? {
        tracing::warn!("searches are slower than they could be; `latchkey check` says why");
    }
    Ok(())
}

/// Whether searches have an index of trigrams.
pub(crate) async fn are_indexed(connection: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(connection.get_database_backend() != DbBackend::Postgres || number(connection, EXISTS).await? > 0)
}
