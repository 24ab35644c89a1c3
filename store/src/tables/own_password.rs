//! A user's own new password: what else is signed in ends, and the browser that asked goes on under a new token.

use domain::{Action, query::milliseconds};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::{
    entity::{session, user},
    error::StoreError,
    tables::{
        account_changes::{end_password_link, end_sessions, write},
        activity::{By, NewActivity},
        sessions::unchanged,
        tokens,
        users::{Account, Users},
    },
};

impl Users<'_> {
    /// Sets the password of an account whose old one was checked. Every session ends; the one named `from` goes on under
    /// the hash `to`, with the times at which it began and was proved, and with whether the new password is too short for an
    /// administrator. Unless they are kept, the account's tokens are revoked.
    ///
    /// Returns the account as it is then; `None`, and changes nothing, if it was changed since it was read or the session has
    /// ended.
    pub async fn change_own_password(
        self,
        account: &Account,
        password_hash: &str,
        short_password: bool,
        keep_tokens: bool,
        (from, to): (&[u8], &[u8]),
        by: By,
    ) -> Result<Option<Account>, StoreError> {
        let mut change = self.0.begin().await?;
        let session = session::Entity::find_by_id(from.to_vec())
            .filter(session::Column::UserId.eq(account.id))
            .one(&change.transaction)
            .await?;
        let Some(session) = session else { return Ok(None) };
        if unchanged(&change.transaction, account).await?.is_none() {
            return Ok(None);
        }
        let columns =
            user::ActiveModel { password_hash: Set(password_hash.to_owned()), ..Default::default() };
        write(&change, account, columns).await?;
        end_sessions(&change, account).await?;
        end_password_link(&change, account).await?;
        let row = session::Model {
            token_hash: to.to_vec(),
            last_seen_at: milliseconds(by.at),
            short_password: Some(short_password),
            ..session
        };
        session::Entity::insert(session::ActiveModel::from(row).reset_all())
            .exec(&change.transaction)
            .await?;
        let user = &account.user;
        change.append(NewActivity::user(by.clone(), Action::PasswordChanged, Some(user), Some(user))).await?;
        if !keep_tokens {
            tokens::revoke_all_for(&mut change, account.id, &by).await?;
        }
        self.0.commit(change).await?;
        // `end_sessions` has counted one more.
        let sign_outs = account.sign_outs + 1;
        Ok(Some(Account { password_hash: password_hash.to_owned(), sign_outs, ..account.clone() }))
    }
}
