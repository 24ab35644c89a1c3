//! Second factors at rest: the secret sealed for its row, the step of the last accepted code, wrong codes counted in the
//! transaction that checks them, and recovery codes by their hash.

use domain::{Action, User, Username, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Set,
};
use time::{Duration, OffsetDateTime};

use crate::{
    entity::{recovery_code, second_factor, user},
    error::StoreError,
    store::{Change, Store},
    tables::{
        account_changes::write,
        activity::{By, NewActivity},
        sign_in_steps,
        users::{self, Account, Users},
    },
    vault::{Sealed, Secret},
};

/// Wrong codes after which no code is looked at for `PAUSE`: at any time three of a million codes are right. A recovery
/// code, which cannot be guessed, still is.
pub const MOST_WRONG_CODES: i64 = 10;
/// Wrong codes stop counting this long after the last one.
pub const PAUSE: Duration = Duration::minutes(15);

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is right, and used up now.
    Right,
    /// It is wrong, or was accepted before; or the account has no second factor.
    Wrong,
    /// It was not looked at: there were too many wrong ones. Holds what is left of `PAUSE`.
    TooManyWrong(std::time::Duration),
    /// It is right, but the sign-in that it is for is gone, so it is not used up.
    StepGone,
    /// What a passkey answers is unknown, was answered before, or is too old.
    QuestionGone,
}

/// The second factor of one account.
#[derive(Clone, Copy, Debug)]
pub struct SecondFactors<'a> {
    pub(super) store: &'a Store,
    pub(super) user_id: i64,
    /// The hash of the sign-in that a code is for, if it is for one.
    step: Option<&'a [u8]>,
}

impl Store {
    /// The second factor of the account with this number.
    pub fn second_factor(&self, user_id: i64) -> SecondFactors<'_> {
        SecondFactors { store: self, user_id, step: None }
    }
}

/// The row's name in the vault. It has a space, which no consumer key has, and is no token.
fn owner(user_id: i64) -> String {
    format!("user {user_id}")
}

impl<'a> SecondFactors<'a> {
    /// The same for the codes of a sign-in that waits for one: a right code uses up both, or neither.
    #[must_use]
    pub fn in_step(self, token_hash: &'a [u8]) -> Self {
        Self { step: Some(token_hash), ..self }
    }
}

