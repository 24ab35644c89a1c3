//! What is done about key requests while the process serves: repetitions are written down in batches, and those that
//! nobody has decided on are removed when their time is over.

use std::time::{Duration, Instant};

use domain::Consumer;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    SelectModel, Selector, sea_query::Expr,
};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{
    entity::consumer,
    error::StoreError,
    memory::repeats::Repeat,
    tables::{
        activity::By,
        key_requests::{KeyRequests, remove_all},
        readable::{Row, readable},
        undecided::{ended, undecided},
    },
};

/// The time limit for a write; it is retried later.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many rows one transaction removes, so that other changes do not wait long.
const AT_ONCE: u64 = 200;

/// How many rows one query reads.
const READ_AT_ONCE: usize = 500;

impl KeyRequests<'_> {
    /// Writes repetitions while the process serves: the first at once, then once a second (`Pace`).
    pub async fn keep_writing(self) {
        let write = move || async move {
            if let Err(error) = self.write_repeats().await {
                tracing::error!(%error, "repeated requests for keys could not be written down; trying again");
            }
        };
        self.0.repeats.pace.keep(write).await;
    }

    /// Writes how often requests were repeated since the last time, and what the repetitions wished, and publishes it. What
    /// cannot be written is kept for the next time.
    pub async fn write_repeats(self) -> Result<(), StoreError> {
        let repeats = self.0.repeats.take();
        if repeats.is_empty() {
            return Ok(());
        }
        let written = timeout(PATIENCE, self.add_repeats(&repeats)).await;
        let written = written.unwrap_or(Err(StoreError::TookTooLong));
        if written.is_err() {
            self.0.repeats.put_back(repeats);
            return written;
        }
        self.publish(&repeats).await
    }

    /// One transaction for all, so that what is put back was not written in part. The revision stays: an
    /// administrator who decides has missed nothing that counts, since a wish grants nothing.
    async fn add_repeats(self, repeats: &[(String, Repeat)]) -> Result<(), StoreError> {
        let change = self.0.begin().await?;
        for (key, repeat) in repeats {
            consumer::Entity::update_many()
                .col_expr(
                    consumer::Column::RequestedTimes,
                    Expr::col(consumer::Column::RequestedTimes).add(repeat.times),
                )
                .filter(consumer::Column::Key.eq(key))
                .exec(&change.transaction)
                .await?;
            if repeat.trusted_wished {
                // A decision in between was made without the wish.
                consumer::Entity::update_many()
                    .col_expr(consumer::Column::TrustedWished, Expr::val(true))
                    .filter(consumer::Column::Key.eq(key))
                    .filter(undecided())
                    .exec(&change.transaction)
                    .await?;
            }
        }
        self.0.commit(change).await
    }

    async fn publish(self, repeats: &[(String, Repeat)]) -> Result<(), StoreError> {
        if !self.0.feed.has_listeners() {
            return Ok(());
        }
        for batch in repeats.chunks(READ_AT_ONCE) {
            let keys = batch.iter().map(|(key, _)| key.as_str());
            self.0.feed.publish_used(self.0.consumers().of_keys(keys).await?);
        }
        Ok(())
    }

    /// Removes the requests that were made at this time or before and are undecided; returns how many. Those that cannot be
    /// read stay.
    pub async fn end_undecided(self, since: OffsetDateTime, by: By) -> Result<u64, StoreError> {
        let (mut count, mut left_out) = (0_u64, 0_u64);
        while ended_behind(left_out, since).one(&self.0.read).await?.is_some() {
            let begin = Instant::now();
            let mut change = self.0.begin().await?;
            let rows = ended_behind(left_out, since).all(&change.transaction).await?;
            let found = rows.len();
            let requests: Vec<Consumer> = readable(rows, &self.0.unreadable);
            remove_all(&mut change, &requests, &by).await?;
            self.0.commit(change).await?;
            count += requests.len() as u64;
            left_out += (found - requests.len()) as u64;
            // Pause for as long, so that others get their turn.
            tokio::time::sleep(begin.elapsed()).await;
        }
        Ok(count)
    }
}

/// Some of the requests that have ended, oldest first, behind this many that stay.
fn ended_behind(left_out: u64, since: OffsetDateTime) -> Selector<SelectModel<Row<consumer::Model>>> {
    consumer::Entity::find()
        .filter(ended(since))
        .order_by_asc(consumer::Column::CreatedAt)
        .order_by_asc(consumer::Column::Key)
        .offset(left_out)
        .limit(AT_ONCE)
        .into_model()
}
