//! Passkeys at rest: each challenge is answered once, a passkey belongs to one account, and its counter never goes back.

use domain::{Action, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, Set,
    sea_query::{Order, Query},
};
use time::OffsetDateTime;

use crate::{
    database::values::time_from,
    entity::{passkey, passkey_challenge},
    error::StoreError,
    store::Change,
    tables::{
        activity::{By, NewActivity},
        second_factors::{CodeCheck, SecondFactors},
    },
};

/// How many passkeys an account may have: more than people have devices.
pub const MOST_PASSKEYS: u64 = 20;
/// How many questions of an account may wait for an answer: each page that could use a passkey asks one. The oldest go.
const MOST_QUESTIONS: u64 = 8;

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Names it to its authenticator.
    pub id: Vec<u8>,
    /// Names the account to authenticators.
    pub user_handle: Vec<u8>,
    /// What its user calls it.
    pub name: String,
    /// What its signatures are verified with, as JSON.
    pub credential: String,
    /// When it was added.
    pub added_at: OffsetDateTime,
    /// When it last signed in.
    pub used_at: Option<OffsetDateTime>,
}

impl TryFrom<passkey::Model> for Passkey {
    type Error = StoreError;

    fn try_from(row: passkey::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.credential_id,
            user_handle: row.user_handle,
            name: row.name,
            credential: row.credential,
            added_at: time_from(row.added_at)?,
            used_at: row.used_at.map(time_from).transpose()?,
        })
    }
}

/// A passkey that a browser has made.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// Names it to its authenticator.
    pub id: Vec<u8>,
    /// Names the account to authenticators.
    pub user_handle: Vec<u8>,
    /// What its user calls it.
    pub name: String,
    /// What its signatures are verified with, as JSON.
    pub credential: String,
}

/// A use of a passkey whose signature was verified.
#[derive(Clone, Debug)]
pub struct PasskeyUse {
    /// Names it to its authenticator.
    pub id: Vec<u8>,
    /// The count of its signatures; 0 where its authenticator does not count them.
    pub counter: u32,
    /// What its next signature is verified with, as JSON.
    pub credential: String,
}

/// What came of adding a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyAdded {
    /// It counts now.
    Added,
    /// The challenge is unknown, answered or too old, or the second factor was removed.
    Gone,
    /// It is registered already, perhaps to another account.
    Taken,
    /// The account has `MOST_PASSKEYS`.
    TooMany,
}

