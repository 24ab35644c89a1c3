//! Changes of accounts. Each reads the row inside its transaction and writes only what it changes, so that two at once
//! lose nothing of either.

use domain::{AccountChange, Action, User, Username};
use sea_orm::{ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, Set, sea_query::Expr};

use crate::{
    entity::{password_link, session, sign_in_step, user},
    error::StoreError,
    store::Change,
    tables::{
        activity::{By, NewActivity},
        tokens,
        users::{Account, Users, end_set_up_links, find},
    },
};

impl Users<'_> {
    /// Changes an account, as `change_all` does.
    pub async fn change(
        self,
        username: &Username,
        to: AccountChange,
        by: By,
    ) -> Result<Option<User>, StoreError> {
        self.change_all(username, &[to], by).await
    }

    /// Makes all of these changes of an account, or none, and returns its user as it is then; `None` if there is none with this
    /// name. Idempotent: what changes nothing is not reported. `LastAdministrator` if nobody could administer the server
    /// afterwards.
    pub async fn change_all(
        self,
        username: &Username,
        changes: &[AccountChange],
        by: By,
    ) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = find(&change.transaction, username).await? else { return Ok(None) };
        let last = changes.iter().fold(account.user.clone(), |user, to| user.after(*to));
        if last == account.user {
            return Ok(Some(last));
        }
        let is_administrator = account.user.can_administer() && account.has_password();
        if is_administrator && !last.can_administer() && !any_other(&change, &account).await? {
            return Err(StoreError::LastAdministrator);
        }
        let mut before = account.user.clone();
        for to in changes {
            let after = before.after(*to);
            if after == before {
                continue;
            }
            make(&change, &account, *to, &after).await?;
            change.append(NewActivity::user(by.clone(), to.action(), Some(&before), Some(&after))).await?;
            before = after;
        }
        self.0.commit(change).await?;
        Ok(Some(last))
    }

    /// Sets an account's password, ends its sessions and, unless they are kept, revokes its tokens; `None` if there is no
    /// account with this name.
    pub async fn change_password(
        self,
        username: &Username,
        password_hash: &str,
        keep_tokens: bool,
        by: By,
    ) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = find(&change.transaction, username).await? else { return Ok(None) };
        set_password(&mut change, &account, password_hash, keep_tokens, &by).await?;
        self.0.commit(change).await?;
        Ok(Some(account.user))
    }

    /// Ends an account's sessions and revokes its tokens; `None` if there is no account with this name.
    pub async fn sign_out(self, username: &Username, by: By) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = find(&change.transaction, username).await? else { return Ok(None) };
        end_sessions(&change, &account).await?;
        let user = account.user;
        let line = NewActivity::user(by.clone(), Action::SignedOut, Some(&user), Some(&user));
        change.append(line).await?;
        tokens::revoke_all_for(&mut change, account.id, &by).await?;
        self.0.commit(change).await?;
        Ok(Some(user))
    }
}

/// Makes one change of an account, with what it ends.
async fn make(change: &Change, account: &Account, to: AccountChange, after: &User) -> Result<(), StoreError> {
    let columns = match to {
        AccountChange::Disable | AccountChange::Enable => {
            user::ActiveModel { disabled: Set(after.disabled), ..Default::default() }
        }
        AccountChange::Permit | AccountChange::Forbid => {
            user::ActiveModel { configure_server: Set(after.configure_server), ..Default::default() }
        }
    };
    write(change, account, columns).await?;
    match to {
        AccountChange::Disable => {
            end_sessions(change, account).await?;
            end_password_link(change, account).await
        }
        AccountChange::Permit => {
            end_set_up_links(&change.transaction).await?;
            end_sessions_of_unknown_passwords(change, account).await
        }
        AccountChange::Enable | AccountChange::Forbid => Ok(()),
    }
}

/// Whether another administrator can sign in; one who has no password yet cannot.
async fn any_other(change: &Change, account: &Account) -> Result<bool, StoreError> {
    let others = user::Entity::find()
        .filter(user::Column::ConfigureServer.eq(true))
        .filter(user::Column::Disabled.eq(false))
        .filter(user::Column::PasswordHash.ne(""))
        .filter(user::Column::Id.ne(account.id));
    Ok(others.one(&change.transaction).await?.is_some())
}

/// Sets the account's password, with its line; ends its sessions and its link and, unless they are kept, revokes its tokens.
pub(super) async fn set_password(
    change: &mut Change,
    account: &Account,
    password_hash: &str,
    keep_tokens: bool,
    by: &By,
) -> Result<(), StoreError> {
    let columns = user::ActiveModel { password_hash: Set(password_hash.to_owned()), ..Default::default() };
    write(change, account, columns).await?;
    end_sessions(change, account).await?;
    end_password_link(change, account).await?;
    let user = Some(&account.user);
    change.append(NewActivity::user(by.clone(), Action::PasswordChanged, user, user)).await?;
    if !keep_tokens {
        tokens::revoke_all_for(change, account.id, by).await?;
    }
    Ok(())
}

/// Ends the account's link to set a password, if it has one.
pub(super) async fn end_password_link(change: &Change, account: &Account) -> Result<(), StoreError> {
    password_link::Entity::delete_many()
        .filter(password_link::Column::UserId.eq(account.id))
        .exec(&change.transaction)
        .await?;
    Ok(())
}

pub(super) async fn write(
    change: &Change,
    account: &Account,
    columns: user::ActiveModel,
) -> Result<(), StoreError> {
    user::Entity::update_many()
        .set(columns)
        .filter(user::Column::Id.eq(account.id))
        .exec(&change.transaction)
        .await?;
    Ok(())
}

/// Ends the sessions that an older node began, and the sign-ins whose password it checked: whether their password is long enough for an administrator is not known.
async fn end_sessions_of_unknown_passwords(change: &Change, account: &Account) -> Result<(), StoreError> {
    session::Entity::delete_many()
        .filter(session::Column::UserId.eq(account.id))
        .filter(session::Column::ShortPassword.is_null())
        .exec(&change.transaction)
        .await?;
    sign_in_step::Entity::delete_many()
        .filter(sign_in_step::Column::UserId.eq(account.id))
        .filter(sign_in_step::Column::ShortPassword.is_null())
        .exec(&change.transaction)
        .await?;
    Ok(())
}

/// Ends the account's sessions, also the one of a sign-in that has checked its password and not begun it yet.
pub(super) async fn end_sessions(change: &Change, account: &Account) -> Result<(), StoreError> {
    user::Entity::update_many()
        .col_expr(user::Column::SignOuts, Expr::col(user::Column::SignOuts).add(1))
        .filter(user::Column::Id.eq(account.id))
        .exec(&change.transaction)
        .await?;
    session::Entity::delete_many()
        .filter(session::Column::UserId.eq(account.id))
        .exec(&change.transaction)
        .await?;
    Ok(())
}
