//! Sign-ins between password and code, by the hash of their token. Such a token is no session: it opens nothing but the
//! question for the code.

use domain::query::milliseconds;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};
use time::OffsetDateTime;

use crate::{
    entity::{sign_in_step, user},
    error::StoreError,
    store::{Change, Store},
    tables::users::Account,
};

/// A sign-in that waits for its code.
#[derive(Clone, Debug)]
pub struct SignInStep {
    /// The account whose password was checked.
    pub account: Account,
    /// Whether the password is shorter than an administrator's has to be; `None`: an older node checked it.
    pub short_password: Option<bool>,
}

/// The table of sign-ins that wait for a code.
#[derive(Clone, Copy, Debug)]
pub struct SignInSteps<'a>(&'a Store);

impl Store {
    /// The table of sign-ins that wait for a code.
    pub fn sign_in_steps(&self) -> SignInSteps<'_> {
        SignInSteps(self)
    }
}

impl SignInSteps<'_> {
    /// Stores a step of an account whose password was checked, with whether that is too short for an administrator, and deletes
    /// those made before a time.
    pub async fn insert(
        self,
        token_hash: &[u8],
        account: &Account,
        short_password: bool,
        now: OffsetDateTime,
        made_after: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let change = self.0.begin().await?;
        sign_in_step::Entity::delete_many()
            .filter(sign_in_step::Column::CreatedAt.lte(milliseconds(made_after)))
            .exec(&change.transaction)
            .await?;
        let row = sign_in_step::ActiveModel {
            token_hash: Set(token_hash.to_vec()),
            user_id: Set(account.id),
            sign_outs: Set(account.sign_outs),
            created_at: Set(milliseconds(now)),
            short_password: Set(Some(short_password)),
        };
        sign_in_step::Entity::insert(row).exec(&change.transaction).await?;
        self.0.commit(change).await
    }

    /// A step made after a time; `None` if there is no such step, or the account was disabled, signed out
    /// everywhere or given a new password since.
    pub async fn find(
        self,
        token_hash: &[u8],
        made_after: OffsetDateTime,
    ) -> Result<Option<SignInStep>, StoreError> {
        let step = sign_in_step::Entity::find_by_id(token_hash.to_vec())
            .filter(sign_in_step::Column::CreatedAt.gt(milliseconds(made_after)))
            .one(&self.0.read)
            .await?;
        let Some(step) = step else { return Ok(None) };
        let user = user::Entity::find_by_id(step.user_id)
            .filter(user::Column::SignOuts.eq(step.sign_outs))
            .filter(user::Column::Disabled.eq(false))
            .one(&self.0.read)
            .await?;
        let short_password = step.short_password;
        user.map(|user| Ok(SignInStep { account: user.try_into()?, short_password })).transpose()
    }
}

/// Uses a step up; `false` if it is gone. Of two at once, one gets `true`.
pub(super) async fn take(change: &Change, token_hash: &[u8]) -> Result<bool, StoreError> {
    let taken = sign_in_step::Entity::delete_by_id(token_hash.to_vec()).exec(&change.transaction).await?;
    Ok(taken.rows_affected > 0)
}
