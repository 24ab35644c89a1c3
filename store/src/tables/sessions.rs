//! Browser sessions at rest, by the hash of their cookie: reading the database is not enough to take one over.

use domain::{Action, Actor, query::milliseconds};
use sea_orm::{ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _, Set};
use time::OffsetDateTime;

use crate::{
    database::values::time_from,
    entity::{session, user},
    error::StoreError,
    store::{Change, Store},
    tables::{
        account_changes::write,
        activity::{By, NewActivity},
        users::Account,
    },
};

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account that is signed in.
    pub account: Account,
    /// When the user signed in.
    pub created_at: OffsetDateTime,
    /// When the user was last active, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// When the user last gave the password, and the code of a second factor.
    pub proved_at: OffsetDateTime,
    /// Whether the password is shorter than an administrator's has to be; `None`: an older node began the session.
    pub short_password: Option<bool>,
}

/// The table of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(&'a Store);

impl Store {
    /// The table of sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }
}

impl Sessions<'_> {
    /// Begins a session and ends the browser's earlier one, if the account is enabled and was neither given a new password
    /// or second factor nor signed out everywhere since it was read; returns whether it did. The account's failed attempts
    /// that were read count no more. `short_password` says whether the password is too short for an administrator, if known,
    /// and `agent` what the browser calls itself.
    pub async fn begin(
        self,
        token_hash: &[u8],
        account: &Account,
        short_password: Option<bool>,
        agent: Option<&str>,
        earlier: Option<&[u8]>,
        by: By,
    ) -> Result<bool, StoreError> {
        let now = milliseconds(by.at);
        let row = session::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            user_id: Set(account.id),
            created_at: Set(now),
            last_seen_at: Set(now),
            proved_at: Set(Some(now)),
            address: Set(by.address.clone()),
            agent: Set(agent.map(str::to_owned)),
            short_password: Set(short_password),
        };
        let mut change = self.0.begin().await?;
        let Some(user) = unchanged(&change.transaction, account).await? else { return Ok(false) };
        // Those counted since the account was read are left for the next time.
        let failed = user.failed_sign_ins - i64::from(account.failed_sign_ins);
        let columns = user::ActiveModel {
            failed_sign_ins: Set(failed.max(0)),
            signed_in_at: Set(Some(now)),
            ..Default::default()
        };
        write(&change, account, columns).await?;
        if let Some(earlier) = earlier {
            end(&mut change, earlier, &by).await?;
        }
        session::Entity::insert(row).exec(&change.transaction).await?;
        change.append(NewActivity::user(by, Action::SignedIn, None, None)).await?;
        self.0.commit(change).await?;
        Ok(true)
    }

    /// The session with this hash, however old.
    pub async fn find(self, token_hash: &[u8]) -> Result<Option<Session>, StoreError> {
        let Some(row) = session::Entity::find_by_id(token_hash.to_vec()).one(&self.0.read).await? else {
            return Ok(None);
        };
        let Some(user) = user::Entity::find_by_id(row.user_id).one(&self.0.read).await? else {
            return Ok(None);
        };
        Ok(Some(Session {
            account: user.try_into()?,
            created_at: time_from(row.created_at)?,
            last_seen_at: time_from(row.last_seen_at)?,
            proved_at: time_from(row.proved_at.unwrap_or(row.created_at))?,
            short_password: row.short_password,
        }))
    }

    /// Records that the session's user was active.
    pub async fn touch(self, token_hash: &[u8], now: OffsetDateTime) -> Result<(), StoreError> {
        let change = self.0.begin().await?;
        session::Entity::update_many()
            .set(session::ActiveModel { last_seen_at: Set(milliseconds(now)), ..Default::default() })
            .filter(session::Column::TokenHash.eq(token_hash.to_vec()))
            .exec(&change.transaction)
            .await?;
        self.0.commit(change).await
    }

    /// Ends a session. Idempotent.
    pub async fn delete(self, token_hash: &[u8], new: NewActivity) -> Result<(), StoreError> {
        let mut change = self.0.begin().await?;
        session::Entity::delete_by_id(token_hash.to_vec()).exec(&change.transaction).await?;
        change.append(new).await?;
        self.0.commit(change).await
    }

    /// Deletes sessions created or last active before the given times.
    pub async fn delete_old(self, made: OffsetDateTime, seen: OffsetDateTime) -> Result<(), StoreError> {
        let old = Condition::any()
            .add(session::Column::CreatedAt.lt(milliseconds(made)))
            .add(session::Column::LastSeenAt.lt(milliseconds(seen)));
        let change = self.0.begin().await?;
        session::Entity::delete_many().filter(old).exec(&change.transaction).await?;
        self.0.commit(change).await
    }
}

/// The account's row, if it is enabled and was neither given a new password or second factor nor signed out everywhere
/// since it was read.
pub(super) async fn unchanged(
    transaction: &DatabaseTransaction,
    account: &Account,
) -> Result<Option<user::Model>, StoreError> {
    let unchanged = user::Entity::find_by_id(account.id)
        .filter(user::Column::Disabled.eq(false))
        .filter(user::Column::PasswordHash.eq(&*account.password_hash))
        .filter(user::Column::SecondFactor.eq(account.user.second_factor))
        .filter(user::Column::SignOuts.eq(account.sign_outs));
    Ok(unchanged.one(transaction).await?)
}

/// Ends a session, if it is there, with the line of a user who signs out.
async fn end(change: &mut Change, token_hash: &[u8], by: &By) -> Result<(), StoreError> {
    let Some(row) = session::Entity::find_by_id(token_hash.to_vec()).one(&change.transaction).await? else {
        return Ok(());
    };
    session::Entity::delete_by_id(token_hash.to_vec()).exec(&change.transaction).await?;
    // Another user may have used the same browser.
    if let Some(user) = user::Entity::find_by_id(row.user_id).one(&change.transaction).await? {
        let actor = Actor::User(Account::try_from(user)?.user.username);
        change.append(NewActivity::user(By { actor, ..by.clone() }, Action::SignedOut, None, None)).await?;
    }
    Ok(())
}
