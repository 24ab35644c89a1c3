//! The sessions of one account, as its user sees and ends them.

use domain::{Action, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};
use time::OffsetDateTime;

use crate::{
    database::values::time_from,
    entity::{session, user},
    error::StoreError,
    store::Store,
    tables::activity::{By, NewActivity},
};

/// A session, as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// When the user signed in.
    pub created_at: OffsetDateTime,
    /// When the user was last active, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// The network address that it was begun from, if known.
    pub address: Option<String>,
    /// What the browser calls itself, if known.
    pub agent: Option<String>,
}

impl TryFrom<session::Model> for OwnSession {
    type Error = StoreError;

    fn try_from(row: session::Model) -> Result<Self, StoreError> {
        Ok(Self {
            token_hash: row.token_hash,
            created_at: time_from(row.created_at)?,
            last_seen_at: time_from(row.last_seen_at)?,
            address: row.address,
            agent: row.agent,
        })
    }
}

/// The sessions of one account.
#[derive(Clone, Copy, Debug)]
pub struct OwnSessions<'a> {
    store: &'a Store,
    user_id: i64,
}

impl Store {
    /// The sessions of the account with this number.
    pub fn own_sessions(&self, user_id: i64) -> OwnSessions<'_> {
        OwnSessions { store: self, user_id }
    }
}

impl OwnSessions<'_> {
    fn of_user(self) -> Condition {
        Condition::all().add(session::Column::UserId.eq(self.user_id))
    }

    /// At most `limit` sessions that were begun and last active after the given times, newest first.
    pub async fn list(
        self,
        made: OffsetDateTime,
        seen: OffsetDateTime,
        limit: u64,
    ) -> Result<Vec<OwnSession>, StoreError> {
        let rows = session::Entity::find()
            .filter(self.of_user())
            .filter(session::Column::CreatedAt.gte(milliseconds(made)))
            .filter(session::Column::LastSeenAt.gte(milliseconds(seen)))
            .order_by_desc(session::Column::CreatedAt)
            .order_by_asc(session::Column::TokenHash)
            .limit(limit)
            .all(&self.store.read)
            .await?;
        rows.into_iter().map(OwnSession::try_from).collect()
    }

    /// Ends one session; `false` if the account has no such one.
    pub async fn end(self, token_hash: &[u8], by: By) -> Result<bool, StoreError> {
        let this = session::Column::TokenHash.eq(token_hash.to_vec());
        self.end_where(Condition::all().add(this), by, false).await
    }

    /// Ends every session but this one, also one that is about to begin; `false` if there was none.
    pub async fn end_others(self, kept: &[u8], by: By) -> Result<bool, StoreError> {
        let others = session::Column::TokenHash.ne(kept.to_vec());
        self.end_where(Condition::all().add(others), by, true).await
    }

    async fn end_where(self, which: Condition, by: By, also_beginning: bool) -> Result<bool, StoreError> {
        let mut change = self.store.begin().await?;
        let ended = session::Entity::delete_many()
            .filter(self.of_user())
            .filter(which)
            .exec(&change.transaction)
            .await?;
        if also_beginning {
            user::Entity::update_many()
                .col_expr(user::Column::SignOuts, Expr::col(user::Column::SignOuts).add(1))
                .filter(user::Column::Id.eq(self.user_id))
                .exec(&change.transaction)
                .await?;
        }
        let has_ended = ended.rows_affected > 0;
        if has_ended {
            change.append(NewActivity::user(by, Action::SessionEnded, None, None)).await?;
        }
        self.store.commit(change).await?;
        Ok(has_ended)
    }

    /// Records that the user has proved again, in this session, who they are, and whether the password is too short for an
    /// administrator; `false` if it has ended.
    pub async fn prove(
        self,
        token_hash: &[u8],
        short_password: bool,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let change = self.store.begin().await?;
        let columns = session::ActiveModel {
            proved_at: Set(Some(milliseconds(now))),
            short_password: Set(Some(short_password)),
            ..Default::default()
        };
        let proved = session::Entity::update_many()
            .set(columns)
            .filter(self.of_user())
            .filter(session::Column::TokenHash.eq(token_hash.to_vec()))
            .exec(&change.transaction)
            .await?;
        self.store.commit(change).await?;
        Ok(proved.rows_affected > 0)
    }
}
