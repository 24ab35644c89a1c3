//! Failed attempts, counted across nodes and restarts. Subjects are hashes: nothing that was typed into a field is
//! stored.

use domain::query::milliseconds;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Statement};
use time::{Duration, OffsetDateTime};

use crate::{database::values::time_from, entity::attempt, error::StoreError, store::Store};

/// The hash of who or what is counted.
pub type Subject = [u8; 32];

/// The failed attempts of a subject without a pause that would have ended the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// How many they are.
    pub times: u32,
    /// When the latest was.
    pub latest: OffsetDateTime,
}

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
    /// The attempts that were counted without a pause of `forgotten_after`; `None` if there are none.
    pub async fn find(
        self,
        subject: Subject,
        now: OffsetDateTime,
        forgotten_after: Duration,
    ) -> Result<Option<Failed>, StoreError> {
        let row = attempt::Entity::find_by_id(subject.to_vec()).one(&self.0.read).await?;
        let row = row.filter(|row| row.latest >= milliseconds(now - forgotten_after));
        row.map(|row| Ok(Failed { times: times(row.times), latest: time_from(row.latest)? })).transpose()
    }

    /// Counts an attempt for each subject and, where it failed at one, for the account with this number, whose user
    /// sees them at the next sign-in; deletes expired counts. Returns each subject's count.
    pub async fn add<const N: usize>(
        self,
        subjects: [Subject; N],
        account: Option<i64>,
        now: OffsetDateTime,
        forgotten_after: Duration,
    ) -> Result<[u32; N], StoreError> {
        let forgotten = milliseconds(now - forgotten_after);
        let change = self.0.begin().await?;
        let old = Statement::from_sql_and_values(self.0.backend(), DELETE_OLD, [forgotten.into()]);
        change.transaction.execute_raw(old).await?;
        let mut counts = [0; N];
        for (subject, count) in subjects.iter().zip(&mut counts) {
            let values = [subject.to_vec().into(), milliseconds(now).into()];
            let statement = Statement::from_sql_and_values(self.0.backend(), COUNT, values);
            let row = change.transaction.query_one_raw(statement).await?;
            let row = row.ok_or(StoreError::Unreadable("no count of attempts"))?;
            *count = times(row.try_get_by_index(0)?);
        }
        if let Some(id) = account {
            let statement = Statement::from_sql_and_values(self.0.backend(), COUNT_FOR_USER, [id.into()]);
            change.transaction.execute_raw(statement).await?;
        }
        self.0.commit(change).await?;
        Ok(counts)
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

fn times(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const DELETE_OLD: &str = "DELETE FROM attempts WHERE latest < $1";
const COUNT: &str = "INSERT INTO attempts (subject, times, latest) VALUES ($1, 1, $2) \
                     ON CONFLICT (subject) DO UPDATE SET times = attempts.times + 1, latest = excluded.latest \
                     RETURNING times";
const COUNT_FOR_USER: &str = "UPDATE users SET failed_sign_ins = failed_sign_ins + 1 WHERE id = $1";
