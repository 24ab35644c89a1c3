//! How many consumers have each status: kept by triggers, in the transaction of every change, so that telling it takes the
//! same time at any number of them.

use domain::{Status, StatusCounts};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Statement,
    sea_query::{Expr, ExprTrait as _, Query},
};
use time::OffsetDateTime;

use crate::{
    database::values::{from_word, word},
    entity::consumer,
    error::StoreError,
    tables::{
        consumers::Consumers,
        undecided::{any_ended, ended},
    },
};

const STATUSES: [Status; 3] = [Status::Pending, Status::Approved, Status::Disapproved];

/// What is kept and what is true, both of one moment.
const BOTH: &str = "SELECT 0 AS is_kept, status, number FROM \
                    (SELECT status, COUNT(*) AS number FROM consumers GROUP BY status) AS counted \
                    UNION ALL SELECT 1, status, number FROM consumer_counts";

/// The kept counts beside those of the rows; they differ where somebody has changed the tables without their triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// As they are kept.
    pub kept: StatusCounts,
    /// As the rows are.
    pub rows: StatusCounts,
}

impl Counted {
    /// Whether both are the same.
    pub fn is_right(&self) -> bool {
        self.kept == self.rows
    }
}

impl Consumers<'_> {
    /// How many consumers have each status, without the undecided requests that were made at this time or before: they have
    /// ended.
    pub async fn counts(self, undecided_since: Option<OffsetDateTime>) -> Result<StatusCounts, StoreError> {
        let mut counts = kept(&self.0.read).await?;
        if let Some(since) = undecided_since
            && any_ended(&self.0.read, since).await?
        {
            let ended = consumer::Entity::find().filter(ended(since)).count(&self.0.read).await?;
            counts.pending = counts.pending.saturating_sub(ended);
        }
        Ok(counts)
    }
}

/// The kept counts.
async fn kept(connection: &impl ConnectionTrait) -> Result<StatusCounts, StoreError> {
    let rows = Query::select().columns(["status", "number"]).from("consumer_counts").take();
    let mut counts = StatusCounts::default();
    for row in connection.query_all(&rows).await? {
        add(&mut counts, row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    Ok(counts)
}

/// Counts the rows beside what is kept. Takes longer the more there are.
pub(crate) async fn counted(connection: &impl ConnectionTrait) -> Result<Counted, StoreError> {
    let statement = Statement::from_string(connection.get_database_backend(), BOTH);
    let mut counted = Counted { kept: StatusCounts::default(), rows: StatusCounts::default() };
    for row in connection.query_all_raw(statement).await? {
        let counts = if row.try_get_by_index::<i32>(0)? == 1 { &mut counted.kept } else { &mut counted.rows };
        add(counts, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    }
    Ok(counted)
}

/// Puts the counts right if they are wrong.
pub(crate) async fn recount(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    let counted @ Counted { kept, rows } = counted(transaction).await?;
    if counted.is_right() {
        return Ok(());
    }
    tracing::warn!(?kept, ?rows, "the kept counts of consumers were wrong, and are put right");
    // A status that this version does not know is a later one's to count.
    let known = Expr::col("status").is_in(STATUSES.map(word));
    transaction.execute(&Query::delete().from_table("consumer_counts").and_where(known).take()).await?;
    for status in STATUSES {
        let count = Query::insert()
            .into_table("consumer_counts")
            .columns(["status", "number"])
            .values_panic([word(status).into(), rows.of(status).cast_signed().into()])
            .take();
        transaction.execute(&count).await?;
    }
    Ok(())
}

/// Adds the consumers of a status. Those of one that this version does not know are in no list of it, and not counted.
fn add(counts: &mut StatusCounts, status: String, number: i64) {
    let number = u64::try_from(number).unwrap_or_default();
    match from_word(status, "a status") {
        Ok(Status::Pending) => counts.pending += number,
        Ok(Status::Approved) => counts.approved += number,
        Ok(Status::Disapproved) => counts.disapproved += number,
        Err(_) => {}
    }
}
