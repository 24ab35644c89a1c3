//! Nonces shared by several nodes, on PostgreSQL only: SQLite keeps its own table.
//!
//! Expands: nothing that an older node uses is changed.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr};

use crate::database::postgres::NONCES_LOCK;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    // A nonce is its second as eight big-endian bytes, then a hash, so nonces sort by time.
    transaction.execute_unprepared("CREATE TABLE shared_nonces (id bytea PRIMARY KEY)").await?;
    // Takes concatenated nonces. Each statement in the function sees what was committed before that statement began,
    // so once it has the lock, no node can forget what it inserts. Sorted, so that two nodes inserting the
    // same nonces cannot deadlock.
    let function = format!(
        "CREATE FUNCTION use_nonces(ids bytea, OUT fresh bytea, OUT newest_activity bigint, \
                                    OUT forgotten_until bigint) \
         LANGUAGE plpgsql AS $$ BEGIN \
           PERFORM pg_advisory_xact_lock_shared({NONCES_LOCK}); \
           SELECT until INTO forgotten_until FROM nonces_forgotten WHERE nonces_forgotten.id = 1; \
           WITH given AS ( \
             SELECT substring(ids FROM 24 * n + 1 FOR 24) AS nonce \
             FROM generate_series(0, length(ids) / 24 - 1) AS n \
           ), inserted AS ( \
             INSERT INTO shared_nonces (id) \
             SELECT nonce FROM given WHERE nonce >= int8send(forgotten_until + 1) ORDER BY nonce \
             ON CONFLICT DO NOTHING RETURNING shared_nonces.id \
           ) \
           SELECT coalesce(string_agg(inserted.id, ''::bytea), ''::bytea) INTO fresh FROM inserted; \
           SELECT coalesce(max(activity.id), 0) INTO newest_activity FROM activity; \
         END $$"
    );
    transaction.execute_unprepared(&function).await?;
    Ok(())
}
