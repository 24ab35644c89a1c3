//! Deletes what is old: activity, and the tokens and sessions that have ended. In small transactions, so that changes and
//! nonces of a running server wait for none of them long.

use domain::query::milliseconds;
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    entity::{activity, session, token_credentials},
    error::StoreError,
    store::Store,
    tables::activity::{By, NewActivity},
};

/// How many rows of a table one transaction deletes: about 20 ms of SQLite's only writer.
const AT_ONCE: u64 = 2_000;

/// Up to when what is old is deleted.
#[derive(Clone, Copy, Debug)]
pub struct Old {
    /// Activity before this time.
    pub activity: OffsetDateTime,
    /// Tokens that were revoked or expired before this time.
    pub tokens: OffsetDateTime,
    /// Sessions that began before this time.
    pub sessions_begun: OffsetDateTime,
    /// Sessions whose user was last active before this time.
    pub sessions_seen: OffsetDateTime,
}

/// How much is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Lines of activity.
    pub lines: u64,
    /// Tokens that had ended.
    pub tokens: u64,
    /// Sessions that had ended.
    pub sessions: u64,
}

impl Pruned {
    /// Whether nothing is deleted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            tokens: self.tokens + other.tokens,
            sessions: self.sessions + other.sessions,
        }
    }
}

/// Pruning the database.
#[derive(Clone, Copy, Debug)]
pub struct Pruning<'a>(&'a Store);

impl Store {
    /// Pruning the database.
    pub fn pruning(&self) -> Pruning<'_> {
        Pruning(self)
    }
}

impl Pruning<'_> {
    /// Counts what `prune_some`, repeated until nothing is left, deletes.
    pub async fn count(self, old: &Old) -> Result<Pruned, StoreError> {
        let database = &self.0.read;
        // Only what stands before the first younger line goes, so that the numbers have no hole: a line that a wrong clock
        // dated ahead keeps those behind it for as long.
        let kept = activity::Entity::find()
            .filter(activity::Column::At.gte(milliseconds(old.activity)))
            .order_by_asc(activity::Column::Id)
            .one(database)
            .await?;
        let mut lines = activity::Entity::find();
        if let Some(kept) = kept {
            lines = lines.filter(activity::Column::Id.lt(kept.id));
        }
        Ok(Pruned {
            lines: lines.count(database).await?,
            tokens: token_credentials::Entity::find().filter(ended_tokens(old)).count(database).await?,
            sessions: session::Entity::find().filter(ended_sessions(old)).count(database).await?,
        })
    }

    /// Deletes some of what is old, and says so in a line of its own; nothing at the end.
    pub async fn prune_some(self, old: &Old, by: By) -> Result<Pruned, StoreError> {
        let mut change = self.0.begin().await?;
        let pruned = Pruned {
            lines: prune_lines(&change.transaction, old).await?,
            tokens: prune_tokens(&change.transaction, old).await?,
            sessions: prune_sessions(&change.transaction, old).await?,
        };
        if !pruned.is_empty() {
            // Also the newest line from now on: the numbers go on, whatever was deleted.
            change.append(NewActivity::pruned(by, old.activity, &pruned)).await?;
            self.0.commit(change).await?;
        }
        Ok(pruned)
    }
}

async fn prune_lines(transaction: &DatabaseTransaction, old: &Old) -> Result<u64, StoreError> {
    let oldest: Vec<(i64, i64)> = activity::Entity::find()
        .select_only()
        .columns([activity::Column::Id, activity::Column::At])
        .order_by_asc(activity::Column::Id)
        .limit(AT_ONCE)
        .into_tuple()
        .all(transaction)
        .await?;
    let before = milliseconds(old.activity);
    let Some((last, _)) = oldest.into_iter().take_while(|(_, at)| *at < before).last() else {
        return Ok(0);
    };
    let deleted = activity::Entity::delete_many().filter(activity::Column::Id.lte(last));
    Ok(deleted.exec(transaction).await?.rows_affected)
}

async fn prune_tokens(transaction: &DatabaseTransaction, old: &Old) -> Result<u64, StoreError> {
    let some: Vec<String> = token_credentials::Entity::find()
        .select_only()
        .column(token_credentials::Column::Token)
        .filter(ended_tokens(old))
        .limit(AT_ONCE)
        .into_tuple()
        .all(transaction)
        .await?;
    let deleted =
        token_credentials::Entity::delete_many().filter(token_credentials::Column::Token.is_in(some));
    Ok(deleted.exec(transaction).await?.rows_affected)
}

async fn prune_sessions(transaction: &DatabaseTransaction, old: &Old) -> Result<u64, StoreError> {
    let some: Vec<Vec<u8>> = session::Entity::find()
        .select_only()
        .column(session::Column::TokenHash)
        .filter(ended_sessions(old))
        .limit(AT_ONCE)
        .into_tuple()
        .all(transaction)
        .await?;
    let deleted = session::Entity::delete_many().filter(session::Column::TokenHash.is_in(some));
    Ok(deleted.exec(transaction).await?.rows_affected)
}

fn ended_tokens(old: &Old) -> Condition {
    let before = milliseconds(old.tokens);
    Condition::any()
        .add(token_credentials::Column::RevokedAt.lt(before))
        .add(token_credentials::Column::ExpiresAt.lt(before))
}

fn ended_sessions(old: &Old) -> Condition {
    Condition::any()
        .add(session::Column::CreatedAt.lt(milliseconds(old.sessions_begun)))
        .add(session::Column::LastSeenAt.lt(milliseconds(old.sessions_seen)))
}
