//! Nonces in SQLite: many to a row, appended. Whether one is new is known in memory, which has read every row there is: a
//! row of another process shows as a gap before the next one of ours.

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
        forgotten::{FORGET_EVERY, FORGOTTEN_UNTIL},
        known::Known,
        nonce::{NONCE_BYTES, Nonce},
    },
    store::Store,
};

impl Store {
    /// Records those that are new in one row; gives which they were, and the number of the newest activity.
    pub(super) async fn write_row(
        &self,
        nonces: &[Nonce],
        forgotten_until: &AtomicI64,
        too_old: i64,
    ) -> Result<(Vec<bool>, i64), StoreError> {
        let mut known = self.nonces.known.lock().await;
        if known.last_row.is_none() {
            self.read_rows(&mut known, forgotten_until, 0, i64::MAX).await?;
        }
        let until = forgotten_until.load(Ordering::Acquire);
        let mut row = Vec::with_capacity(nonces.len() * NONCE_BYTES);
        let mut in_row = HashSet::with_capacity_and_hasher(nonces.len(), RandomState::default());
        let mut newest = 0;
        let mut is_new: Vec<bool> = Vec::with_capacity(nonces.len());
        for nonce in nonces {
            // Of two alike in one batch, the one that came first has it.
            let new = nonce.timestamp > until && !known.has(nonce) && in_row.insert(nonce);
            if new {
                nonce.write(&mut row);
                newest = nonce.timestamp.max(newest);
            }
            is_new.push(new);
        }
        if row.is_empty() {
            // Nobody is told yes, so nobody has to know what else happened.
            return Ok((is_new, 0));
        }
        let last_row = known.last_row.unwrap_or(0);
        let insert = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            INSERT,
            [Value::from(newest), Value::from(row)],
        );
        // Every row, though there is one: where one is asked for, sqlx does not look whether it could be committed.
        let rows = self.nonce_writer.query_all_raw(insert).await?;
        let answer = rows.first().ok_or(StoreError::Unreadable("no row of nonces"))?;
        let (id, newest_activity): (i64, i64) = (answer.try_get_by_index(0)?, answer.try_get_by_index(1)?);
        if id != last_row + 1 {
            // Another process has written in between, and what it wrote came first.
            self.read_rows(&mut known, forgotten_until, last_row, id).await?;
        }
        let until = forgotten_until.load(Ordering::Acquire);
        for (nonce, new) in nonces.iter().zip(&mut is_new) {
            *new = *new && nonce.timestamp > until && known.add(nonce);
        }
        known.last_row = Some(id);
        if too_old >= until + FORGET_EVERY {
            self.forget(forgotten_until, too_old).await?;
            known.forget(too_old);
        }
        Ok((is_new, newest_activity))
    }

    /// Reads what other processes, earlier or at the same time, have written between two rows.
    async fn read_rows(
        &self,
        known: &mut Known,
        forgotten_until: &AtomicI64,
        after: i64,
        before: i64,
    ) -> Result<(), StoreError> {
        let mut after = after;
        loop {
            let values = [Value::from(after), Value::from(before)];
            let some = Statement::from_sql_and_values(DbBackend::Sqlite, ROWS_BETWEEN, values);
            let rows = self.nonce_writer.query_all_raw(some).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get_by_index(0)?;
            for row in &rows {
                let ids: Vec<u8> = row.try_get_by_index(1)?;
                Nonce::read(&ids).for_each(|nonce| _ = known.add(&nonce));
            }
        }
        known.last_row = Some(after);
        // After the rows: what was forgotten before they could be read is refused by its second.
        let until = number(&self.nonce_writer, FORGOTTEN_UNTIL).await?;
        known.forget(forgotten_until.fetch_max(until, Ordering::AcqRel).max(until));
        Ok(())
    }

    /// Forgets a second and those before it. The newest row stays, since rows are numbered after it.
    async fn forget(&self, forgotten_until: &AtomicI64, until: i64) -> Result<(), StoreError> {
        // First of all: from here on their requests are refused, so that none slips in between.
        forgotten_until.fetch_max(until, Ordering::AcqRel);
        let transaction = self.nonce_writer.begin_with_options(immediate()).await?;
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
/// Rows are nearly in the order of their seconds: everything before the first that is still needed.
const DELETE_OLD: &str = "DELETE FROM nonces WHERE id < (SELECT min(id) FROM nonces WHERE newest > $1)";
