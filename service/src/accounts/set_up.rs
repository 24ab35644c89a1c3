//! The first administrator, created by a one-time link that the first start prints.

use std::time::Duration;

use domain::{Action, Actor, Username, error::FieldErrors};
use store::activity::{By, NewActivity};

use crate::{
    accounts::{
        new_password::check_twice,
        sign_in::Begun,
        users::{new_user, username_taken},
    },
    error::ServiceError,
    guard::{
        browser::Browser,
        token::{self, Token},
    },
    service::Service,
};

/// A link that nobody has used ends this long after it was made.
pub const LINK_LIFE: Duration = Duration::from_hours(1);

/// Why the first administrator was not created.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The link is unknown, used, replaced by a newer one or too old, or an administrator exists.
    #[error(
        "This set-up link is not valid any more: an administrator exists already, or it is over an hour old, or a later start has printed a new one."
    )]
    DeadLink,
    /// The input is invalid, or it could not be saved.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Setting up: the links that create the first administrator.
#[derive(Clone, Copy, Debug)]
pub struct SetUp<'a>(&'a Service);

impl Service {
    /// Setting up: the links that create the first administrator.
    pub fn set_up(&self) -> SetUp<'_> {
        SetUp(self)
    }
}

impl SetUp<'_> {
    /// The token of a new set-up link, which replaces earlier ones, or `None` if an administrator exists.
    pub async fn offer_link(self) -> Result<Option<Token>, ServiceError> {
        let token = Token::new();
        let is_offered = self.0.store.set_up_links().replace(&token.hash(), self.0.clock.now()).await?;
        Ok(is_offered.then_some(token))
    }

    /// Whether a link is still valid.
    pub async fn is_valid(self, link: &str) -> Result<bool, ServiceError> {
        let made_after = self.0.clock.now() - LINK_LIFE;
        Ok(self.0.store.set_up_links().is_valid(&token::hash(link), made_after).await?)
    }

    /// Creates the first administrator and signs them in; returns `None` if the account was changed before its session
    /// began. The browser's earlier session, if any, ends.
    pub async fn create_administrator(
        self,
        link: &str,
        username: &str,
        password: &str,
        password_again: &str,
        browser: &Browser<'_>,
    ) -> Result<Option<Begun>, SetUpError> {
        if !self.is_valid(link).await? {
            return Err(SetUpError::DeadLink);
        }
        let mut errors = FieldErrors::default();
        let parsed = errors.take("username", Username::parse_new(username));
        let password = check_twice(password, password_again, &[username, &self.0.rules.site], true);
        let (username, password) = match (parsed, password) {
            (Some(username), Ok(password)) => (username, password),
            (_, password) => {
                let mut errors = errors.into_vec();
                errors.extend(password.err().unwrap_or_default());
                return Err(ServiceError::Invalid(errors).into());
            }
        };
        let now = self.0.clock.now();
        let user = new_user(username, true, now);
        let hash = self.0.passwords.hash(&password).await;
        let by = By {
            actor: Actor::User(user.username.clone()),
            address: Some(browser.address.to_string()),
            at: now,
            reason: None,
        };
        let activity = NewActivity::user(by, Action::UserAdded, None, Some(&user));
        let links = self.0.store.set_up_links();
        let made =
            links.create_administrator(&token::hash(link), now - LINK_LIFE, &user, &hash, activity).await;
        let account = made.map_err(username_taken)?.ok_or(SetUpError::DeadLink)?;
        // `check_twice` has refused a short password.
        Ok(self.0.sessions().begin(&account, Some(false), browser).await?)
    }
}
