//! What administrators do to accounts.

use domain::{AccountChange, Action, Password, Reason, User, Username, error::FieldErrors};
use store::{
    StoreError,
    activity::{By, NewActivity},
};
use time::OffsetDateTime;

use crate::{accounts::new_password::check, error::ServiceError, guard::admin::Admin, service::Service};

pub(crate) fn new_user(username: Username, configure_server: bool, now: OffsetDateTime) -> User {
    let display_name = username.to_string();
    User { username, display_name, configure_server, disabled: false, second_factor: false, created_at: now }
}

/// Checks name and password of a new account as `Users::add` does: for a caller who has no database yet. `site` is the address of
/// this server.
pub fn check_new(
    username: &str,
    password: &str,
    configure_server: bool,
    site: &str,
) -> Result<(), ServiceError> {
    parse(username, password, configure_server, site).map(drop)
}

fn parse(
    username: &str,
    password: &str,
    configure_server: bool,
    site: &str,
) -> Result<(Username, Password), ServiceError> {
    let mut errors = FieldErrors::default();
    let parsed = errors.take("username", Username::parse_new(username));
    let password = errors.take("password", check(password, &[username, site], configure_server));
    match (parsed, password) {
        (Some(username), Some(password)) => Ok((username, password)),
        (None, _) | (_, None) => Err(ServiceError::Invalid(errors.into_vec())),
    }
}

/// Makes a username that is taken an error of its field.
pub(crate) fn username_taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::UsernameTaken => ServiceError::invalid("username", &error),
        other => other.into(),
    }
}

/// The accounts, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a> {
    pub(super) service: &'a Service,
    pub(super) admin: &'a Admin,
    reason: Option<&'a Reason>,
}

impl Service {
    /// The accounts, for an administrator.
    pub fn users<'a>(&'a self, admin: &'a Admin) -> Users<'a> {
        Users { service: self, admin, reason: None }
    }
}

impl<'a> Users<'a> {
    /// The same for what is done for a reason, which the activity notes.
    #[must_use]
    pub fn because(self, reason: Option<&'a Reason>) -> Self {
        Self { reason, ..self }
    }
}

impl Users<'_> {
    /// Who acts, and why.
    pub(super) fn by(self, at: OffsetDateTime) -> By {
        By { reason: self.reason.cloned(), ..self.admin.by(at) }
    }

    /// Creates an account.
    pub async fn add(
        self,
        username: &str,
        password: &str,
        configure_server: bool,
    ) -> Result<User, ServiceError> {
        if configure_server {
            self.admin.require_fresh()?;
        }
        let (username, password) = parse(username, password, configure_server, &self.service.rules.site)?;
        let now = self.service.clock.now();
        let user = new_user(username, configure_server, now);
        let activity = NewActivity::user(self.by(now), Action::UserAdded, None, Some(&user));
        let hash = self.service.passwords.hash(&password).await;
        self.service.store.users().insert(&user, &hash, activity).await.map_err(username_taken)?;
        Ok(user)
    }

    /// Changes an account; its rights only with a fresh sign-in: who has *Configure Server*, and whether an account with that, or
    /// one that is disabled, may sign in. Idempotent.
    ///
    /// `AccountChange::Permit` cannot check whether the password is long enough for *Configure Server*, since only its hash is
    /// there: sessions know it (`Owed::NewPassword`).
    pub async fn change(self, username: &str, change: AccountChange) -> Result<User, ServiceError> {
        self.change_all(username, &[change]).await
    }

    /// Makes several changes of an account, all or none of them, each as `change` does.
    pub async fn change_all(self, username: &str, changes: &[AccountChange]) -> Result<User, ServiceError> {
        for change in changes {
            match change {
                // What is enabled may do all that it could.
                AccountChange::Permit | AccountChange::Forbid | AccountChange::Enable => {
                    self.admin.require_fresh()?;
                }
                AccountChange::Disable if self.is_administrator(username).await? => {
                    self.admin.require_fresh()?;
                }
                AccountChange::Disable => {}
            }
        }
        let by = self.by(self.service.clock.now());
        let user = match Username::parse(username) {
            Ok(username) => self.service.store.users().change_all(&username, changes, by).await?,
            Err(_) => None,
        };
        user.ok_or_else(|| no_user(username))
    }

    async fn is_administrator(self, username: &str) -> Result<bool, ServiceError> {
        let Ok(username) = Username::parse(username) else { return Ok(false) };
        let account = self.service.store.users().find(&username).await?;
        Ok(account.is_some_and(|account| account.user.configure_server))
    }

    /// Sets a new password, with a fresh sign-in; ends the account's sessions and, unless they are kept, revokes its tokens.
    pub async fn change_password(
        self,
        username: &str,
        password: &str,
        keep_tokens: bool,
    ) -> Result<User, ServiceError> {
        self.admin.require_fresh()?;
        let account = match Username::parse(username) {
            Ok(username) => self.service.store.users().find(&username).await?,
            Err(_) => None,
        };
        let account = account.ok_or_else(|| no_user(username))?;
        let user = &account.user;
        let in_sight = [user.username.as_str(), &user.display_name, &self.service.rules.site];
        let password = check(password, &in_sight, user.configure_server)
            .map_err(|error| ServiceError::invalid("password", &error))?;
        let hash = self.service.passwords.hash(&password).await;
        let by = self.by(self.service.clock.now());
        let users = self.service.store.users();
        let changed = users.change_password(&account.user.username, &hash, keep_tokens, by).await?;
        changed.ok_or_else(|| no_user(username))
    }

    /// Removes the second factor and the recovery codes of an account: the way back in for a user who has lost both.
    /// Idempotent.
    pub async fn reset_factors(self, username: &str) -> Result<User, ServiceError> {
        self.admin.require_fresh()?;
        let by = self.by(self.service.clock.now());
        let reset = match Username::parse(username) {
            Ok(username) => self.service.store.users().reset_second_factor(&username, by).await?,
            Err(_) => None,
        };
        reset.ok_or_else(|| no_user(username))
    }

    /// Ends every session of an account and revokes its tokens.
    pub async fn sign_out(self, username: &str) -> Result<User, ServiceError> {
        let by = self.by(self.service.clock.now());
        let signed_out = match Username::parse(username) {
            Ok(username) => self.service.store.users().sign_out(&username, by).await?,
            Err(_) => None,
        };
        signed_out.ok_or_else(|| no_user(username))
    }
}

/// There is no such user; the name is one line of text, whatever was typed.
pub(super) fn no_user(username: &str) -> ServiceError {
    if username.is_empty() {
        return ServiceError::NotFound("user without a name, and none was given".to_owned());
    }
    ServiceError::NotFound(format!("user named {username}"))
}
