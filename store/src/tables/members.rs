//! Pages of the list of users, by name. Users are few beside consumers: a search looks at all of them.

use std::collections::HashMap;

use domain::{Member, Username, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, Func, LikeExpr},
};
use time::OffsetDateTime;

use crate::{
    database::values::can_be_kept,
    entity::{session, user},
    error::StoreError,
    tables::{
        readable::{Row, ask_again, readable},
        users::{Account, Users},
    },
};

/// Sessions that hold: begun and last used after these times.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// Begun after this time.
    pub begun: OffsetDateTime,
    /// Last used after this time.
    pub seen: OffsetDateTime,
}

impl Users<'_> {
    /// At most `limit` users whose username or name has a text in it, by username, after one of them.
    pub async fn members(
        self,
        text: Option<&str>,
        after: Option<&Username>,
        limit: u64,
        holding: Holding,
    ) -> Result<Vec<Member>, StoreError> {
        if text.is_some_and(|text| !can_be_kept(text)) {
            return Ok(Vec::new());
        }
        let mut select = user::Entity::find().order_by_asc(user::Column::Folded);
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            select = select.filter(has_text(text));
        }
        if let Some(after) = after {
            select = select.filter(user::Column::Folded.gt(after.folded()));
        }
        let mut asked = limit;
        let mut accounts = loop {
            let rows = select.clone().limit(asked).into_model::<Row<user::Model>>().all(&self.0.read).await?;
            let found = rows.len();
            let accounts: Vec<Account> = readable(rows, &self.0.unreadable);
            match ask_again(asked, found, accounts.len(), limit) {
                Some(more) => asked = more,
                None => break accounts,
            }
        };
        accounts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.with_sessions(&accounts, holding).await
    }

    /// The user with this name, ignoring case.
    pub async fn member(self, username: &Username, holding: Holding) -> Result<Option<Member>, StoreError> {
        let row = user::Entity::find().filter(user::Column::Folded.eq(username.folded()));
        let Some(row) = row.one(&self.0.read).await? else { return Ok(None) };
        Ok(self.with_sessions(&[Account::try_from(row)?], holding).await?.pop())
    }

    async fn with_sessions(self, accounts: &[Account], holding: Holding) -> Result<Vec<Member>, StoreError> {
        let counts: Vec<(i64, i64)> = session::Entity::find()
            .select_only()
            .column(session::Column::UserId)
            .column_as(session::Column::TokenHash.count(), "sessions")
            .filter(session::Column::UserId.is_in(accounts.iter().map(|account| account.id)))
            .filter(session::Column::CreatedAt.gte(milliseconds(holding.begun)))
            .filter(session::Column::LastSeenAt.gte(milliseconds(holding.seen)))
            .group_by(session::Column::UserId)
            .into_tuple()
            .all(&self.0.read)
            .await?;
        let counts: HashMap<i64, i64> = counts.into_iter().collect();
        let count = |id| counts.get(&id).and_then(|count| u64::try_from(*count).ok()).unwrap_or_default();
        Ok(accounts.iter().map(|account| member(account, count(account.id))).collect())
    }
}

fn member(account: &Account, sessions: u64) -> Member {
    let user = account.user.clone();
    Member {
        name: Some(user.display_name).filter(|name| name != user.username.as_str()),
        username: user.username,
        configure_server: user.configure_server,
        disabled: user.disabled,
        second_factor: user.second_factor,
        has_password: account.has_password(),
        created_at: user.created_at,
        last_signed_in_at: account.signed_in_at,
        sessions,
    }
}

/// A user whose username or name has this text in it; ASCII letters match in both cases.
fn has_text(text: &str) -> Condition {
    let text = text.to_ascii_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let pattern = || LikeExpr::new(format!("%{text}%")).escape('\\');
    Condition::any()
        .add(Expr::col(user::Column::Folded).like(pattern()))
        .add(Expr::expr(Func::lower(Expr::col(user::Column::DisplayName))).like(pattern()))
}
