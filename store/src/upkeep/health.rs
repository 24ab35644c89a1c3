//! The database part of `latchkey check`.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::{
    database::{postgres, values::has_table},
    error::StoreError,
    nonces::forgotten::is_restored,
    store::Store,
    tables::{
        activity::newest,
        counts::{Counted, counted},
    },
    upkeep::{trigrams::are_indexed, unreadable::UnreadableRow},
};

/// What `latchkey check` reports about the database.
#[derive(Debug)]
pub struct Health {
    /// The result of SQLite's `PRAGMA integrity_check`: `ok`, or the first problem. PostgreSQL checks itself.
    pub integrity: String,
    /// When the newest activity happened.
    pub newest_activity: Option<time::OffsetDateTime>,
    /// The number of the newest activity.
    pub newest_line: Option<i64>,
    /// Whether the database was restored from a backup and no server has used it since.
    pub is_restored: bool,
    /// What views of the consumers are answered from; `None` before the migration that makes it.
    pub views: Option<Views>,
    /// The consumers and users that this version cannot read.
    pub unreadable: Vec<UnreadableRow>,
}

/// What views of the consumers are answered from.
#[derive(Clone, Copy, Debug)]
pub struct Views {
    /// The kept counts beside those of the rows.
    pub counted: Counted,
    /// Whether searches have an index of trigrams.
    pub has_trigrams: bool,
}

impl Store {
    /// Checks the whole database for damage, which takes longer the larger it is, and whether its role may write to it.
    pub async fn health(&self) -> Result<Health, StoreError> {
        if self.is_shared() {
            let checked = postgres::refuse_without_rights(&self.read).await;
            checked.map_err(|error| error.at(&self.location.to_string()))?;
        }
        let question = match self.backend() {
            DbBackend::Sqlite => "PRAGMA integrity_check(1)",
            _ => "SELECT 'ok'",
        };
        let statement = Statement::from_string(self.backend(), question);
        let row =
            self.read.query_one_raw(statement).await?.ok_or(StoreError::Unreadable("no integrity check"))?;
        let newest = newest(&self.read).await?;
        let newest_line = newest.as_ref().map(|newest| newest.id);
        let newest_activity = newest.map(|newest| newest.at);
        let is_restored = is_restored(&self.read).await?;
        let views = if has_table(&self.read, "consumer_counts").await? {
            let counted = counted(&self.read).await?;
            Some(Views { counted, has_trigrams: are_indexed(&self.read).await? })
        } else {
            None
        };
        let integrity: String = row.try_get_by_index(0)?;
        // In a damaged database this might fail, and hide the damage.
        let unreadable = if integrity == "ok" { self.unreadable_rows().await? } else { Vec::new() };
        Ok(Health { integrity, newest_activity, newest_line, is_restored, views, unreadable })
    }
}
