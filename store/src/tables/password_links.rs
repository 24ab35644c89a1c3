//! The one-time links with which users set their password. An account has one at most: it ends with its use, with a newer
//! one, with a password that is set otherwise, and when the account is disabled.

use domain::{Action, Actor, User, Username, query::milliseconds};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, Set};
use time::OffsetDateTime;

use crate::{
    entity::{password_link, user},
    error::StoreError,
    store::{Change, Store},
    tables::{
        account_changes::{end_password_link, set_password},
        activity::{By, NewActivity},
        users::{self, Account, find},
    },
};

/// The table of links to set a password.
#[derive(Clone, Copy, Debug)]
pub struct PasswordLinks<'a>(&'a Store);

impl Store {
    /// The table of links to set a password.
    pub fn password_links(&self) -> PasswordLinks<'_> {
        PasswordLinks(self)
    }
}

impl PasswordLinks<'_> {
    /// Inserts an account without a password, and a link to set one by the hash of its token.
    pub async fn invite(self, user: &User, token_hash: &[u8], new: NewActivity) -> Result<(), StoreError> {
        let mut change = self.0.begin().await?;
        let account = users::insert(&change.transaction, user, "").await?;
        insert(&change, account.id, token_hash, user.created_at).await?;
        change.append(new).await?;
        self.0.commit(change).await
    }

    /// Stores a link for an account by the hash of its token, and ends the earlier one; `None` if there is no account with
    /// this name, `UserDisabled` if it is disabled. The password before holds until the link is used.
    pub async fn make(
        self,
        username: &Username,
        token_hash: &[u8],
        by: By,
    ) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = find(&change.transaction, username).await? else { return Ok(None) };
        if account.user.disabled {
            return Err(StoreError::UserDisabled);
        }
        end_password_link(&change, &account).await?;
        insert(&change, account.id, token_hash, by.at).await?;
        let user = account.user;
        change.append(NewActivity::user(by, Action::PasswordLinkMade, Some(&user), Some(&user))).await?;
        self.0.commit(change).await?;
        Ok(Some(user))
    }

    /// The user of a link that is valid: made after a time, unused, and of an account that is enabled.
    pub async fn find(
        self,
        token_hash: &[u8],
        made_after: OffsetDateTime,
    ) -> Result<Option<User>, StoreError> {
        Ok(account_of(&self.0.read, token_hash, made_after).await?.map(|account| account.user))
    }

    /// Uses a link to set its account's password, which ends its sessions and revokes its tokens. Returns the user, or
    /// `None` if the link is not valid.
    pub async fn set_password(
        self,
        token_hash: &[u8],
        made_after: OffsetDateTime,
        password_hash: &str,
        address: Option<String>,
        at: OffsetDateTime,
    ) -> Result<Option<User>, StoreError> {
        let mut change = self.0.begin().await?;
        let Some(account) = account_of(&change.transaction, token_hash, made_after).await? else {
            return Ok(None);
        };
        let by = By { actor: Actor::User(account.user.username.clone()), address, at, reason: None };
        set_password(&mut change, &account, password_hash, false, &by).await?;
        self.0.commit(change).await?;
        Ok(Some(account.user))
    }
}

async fn insert(
    change: &Change,
    user_id: i64,
    token_hash: &[u8],
    made_at: OffsetDateTime,
) -> Result<(), StoreError> {
    let row = password_link::ActiveModel {
        token_hash: Set(token_hash.to_vec()),
        user_id: Set(user_id),
        created_at: Set(milliseconds(made_at)),
    };
    password_link::Entity::insert(row).exec(&change.transaction).await?;
    Ok(())
}

async fn account_of(
    connection: &impl ConnectionTrait,
    token_hash: &[u8],
    made_after: OffsetDateTime,
) -> Result<Option<Account>, StoreError> {
    let link = password_link::Entity::find_by_id(token_hash.to_vec())
        .filter(password_link::Column::CreatedAt.gt(milliseconds(made_after)))
        .one(connection)
        .await?;
    let Some(link) = link else { return Ok(None) };
    let row = user::Entity::find_by_id(link.user_id).filter(user::Column::Disabled.eq(false));
    row.one(connection).await?.map(Account::try_from).transpose()
}
