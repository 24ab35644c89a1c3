//! Nonces in PostgreSQL: one row each, so that the first node to insert one wins. The database function `use_nonces`
//! does it (`migration/m20261125_000003_share_nonces.rs`).

use std::{
    collections::HashSet,
    sync::atomic::{AtomicI64, Ordering},
};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _};

use crate::{
    database::postgres::NONCES_LOCK,
    error::StoreError,
    nonces::{
        Nonces,
        forgotten::FORGET_EVERY,
        nonce::{NONCE_BYTES, Nonce},
    },
};

impl Nonces<'_> {
    /// Records the new nonces; returns which ones were new, and the number of the newest activity.
    pub(super) async fn write_shared(
        self,
        nonces: &[Nonce],
        forgotten_until: &AtomicI64,
        too_old: i64,
    ) -> Result<(Vec<bool>, i64), StoreError> {
        let mut ids = Vec::with_capacity(nonces.len() * NONCE_BYTES);
        for nonce in nonces {
            nonce.write(&mut ids);
        }
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, USE, [ids.into()]);
        // Reads to the end, though there is one row: the first row arrives before the commit.
        let answers = self.0.nonce_writer.query_all_raw(statement).await?;
        let answer = answers.first().ok_or(StoreError::Unreadable("no answer about nonces"))?;
        let fresh: Vec<u8> = answer.try_get_by_index(0)?;
        let (newest_activity, until): (i64, i64) = (answer.try_get_by_index(1)?, answer.try_get_by_index(2)?);
        forgotten_until.fetch_max(until, Ordering::AcqRel);
        let mut fresh: HashSet<Nonce> = Nonce::read(&fresh).collect();
        // Of two equal nonces in a batch, the first one wins.
        let is_new = nonces.iter().map(|nonce| fresh.remove(nonce)).collect();
        if too_old >= until + FORGET_EVERY {
            self.forget_shared(forgotten_until, too_old).await?;
        }
        Ok((is_new, newest_activity))
    }

    /// Deletes the nonces up to a second, on every node.
    async fn forget_shared(self, forgotten_until: &AtomicI64, until: i64) -> Result<(), StoreError> {
        let run = |sql| Statement::from_sql_and_values(DbBackend::Postgres, sql, [until.into()]);
        let transaction = self.0.nonce_writer.begin().await?;
        // Waits for writers that use the old bound, and keeps others from starting before the new one is committed.
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({NONCES_LOCK})")).await?;
        transaction.execute_raw(run(FORGET)).await?;
        transaction.commit().await?;
        forgotten_until.fetch_max(until, Ordering::AcqRel);
        // Repeats of these are refused already, so the deletion need not hold the lock.
        self.0.nonce_writer.execute_raw(run(DELETE_OLD)).await?;
        Ok(())
    }
}

/// Durable by itself, as `postgres::DURABLE` has it: a nonce that a crash forgets is a replay.
const USE: &str = "SELECT fresh, newest_activity, forgotten_until \
                   FROM use_nonces($1), set_config('synchronous_commit', 'on', true)";
const FORGET: &str = "UPDATE nonces_forgotten SET until = greatest(until, $1) WHERE id = 1";
const DELETE_OLD: &str = "DELETE FROM shared_nonces WHERE id < int8send($1 + 1)";
