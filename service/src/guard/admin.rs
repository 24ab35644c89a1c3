//! The wall of permission: `Admin`, and the sessions and signed requests that can become one. What makes an `Admin` is
//! private to this file.

use std::{fmt, net::IpAddr};

use domain::{Actor, User};
use store::{Account, activity::By};
use time::OffsetDateTime;

use crate::guard::verified::Verified;

/// Proof of the *Configure Server* permission. Every administrative use case takes one, so that the check cannot be
/// forgotten.
#[derive(Clone, Debug)]
pub struct Admin {
    actor: Actor,
    address: Option<String>,
}

impl Admin {
    /// A user who can run commands beside the database and the vault key may do everything.
    pub fn at_the_command_line() -> Self {
        Self { actor: Actor::CommandLine, address: None }
    }

    fn from_user(user: &User, address: IpAddr) -> Result<Self, NotPermitted> {
        if user.configure_server {
            Ok(Self { actor: Actor::User(user.username.clone()), address: Some(address.to_string()) })
        } else {
            Err(NotPermitted)
        }
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor.clone(), address: self.address.clone(), at }
    }
}

/// The user lacks *Configure Server*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This needs the Configure Server permission.")]
pub struct NotPermitted;

/// A user with a valid session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    id: i64,
    user: User,
    session: Vec<u8>,
    address: IpAddr,
}

impl SignedIn {
    /// For `authenticate` only, which has checked that the session is valid.
    pub(crate) fn new(account: Account, session: Vec<u8>, address: IpAddr) -> Self {
        Self { id: account.id, user: account.user, session, address }
    }

    /// The user.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Proof that the user is an administrator.
    pub fn admin(&self) -> Result<Admin, NotPermitted> {
        Admin::from_user(&self.user, self.address)
    }

    /// The session's identifier: the hash of its token.
    pub fn session(&self) -> &[u8] {
        &self.session
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn by(&self, at: OffsetDateTime) -> By {
        By { actor: self.actor(), address: Some(self.address.to_string()), at }
    }

    fn actor(&self) -> Actor {
        Actor::User(self.user.username.clone())
    }
}

impl Verified {
    /// Proof that the user for whom the consumer acts is an administrator.
    pub fn admin(&self, address: IpAddr) -> Result<Admin, NotPermitted> {
        Admin::from_user(self.user().ok_or(NotPermitted)?, address)
    }
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.username.fmt(f)
    }
}

/// Whether a request shows that the user is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The user did something: the session does not go idle.
    Acting,
    /// A page is open; its user may be away.
    Listening,
}
