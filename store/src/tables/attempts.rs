//! Failed attempts, counted across nodes and restarts. Subjects are hashes: nothing that was typed into a field is
//! stored.

use domain::query::milliseconds;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Statement};
use time::{Duration, OffsetDateTime};

use crate::{entity::attempt, error::StoreError, store::Store};

/// The hash of who or what is counted.
pub type Subject = [u8; 32];

/// The table of failed attempts.
#[derive(Clone, Copy, Debug)]
pub struct Attempts<'a>(&'a Store);

impl Store {
    /// The table of failed attempts.
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts(self)
    }
}

impl Attempts<'_> {
    /// How many attempts were counted without a pause of `forgotten_after`.
    pub async fn count(
        self,
        subject: Subject,
        now: OffsetDateTime,
        forgotten_after: Duration,
    ) -> Result<u32, StoreError> {
        let row = attempt::Entity::find_by_id(subject.to_vec()).one(&self.0.read).await?;
        let counts = row.filter(|row| row.latest >= milliseconds(now - forgotten_after));
        Ok(counts.map_or(0, |row| u32::try_from(row.times).unwrap_or(u32::MAX)))
    }

    /// Counts an attempt for each subject, and deletes expired counts.
    pub async fn add(
        self,
        subjects: &[Subject],
        now: OffsetDateTime,
        forgotten_after: Duration,
    ) -> Result<(), StoreError> {
        let forgotten = milliseconds(now - forgotten_after);
        let change = self.0.begin().await?;
        let old = Statement::from_sql_and_values(self.0.backend(), DELETE_OLD, [forgotten.into()]);
        change.transaction.execute_raw(old).await?;
        for subject in subjects {
            let values = [subject.to_vec().into(), milliseconds(now).into()];
            let count = Statement::from_sql_and_values(self.0.backend(), COUNT, values);
            change.transaction.execute_raw(count).await?;
        }
        self.0.commit(change).await
    }

    /// Resets a count.
    pub async fn reset(self, subject: Subject) -> Result<(), StoreError> {
        // Most subjects have no count, and then there is nothing to write.
        if attempt::Entity::find_by_id(subject.to_vec()).one(&self.0.read).await?.is_none() {
            return Ok(());
        }
        let change = self.0.begin().await?;
        attempt::Entity::delete_by_id(subject.to_vec()).exec(&change.transaction).await?;
        self.0.commit(change).await
    }
}

const DELETE_OLD: &str = "DELETE FROM attempts WHERE latest < $1";
const COUNT: &str = "INSERT INTO attempts (subject, times, latest) VALUES ($1, 1, $2) \
                     ON CONFLICT (subject) DO UPDATE SET times = attempts.times + 1, latest = excluded.latest";
