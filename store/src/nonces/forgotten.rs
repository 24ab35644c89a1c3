//! Up to which second nonces are deleted: requests with such a timestamp are refused, whatever the clock says.

use std::sync::atomic::{AtomicI64, Ordering};

use sea_orm::{ConnectionTrait, Statement};

use crate::{database::values::number, error::StoreError, nonces::Nonces};

/// Marks a copy that no server has used: the bound is not known yet. The last second of year 9999, so that every
/// request is too old until it is.
const RESTORED: i64 = 253_402_300_799;

/// Old nonces are deleted in steps of this many seconds.
pub(super) const FORGET_EVERY: i64 = 5;

impl<'a> Nonces<'a> {
    /// The second up to which nonces are deleted: requests with such a timestamp must be refused, even if the clock has
    /// changed since.
    pub async fn forgotten_until(self) -> Result<i64, StoreError> {
        Ok(self.bound().await?.load(Ordering::Acquire))
    }

    /// On a database restored from a backup, treats every nonce up to the second `until` as used, and returns `true`.
    /// Must run before the first signed request is answered.
    pub async fn forget_where_restored(self, until: i64) -> Result<bool, StoreError> {
        let change = self.0.begin().await?;
        let values = [until.into(), RESTORED.into()];
        let forget = Statement::from_sql_and_values(self.0.backend(), FORGET_WHERE_RESTORED, values);
        let is_restored = change.transaction.execute_raw(forget).await?.rows_affected() > 0;
        self.0.commit(change).await?;
        Ok(is_restored)
    }

    pub(super) async fn bound(self) -> Result<&'a AtomicI64, StoreError> {
        if let Some(known) = self.0.nonce_queue.forgotten_until.get() {
            return Ok(known);
        }
        let read = async || Ok(AtomicI64::new(number(&self.0.read, FORGOTTEN_UNTIL).await?));
        Box::pin(self.0.nonce_queue.forgotten_until.get_or_try_init(read)).await
    }
}

/// Whether the database is a copy that no server has used yet.
pub(crate) async fn is_restored(connection: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(number(connection, FORGOTTEN_UNTIL).await? == RESTORED)
}

/// Marks a copy of the database: it lacks the nonces that are accepted after it was made.
pub(crate) async fn mark_restored(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    connection.execute_unprepared(&format!("UPDATE nonces_forgotten SET until = {RESTORED}")).await?;
    Ok(())
}

pub(super) const FORGOTTEN_UNTIL: &str = "SELECT until FROM nonces_forgotten WHERE id = 1";
const FORGET_WHERE_RESTORED: &str = "UPDATE nonces_forgotten SET until = $1 WHERE id = 1 AND until = $2";
