//! Accounts at rest.

use std::fmt;

use domain::{User, Username, query::milliseconds};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set,
    SqlErr,
};
use time::OffsetDateTime;

use crate::{
    database::values::time_from,
    entity::{set_up_link, user},
    error::StoreError,
    store::Store,
    tables::{
        activity::NewActivity,
        readable::{Row, readable},
    },
};

/// A user with what signing in needs. `Debug` leaves the hash out.
#[derive(Clone)]
pub struct Account {
    /// The row's number.
    pub id: i64,
    /// The user.
    pub user: User,
    /// The argon2id hash, as a PHC string; empty where no password was set yet.
    pub password_hash: String,
    /// Failed attempts to sign in since the last successful one.
    pub failed_sign_ins: u32,
    /// When its user last signed in.
    pub signed_in_at: Option<OffsetDateTime>,
    /// How often all its sessions were ended at once.
    pub(crate) sign_outs: i64,
}

impl Account {
    /// Whether a password was set; without one nobody signs in.
    pub fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}

impl TryFrom<user::Model> for Account {
    type Error = StoreError;

    fn try_from(row: user::Model) -> Result<Self, StoreError> {
        let user = User {
            username: Username::parse(&row.username).map_err(|_| StoreError::Unreadable("a username"))?,
            display_name: row.display_name,
            configure_server: row.configure_server,
            disabled: row.disabled,
            second_factor: row.second_factor,
            created_at: time_from(row.created_at)?,
        };
        Ok(Self {
            id: row.id,
            user,
            password_hash: row.password_hash,
            failed_sign_ins: u32::try_from(row.failed_sign_ins).unwrap_or(u32::MAX),
            signed_in_at: row.signed_in_at.map(time_from).transpose()?,
            sign_outs: row.sign_outs,
        })
    }
}

fn new_row(user: &User, password_hash: &str) -> user::ActiveModel {
    user::ActiveModel {
        username: Set(user.username.to_string()),
        folded: Set(user.username.folded()),
        display_name: Set(user.display_name.clone()),
        password_hash: Set(password_hash.to_owned()),
        configure_server: Set(user.configure_server),
        disabled: Set(user.disabled),
        created_at: Set(milliseconds(user.created_at)),
        ..Default::default()
    }
}

/// Inserts an account; with an administrator every set-up link ends.
pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    user: &User,
    password_hash: &str,
) -> Result<Account, StoreError> {
    let taken = |error: DbErr| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::UsernameTaken,
        _ => error.into(),
    };
    let inserted =
        user::Entity::insert(new_row(user, password_hash)).exec(connection).await.map_err(taken)?;
    if user.configure_server {
        end_set_up_links(connection).await?;
    }
    Ok(Account {
        id: inserted.last_insert_id,
        user: user.clone(),
        password_hash: password_hash.to_owned(),
        failed_sign_ins: 0,
        signed_in_at: None,
        sign_outs: 0,
    })
}

pub(super) async fn end_set_up_links(connection: &impl ConnectionTrait) -> Result<(), StoreError> {
    set_up_link::Entity::delete_many().exec(connection).await?;
    Ok(())
}

pub(super) async fn find(
    connection: &impl ConnectionTrait,
    username: &Username,
) -> Result<Option<Account>, StoreError> {
    let row = user::Entity::find().filter(user::Column::Folded.eq(username.folded())).one(connection).await?;
    row.map(Account::try_from).transpose()
}

/// Whether any user, enabled or not, has *Configure Server*.
pub(super) async fn any_administrator(connection: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(user::Entity::find().filter(user::Column::ConfigureServer.eq(true)).one(connection).await?.is_some())
}

/// The table of users.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a>(pub(super) &'a Store);

impl Store {
    /// The table of users.
    #[inline]
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }
}

impl Users<'_> {
    /// The account with this name, ignoring case.
    pub async fn find(self, username: &Username) -> Result<Option<Account>, StoreError> {
        find(&self.0.read, username).await
    }

    /// Every user, by name.
    pub async fn list(self) -> Result<Vec<User>, StoreError> {
        let select = user::Entity::find().order_by_asc(user::Column::Folded).into_model::<Row<user::Model>>();
        let accounts: Vec<Account> = readable(select.all(&self.0.read).await?, &self.0.unreadable);
        Ok(accounts.into_iter().map(|account| account.user).collect())
    }

    /// Inserts an account; returns its number.
    pub async fn insert(self, user: &User, password_hash: &str, new: NewActivity) -> Result<i64, StoreError> {
        let mut change = self.0.begin().await?;
        let account = insert(&change.transaction, user, password_hash).await?;
        change.append(new).await?;
        self.0.commit(change).await?;
        Ok(account.id)
    }
}