impl SecondFactors<'_> {
    /// Begins to set one up with this secret, in place of one that is not confirmed; `false` if one is set up already.
    pub async fn begin(
        self,
        secret: &Secret,
        session: &[u8],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let change = self.store.begin().await?;
        if self.row(&change.transaction).await?.is_some_and(|row| row.confirmed_at.is_some()) {
            return Ok(false);
        }
        self.delete_row(&change).await?;
        let owner = owner(self.user_id);
        let sealed = change.seal(&self.store.vault, &owner, secret.expose()).await?;
        let row = second_factor::ActiveModel {
            owner: Set(owner),
            user_id: Set(self.user_id),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            begun_by: Set(session.to_vec()),
            begun_at: Set(milliseconds(now)),
            confirmed_at: Set(None),
            last_step: Set(0),
            wrong_codes: Set(0),
            wrong_at: Set(0),
        };
        second_factor::Entity::insert(row).exec(&change.transaction).await?;
        self.store.commit(change).await?;
        Ok(true)
    }

    /// The secret that this session began to set up after a time, if it is not confirmed yet.
    pub async fn pending(
        self,
        session: &[u8],
        begun_after: OffsetDateTime,
    ) -> Result<Option<Secret>, StoreError> {
        let row = second_factor::Entity::find_by_id(owner(self.user_id)).one(&self.store.read).await?;
        row.filter(|row| is_pending(row, session, begun_after)).map(|row| self.unseal(row)).transpose()
    }

    /// Makes the pending secret count, with the step of its first code and these recovery codes; `false` if nothing is
    /// pending for this session any more.
    pub async fn confirm(
        self,
        session: &[u8],
        begun_after: OffsetDateTime,
        step: i64,
        recovery_codes: &[Vec<u8>],
        by: By,
    ) -> Result<bool, StoreError> {
        let mut change = self.store.begin().await?;
        let pending = self.row(&change.transaction).await?;
        if !pending.is_some_and(|row| is_pending(&row, session, begun_after)) {
            return Ok(false);
        }
        let columns = second_factor::ActiveModel {
            confirmed_at: Set(Some(milliseconds(by.at))),
            last_step: Set(step),
            ..Default::default()
        };
        self.update(&change, columns).await?;
        self.insert_codes(&change, recovery_codes).await?;
        // A node of an earlier version removes a second factor without them.
        self.delete_passkeys(&change).await?;
        let account = self.account(&change).await?;
        let after = set(&change, &account, true).await?;
        let line = NewActivity::user(by, Action::SecondFactorAdded, Some(&account.user), Some(&after));
        change.append(line).await?;
        self.store.commit(change).await?;
        Ok(true)
    }

    /// The secret that counts; `None` without one.
    pub async fn secret(self) -> Result<Option<Secret>, StoreError> {
        let row = second_factor::Entity::find_by_id(owner(self.user_id)).one(&self.store.read).await?;
        row.filter(|row| row.confirmed_at.is_some()).map(|row| self.unseal(row)).transpose()
    }

    /// Accepts the step that a code was right for, once; `None`, an earlier or the same step counts as a wrong code.
    pub async fn use_step(self, step: Option<i64>, now: OffsetDateTime) -> Result<CodeCheck, StoreError> {
        let change = self.store.begin().await?;
        let row = self.row(&change.transaction).await?.filter(|row| row.confirmed_at.is_some());
        let Some(row) = row else { return Ok(CodeCheck::Wrong) };
        // A clock that was set back does not make the pause longer.
        let left = row.wrong_at.min(milliseconds(now)).saturating_sub(milliseconds(now - PAUSE));
        let wrong = if left > 0 { row.wrong_codes } else { 0 };
        if wrong >= MOST_WRONG_CODES {
            return Ok(CodeCheck::TooManyWrong(std::time::Duration::from_millis(left.unsigned_abs())));
        }
        let (columns, check) = if let Some(step) = step.filter(|step| *step > row.last_step) {
            let last_step = Set(step);
            let columns = second_factor::ActiveModel { last_step, wrong_codes: Set(0), ..Default::default() };
            (columns, CodeCheck::Right)
        } else {
            let (wrong_codes, wrong_at) = (Set(wrong + 1), Set(milliseconds(now)));
            let columns = second_factor::ActiveModel { wrong_codes, wrong_at, ..Default::default() };
            (columns, CodeCheck::Wrong)
        };
        if check == CodeCheck::Right && !self.take_step(&change).await? {
            return Ok(CodeCheck::StepGone);
        }
        self.update(&change, columns).await?;
        self.store.commit(change).await?;
        Ok(check)
    }

    /// Accepts a recovery code by its hash, once.
    pub async fn use_recovery_code(self, hash: &[u8], by: By) -> Result<CodeCheck, StoreError> {
        let mut change = self.store.begin().await?;
        let used = recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::CodeHash.eq(hash.to_vec()))
            .filter(recovery_code::Column::UserId.eq(self.user_id))
            .exec(&change.transaction)
            .await?;
        if used.rows_affected == 0 {
            return Ok(CodeCheck::Wrong);
        }
        if !self.take_step(&change).await? {
            return Ok(CodeCheck::StepGone);
        }
        change.append(NewActivity::user(by, Action::RecoveryCodeUsed, None, None)).await?;
        self.store.commit(change).await?;
        Ok(CodeCheck::Right)
    }

    /// How many recovery codes are left.
    pub async fn count_recovery_codes(self) -> Result<u64, StoreError> {
        let codes = recovery_code::Entity::find().filter(recovery_code::Column::UserId.eq(self.user_id));
        Ok(codes.count(&self.store.read).await?)
    }

    /// Replaces the recovery codes; `false` without a second factor.
    pub async fn renew_recovery_codes(self, hashes: &[Vec<u8>], by: By) -> Result<bool, StoreError> {
        let mut change = self.store.begin().await?;
        if self.row(&change.transaction).await?.is_none_or(|row| row.confirmed_at.is_none()) {
            return Ok(false);
        }
        self.insert_codes(&change, hashes).await?;
        change.append(NewActivity::user(by, Action::RecoveryCodesRenewed, None, None)).await?;
        self.store.commit(change).await?;
        Ok(true)
    }

    /// Removes it, with its recovery codes and passkeys; `false` if there was none.
    pub async fn remove(self, by: By) -> Result<bool, StoreError> {
        let mut change = self.store.begin().await?;
        let has_removed = self.remove_in(&mut change, by).await?;
        self.store.commit(change).await?;
        Ok(has_removed)
    }

    async fn remove_in(self, change: &mut Change, by: By) -> Result<bool, StoreError> {
        self.delete_row(change).await?;
        self.delete_codes(change).await?;
        self.delete_passkeys(change).await?;
        let account = self.account(change).await?;
        if !account.user.second_factor {
            return Ok(false);
        }
        let after = set(change, &account, false).await?;
        let line = NewActivity::user(by, Action::SecondFactorRemoved, Some(&account.user), Some(&after));
        change.append(line).await?;
        Ok(true)
    }

    /// Uses up the sign-in that a right code is for; `false` if it is gone, perhaps to another code that came at the same time.
    pub(super) async fn take_step(self, change: &Change) -> Result<bool, StoreError> {
        match self.step {
            Some(token_hash) => sign_in_steps::take(change, token_hash).await,
            None => Ok(true),
        }
    }

    pub(super) async fn row(
        self,
        transaction: &DatabaseTransaction,
    ) -> Result<Option<second_factor::Model>, StoreError> {
        Ok(second_factor::Entity::find_by_id(owner(self.user_id)).one(transaction).await?)
    }

    async fn account(self, change: &Change) -> Result<Account, StoreError> {
        let row = user::Entity::find_by_id(self.user_id).one(&change.transaction).await?;
        row.ok_or(StoreError::Unreadable("a second factor of nobody"))?.try_into()
    }

    fn unseal(self, row: second_factor::Model) -> Result<Secret, StoreError> {
        let sealed = Sealed { key_id: row.secret_key_id, bytes: row.secret };
        let secret = self.store.vault.unseal(&row.owner, &sealed);
        secret.map_err(|error| error.of_row("second_factors", &row.owner))
    }

    async fn update(self, change: &Change, columns: second_factor::ActiveModel) -> Result<(), StoreError> {
        second_factor::Entity::update_many()
            .set(columns)
            .filter(second_factor::Column::UserId.eq(self.user_id))
            .exec(&change.transaction)
            .await?;
        Ok(())
    }

    async fn delete_row(self, change: &Change) -> Result<(), StoreError> {
        second_factor::Entity::delete_by_id(owner(self.user_id)).exec(&change.transaction).await?;
        Ok(())
    }

    async fn delete_codes(self, change: &Change) -> Result<(), StoreError> {
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::UserId.eq(self.user_id))
            .exec(&change.transaction)
            .await?;
        Ok(())
    }

    /// Stores recovery codes in place of those that are there.
    async fn insert_codes(self, change: &Change, hashes: &[Vec<u8>]) -> Result<(), StoreError> {
        self.delete_codes(change).await?;
        for code_hash in hashes {
            let row =
                recovery_code::ActiveModel { code_hash: Set(code_hash.clone()), user_id: Set(self.user_id) };
            recovery_code::Entity::insert(row).exec(&change.transaction).await?;
        }
        Ok(())
    }
}

impl Users<'_> {
    /// Removes the second factor of an account and returns its user as it is then; `None` if there is no account with this
    /// name. Idempotent.
    pub async fn reset_second_factor(self, username: &Username, by: By) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = users::find(&change.transaction, username).await? else { return Ok(None) };
        self.0.second_factor(account.id).remove_in(&mut change, by).await?;
        self.0.commit(change).await?;
        Ok(Some(User { second_factor: false, ..account.user }))
    }
}

fn is_pending(row: &second_factor::Model, session: &[u8], begun_after: OffsetDateTime) -> bool {
    row.confirmed_at.is_none() && row.begun_by == session && row.begun_at > milliseconds(begun_after)
}

/// Notes in the account's row whether it has a second factor; returns the user as it is then.
async fn set(change: &Change, account: &Account, second_factor: bool) -> Result<User, StoreError> {
    let columns = user::ActiveModel { second_factor: Set(second_factor), ..Default::default() };
    write(change, account, columns).await?;
    Ok(User { second_factor, ..account.user.clone() })
}
