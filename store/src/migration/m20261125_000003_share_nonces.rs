//! Nonces that several nodes share: PostgreSQL alone; SQLite keeps its own way.
//!
//! Expands: nothing that an older node uses is changed.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr};

use crate::database::postgres::NONCES_LOCK;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    // A nonce is its second as eight bytes, highest first, then a hash: so they sort by time.
    transaction.execute_unprepared("CREATE TABLE shared_nonces (id bytea PRIMARY KEY)").await?;
    // Takes nonces one after the other as one text. Each statement in it sees what was committed before that
    // statement began, so after the lock nobody can have forgotten what is inserted below. Sorted: two nodes that
    // insert the same ones wait for each other, and never in a circle.
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
