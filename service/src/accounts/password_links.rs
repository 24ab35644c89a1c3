//! One-time links with which users set their password: made by administrators, used by their holders.

use std::{net::IpAddr, time::Duration};

use domain::{Action, Reason, User, Username, error::FieldErrors, user::display_name};
use store::activity::NewActivity;

use crate::{
    accounts::{
        new_password::check_twice,
        users::{Users, new_user, no_user, username_taken},
    },
    error::ServiceError,
    guard::token::{self, Token},
    service::Service,
};

/// A link that nobody has used ends this long after it was made.
pub const LINK_LIFE: Duration = Duration::from_hours(24);

/// Checks the names of a new account as `Users::invite` does: for a caller who has no database yet.
pub fn check_invited(username: &str, name: &str) -> Result<(), ServiceError> {
    parse(username, name, "").map(drop)
}

fn parse(
    username: &str,
    name: &str,
    reason: &str,
) -> Result<(Username, Option<String>, Option<Reason>), ServiceError> {
    let mut errors = FieldErrors::default();
    let parsed = errors.take("username", Username::parse_new(username));
    let name = errors.take("name", display_name(name));
    let reason = errors.take("reason", Reason::parse(reason));
    let (Some(username), Some(name), Some(reason)) = (parsed, name, reason) else {
        return Err(ServiceError::Invalid(errors.into_vec()));
    };
    Ok((username, name, reason))
}

impl Users<'_> {
    /// Creates an account without a password, and a link to set one. Nobody signs in until the link is used. An empty `reason`
    /// is none.
    pub async fn invite(
        self,
        username: &str,
        name: &str,
        configure_server: bool,
        reason: &str,
    ) -> Result<(User, Token), ServiceError> {
        if configure_server {
            self.admin.require_fresh()?;
        }
        let (username, name, reason) = parse(username, name, reason)?;
        let now = self.service.clock.now();
        let mut user = new_user(username, configure_server, now);
        if let Some(name) = name {
            user.display_name = name;
        }
        let token = Token::new();
        let by = self.because(reason.as_ref()).by(now);
        let activity = NewActivity::user(by, Action::UserAdded, None, Some(&user));
        let links = self.service.store.password_links();
        links.invite(&user, &token.hash(), activity).await.map_err(username_taken)?;
        Ok((user, token))
    }

    /// A new link to set an account's password, with a fresh sign-in; the earlier one ends. The password before holds until
    /// the link is used, which ends the account's sessions and revokes its tokens.
    pub async fn reset_password(self, username: &str) -> Result<(User, Token), ServiceError> {
        self.admin.require_fresh()?;
        let token = Token::new();
        let by = self.by(self.service.clock.now());
        let made = match Username::parse(username) {
            Ok(username) => self.service.store.password_links().make(&username, &token.hash(), by).await?,
            Err(_) => None,
        };
        let user = made.ok_or_else(|| no_user(username))?;
        Ok((user, token))
    }
}

/// Why a password was not set by a link.
#[derive(Debug, thiserror::Error)]
pub enum PasswordLinkError {
    /// The link is unknown, used, replaced by a newer one or too old, or its account is disabled: the holder does not learn
    /// which.
    #[error(
        "This link is not valid, or not any more: it was used, it is over 24 hours old, a newer one was made, or the account is disabled."
    )]
    DeadLink,
    /// The input is invalid, or it could not be saved.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// The links with which users set their password, for their holders.
#[derive(Clone, Copy, Debug)]
pub struct PasswordLinks<'a>(&'a Service);

impl Service {
    /// The links with which users set their password, for their holders.
    pub fn password_links(&self) -> PasswordLinks<'_> {
        PasswordLinks(self)
    }
}

impl PasswordLinks<'_> {
    /// The user whose password a link sets.
    pub async fn user(self, link: &str) -> Result<User, PasswordLinkError> {
        let made_after = self.0.clock.now() - LINK_LIFE;
        let links = self.0.store.password_links();
        let user = links.find(&token::hash(link), made_after).await.map_err(ServiceError::from)?;
        user.ok_or(PasswordLinkError::DeadLink)
    }

    /// Sets the password of a link's user; the link ends with it, and so do the account's sessions and tokens. Wrong input
    /// does not use the link up.
    pub async fn set_password(
        self,
        link: &str,
        password: &str,
        password_again: &str,
        address: IpAddr,
    ) -> Result<User, PasswordLinkError> {
        let user = self.user(link).await?;
        let in_sight = [user.username.as_str(), &user.display_name, &self.0.rules.site];
        let password = check_twice(password, password_again, &in_sight, user.configure_server)
            .map_err(ServiceError::Invalid)?;
        let hash = self.0.passwords.hash(&password).await;
        let now = self.0.clock.now();
        let links = self.0.store.password_links();
        let address = Some(address.to_string());
        let set = links.set_password(&token::hash(link), now - LINK_LIFE, &hash, address, now).await;
        set.map_err(ServiceError::from)?.ok_or(PasswordLinkError::DeadLink)
    }
}