impl SecondFactors<'_> {
    /// The passkeys, oldest first.
    pub async fn passkeys(self) -> Result<Vec<Passkey>, StoreError> {
        let rows = passkey::Entity::find()
            .filter(passkey::Column::UserId.eq(self.user_id))
            .order_by_asc(passkey::Column::AddedAt)
            .order_by_asc(passkey::Column::CredentialId)
            .all(&self.store.read)
            .await?;
        rows.into_iter().map(Passkey::try_from).collect()
    }

    /// Stores what a browser is asked to prove; deletes what was asked before a time, and of this account all but the newest.
    pub async fn challenge(
        self,
        token_hash: &[u8],
        ceremony: String,
        now: OffsetDateTime,
        made_after: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let change = self.store.begin().await?;
        passkey_challenge::Entity::delete_many()
            .filter(passkey_challenge::Column::CreatedAt.lte(milliseconds(made_after)))
            .exec(&change.transaction)
            .await?;
        let newest = Query::select()
            .column(passkey_challenge::Column::TokenHash)
            .from(passkey_challenge::Entity)
            .and_where(passkey_challenge::Column::UserId.eq(self.user_id))
            .order_by(passkey_challenge::Column::CreatedAt, Order::Desc)
            .limit(MOST_QUESTIONS - 1)
            .to_owned();
        passkey_challenge::Entity::delete_many()
            .filter(passkey_challenge::Column::UserId.eq(self.user_id))
            .filter(passkey_challenge::Column::TokenHash.not_in_subquery(newest))
            .exec(&change.transaction)
            .await?;
        let row = passkey_challenge::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            user_id: Set(self.user_id),
            ceremony: Set(ceremony),
            created_at: Set(milliseconds(now)),
        };
        passkey_challenge::Entity::insert(row).exec(&change.transaction).await?;
        self.store.commit(change).await
    }

    /// What this account's browser was asked to prove after a time; `None` if it is unknown or answered.
    pub async fn challenged(
        self,
        token_hash: &[u8],
        made_after: OffsetDateTime,
    ) -> Result<Option<String>, StoreError> {
        let row = passkey_challenge::Entity::find_by_id(token_hash.to_vec())
            .filter(passkey_challenge::Column::UserId.eq(self.user_id))
            .filter(passkey_challenge::Column::CreatedAt.gt(milliseconds(made_after)))
            .one(&self.store.read)
            .await?;
        Ok(row.map(|row| row.ceremony))
    }

    /// Adds the passkey that answers a challenge.
    pub async fn add_passkey(
        self,
        token_hash: &[u8],
        new: NewPasskey,
        by: By,
    ) -> Result<PasskeyAdded, StoreError> {
        let mut change = self.store.begin().await?;
        let has_factor = self.row(&change.transaction).await?.is_some_and(|row| row.confirmed_at.is_some());
        if !take(&change, token_hash).await? || !has_factor {
            return Ok(PasskeyAdded::Gone);
        }
        if passkey::Entity::find_by_id(new.id.clone()).one(&change.transaction).await?.is_some() {
            return Ok(PasskeyAdded::Taken);
        }
        let own = passkey::Entity::find().filter(passkey::Column::UserId.eq(self.user_id));
        if own.count(&change.transaction).await? >= MOST_PASSKEYS {
            return Ok(PasskeyAdded::TooMany);
        }
        let row = passkey::ActiveModel {
            credential_id: Set(new.id),
            user_id: Set(self.user_id),
            user_handle: Set(new.user_handle),
            name: Set(new.name.clone()),
            credential: Set(new.credential),
            counter: Set(0),
            added_at: Set(milliseconds(by.at)),
            used_at: Set(None),
        };
        passkey::Entity::insert(row).exec(&change.transaction).await?;
        change.append(NewActivity::passkey(by, Action::PasskeyAdded, None, Some(&new.name))).await?;
        self.store.commit(change).await?;
        Ok(PasskeyAdded::Added)
    }

    /// Accepts the answer to a challenge, once. A counter that does not go on is that of a copy.
    pub async fn use_passkey(
        self,
        token_hash: &[u8],
        used: PasskeyUse,
        now: OffsetDateTime,
    ) -> Result<CodeCheck, StoreError> {
        let change = self.store.begin().await?;
        let own =
            passkey::Entity::find_by_id(used.id.clone()).filter(passkey::Column::UserId.eq(self.user_id));
        let Some(row) = own.one(&change.transaction).await? else { return Ok(CodeCheck::Wrong) };
        let counter = i64::from(used.counter);
        if (counter, row.counter) != (0, 0) && counter <= row.counter {
            return Ok(CodeCheck::Wrong);
        }
        if !take(&change, token_hash).await? {
            return Ok(CodeCheck::QuestionGone);
        }
        if !self.take_step(&change).await? {
            return Ok(CodeCheck::StepGone);
        }
        let columns = passkey::ActiveModel {
            credential: Set(used.credential),
            counter: Set(counter),
            used_at: Set(Some(milliseconds(now))),
            ..Default::default()
        };
        passkey::Entity::update_many()
            .set(columns)
            .filter(passkey::Column::CredentialId.eq(used.id))
            .exec(&change.transaction)
            .await?;
        self.store.commit(change).await?;
        Ok(CodeCheck::Right)
    }

    /// Removes one passkey; `false` if the account does not have it. Idempotent.
    pub async fn remove_passkey(self, id: &[u8], by: By) -> Result<bool, StoreError> {
        let mut change = self.store.begin().await?;
        let own = passkey::Entity::find_by_id(id.to_vec()).filter(passkey::Column::UserId.eq(self.user_id));
        let Some(row) = own.one(&change.transaction).await? else { return Ok(false) };
        passkey::Entity::delete_by_id(row.credential_id).exec(&change.transaction).await?;
        change.append(NewActivity::passkey(by, Action::PasskeyRemoved, Some(&row.name), None)).await?;
        self.store.commit(change).await?;
        Ok(true)
    }

    /// Removes all of them, and what was asked of them.
    pub(super) async fn delete_passkeys(self, change: &Change) -> Result<(), StoreError> {
        passkey::Entity::delete_many()
            .filter(passkey::Column::UserId.eq(self.user_id))
            .exec(&change.transaction)
            .await?;
        passkey_challenge::Entity::delete_many()
            .filter(passkey_challenge::Column::UserId.eq(self.user_id))
            .exec(&change.transaction)
            .await?;
        Ok(())
    }
}

/// Uses a challenge up; `false` if it is gone. Of two at once, one gets `true`.
async fn take(change: &Change, token_hash: &[u8]) -> Result<bool, StoreError> {
    let taken =
        passkey_challenge::Entity::delete_by_id(token_hash.to_vec()).exec(&change.transaction).await?;
    Ok(taken.rows_affected > 0)
}
