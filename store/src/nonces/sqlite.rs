//! Nonces in SQLite: many to a row, append-only. Whether one is new is decided in memory, where every row was read: a
//! gap before our next row shows that another process wrote one.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicI64, Ordering},
};

use foldhash::fast::RandomState;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, TransactionTrait as _, Value};

use crate::{
    database::{sqlite::immediate, values::number},
    error::StoreError,
    nonces::{
        Nonces,
        forgotten::{FORGET_EVERY, FORGOTTEN_UNTIL},
        nonce::{NONCE_BYTES, Nonce},
        seen::Seen,
    },
};

impl Nonces<'_> {
    /// Records the new nonces in one row; returns which ones were new, and the number of the newest activity.
    pub(super) async fn write_row(
        self,
        nonces: &[Nonce],
        forgotten_until: &AtomicI64,
        too_old: i64,
    ) -> Result<(Vec<bool>, i64), StoreError> {
        let mut seen = self.0.nonce_queue.seen.lock().await;
        if seen.last_row.is_none() {
            self.read_rows(&mut seen, forgotten_until, 0, i64::MAX).await?;
        }
        let until = forgotten_until.load(Ordering::Acquire);
        let mut row = Vec::with_capacity(nonces.len() * NONCE_BYTES);
        let mut in_row = HashSet::with_capacity_and_hasher(nonces.len(), RandomState::default());
        let mut newest = 0;
        let mut is_new: Vec<bool> = Vec::with_capacity(nonces.len());
        for nonce in nonces {
            // Of two equal nonces in a batch, the first one wins.
            let new = nonce.timestamp > until && !seen.has(nonce) && in_row.insert(nonce);
            if new {
                nonce.write(&mut row);
                newest = nonce.timestamp.max(newest);
            }
            is_new.push(new);
        }
        if row.is_empty() {
            // No request is accepted, so the caller does not need the newest activity.
            return Ok((is_new, 0));
        }
        let last_row = seen.last_row.unwrap_or(0);
        let insert = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            INSERT,
            [Value::from(newest), Value::from(row)],
        );
        // Reads to the end, though there is one row: if only one is asked for, sqlx does not report a failed commit.
        let rows = self.0.nonce_writer.query_all_raw(insert).await?;
        let answer = rows.first().ok_or(StoreError::Unreadable("no row of nonces"))?;
        let (id, newest_activity): (i64, i64) = (answer.try_get_by_index(0)?, answer.try_get_by_index(1)?);
        if id != last_row + 1 {
            // Another process wrote in between, and its rows win.
            self.read_rows(&mut seen, forgotten_until, last_row, id).await?;
        }
        let until = forgotten_until.load(Ordering::Acquire);
        for (nonce, new) in nonces.iter().zip(&mut is_new) {
            *new = *new && nonce.timestamp > until && seen.add(nonce);
        }
        seen.last_row = Some(id);
        if too_old >= until + FORGET_EVERY {
            self.forget(forgotten_until, too_old).await?;
            seen.forget(too_old);
        }
        Ok((is_new, newest_activity))
    }

    /// Reads the rows between two row numbers, which other processes wrote.
    async fn read_rows(
        self,
        seen: &mut Seen,
        forgotten_until: &AtomicI64,
        after: i64,
        before: i64,
    ) -> Result<(), StoreError> {
        let mut after = after;
        loop {
            let values = [Value::from(after), Value::from(before)];
            let between = Statement::from_sql_and_values(DbBackend::Sqlite, ROWS_BETWEEN, values);
            let rows = self.0.nonce_writer.query_all_raw(between).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get_by_index(0)?;
            for row in &rows {
                let ids: Vec<u8> = row.try_get_by_index(1)?;
                Nonce::read(&ids).for_each(|nonce| _ = seen.add(&nonce));
            }
        }
        seen.last_row = Some(after);
        // After the rows: nonces deleted before they could be read are refused by their second.
        let until = number(&self.0.nonce_writer, FORGOTTEN_UNTIL).await?;
        seen.forget(forgotten_until.fetch_max(until, Ordering::AcqRel).max(until));
        Ok(())
    }

    /// Deletes the nonces up to a second. The newest row stays, since rows are numbered after it.
    async fn forget(self, forgotten_until: &AtomicI64, until: i64) -> Result<(), StoreError> {
        // Before anything is deleted, so that from here on their requests are refused.
        forgotten_until.fetch_max(until, Ordering::AcqRel);
        let transaction = self.0.nonce_writer.begin_with_options(immediate()).await?;
        for sql in [FORGET, DELETE_OLD] {
            let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [until.into()]);
            transaction.execute_raw(statement).await?;
        }
        Ok(transaction.commit().await?)
    }
}

const INSERT: &str = "INSERT INTO nonces (newest, ids) VALUES ($1, $2) \
                      RETURNING id, (SELECT coalesce(max(id), 0) FROM activity)";
const ROWS_BETWEEN: &str = "SELECT id, ids FROM nonces WHERE id > $1 AND id < $2 ORDER BY id LIMIT 1000";
const FORGET: &str = "UPDATE nonces_forgotten SET until = max(until, $1) WHERE id = 1";
/// Rows are nearly sorted by second: deletes those before the first that is still needed.
const DELETE_OLD: &str = "DELETE FROM nonces WHERE id < (SELECT min(id) FROM nonces WHERE newest > $1)";
