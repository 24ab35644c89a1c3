//! What administrators do to accounts.

use domain::{Action, Password, User, Username, error::FieldErrors};
use store::{Account, StoreError, activity::NewActivity};
use time::OffsetDateTime;

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

pub(crate) fn new_user(username: Username, configure_server: bool, now: OffsetDateTime) -> User {
    let display_name = username.to_string();
    User { username, display_name, configure_server, disabled: false, created_at: now }
}

/// Makes a username that is taken an error of its field.
pub(crate) fn username_taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::UsernameTaken => ServiceError::invalid("username", &error),
        other => other.into(),
    }
}

/// A change to an account, except to its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Ends its sessions; neither it nor a consumer on its behalf can do anything.
    Disable,
    /// Undoes `Disable`, except that ended sessions stay ended.
    Enable,
    /// Grants *Configure Server*.
    Permit,
    /// Withdraws *Configure Server*.
    Forbid,
}

/// The accounts, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a> {
    service: &'a Service,
    admin: &'a Admin,
}

impl Service {
    /// The accounts, for an administrator.
    pub fn users<'a>(&'a self, admin: &'a Admin) -> Users<'a> {
        Users { service: self, admin }
    }
}

impl Users<'_> {
    /// All users, sorted by name.
    pub async fn list(self) -> Result<Vec<User>, ServiceError> {
        Ok(self.service.store.users().list().await?)
    }

    /// Creates an account.
    pub async fn add(
        self,
        username: &str,
        password: &str,
        configure_server: bool,
    ) -> Result<User, ServiceError> {
        let mut errors = FieldErrors::default();
        let username = errors.take("username", Username::parse(username));
        let password = errors.take("password", Password::parse(password));
        let (Some(username), Some(password)) = (username, password) else {
            return Err(ServiceError::Invalid(errors.into_vec()));
        };
        let now = self.service.clock.now();
        let user = new_user(username, configure_server, now);
        let activity = NewActivity::user(self.admin.by(now), Action::UserAdded, None, Some(&user));
        let hash = self.service.passwords.hash(&password).await;
        self.service.store.users().insert(&user, &hash, activity).await.map_err(username_taken)?;
        Ok(user)
    }

    /// Changes an account. Idempotent.
    pub async fn change(self, username: &str, change: Change) -> Result<User, ServiceError> {
        let before = self.account(username).await?;
        let mut account = before.clone();
        let user = &mut account.user;
        let (flag, to, action) = match change {
            Change::Disable => (&mut user.disabled, true, Action::UserDisabled),
            Change::Enable => (&mut user.disabled, false, Action::UserEnabled),
            Change::Permit => (&mut user.configure_server, true, Action::UserPermitted),
            Change::Forbid => (&mut user.configure_server, false, Action::UserForbidden),
        };
        *flag = to;
        if account.user != before.user {
            let by = self.admin.by(self.service.clock.now());
            let activity = NewActivity::user(by, action, Some(&before.user), Some(&account.user));
            self.service.store.users().save(&account, change == Change::Disable, activity).await?;
        }
        Ok(account.user)
    }

    /// Sets a new password and ends the account's sessions.
    pub async fn change_password(self, username: &str, password: &str) -> Result<User, ServiceError> {
        let mut account = self.account(username).await?;
        let password =
            Password::parse(password).map_err(|error| ServiceError::invalid("password", &error))?;
        account.password_hash = self.service.passwords.hash(&password).await;
        let by = self.admin.by(self.service.clock.now());
        let activity =
            NewActivity::user(by, Action::PasswordChanged, Some(&account.user), Some(&account.user));
        self.service.store.users().save(&account, true, activity).await?;
        Ok(account.user)
    }

    async fn account(self, username: &str) -> Result<Account, ServiceError> {
        let found = match Username::parse(username) {
            Ok(username) => self.service.store.users().find(&username).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| ServiceError::NotFound(format!("user named {username}")))
    }
}
