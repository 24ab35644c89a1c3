//! Who may: the only maker of an `Admin`, and what one is made from.

use std::{fmt, net::IpAddr};

use domain::{Actor, User};
use store::{Account, activity::By};
use time::OffsetDateTime;

use crate::guard::verified::Verified;

/// Proof of the *Configure Server* permission. Every administrative use case takes one, and nobody but this module
/// can make one, so a check cannot be forgotten.
#[derive(Clone, Debug)]
pub struct Admin {
    actor: Actor,
    address: Option<String>,
}

impl Admin {
    /// Whoever may run commands beside the database and the vault key may do everything.
    pub fn at_the_command_line() -> Self {
        Self { actor: Actor::CommandLine, address: None }
    }

    fn who(user: &User, address: IpAddr) -> Result<Self, NotPermitted> {
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

/// A user behind a session that holds.
#[derive(Clone, Debug)]
pub struct SignedIn {
    id: i64,
    user: User,
    session: Vec<u8>,
    address: IpAddr,
}

impl SignedIn {
    /// For `authenticate` alone, which has found that the session holds.
    pub(crate) fn new(account: Account, session: Vec<u8>, address: IpAddr) -> Self {
        Self { id: account.id, user: account.user, session, address }
    }

    /// Who it is.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The user as an administrator, if they are one.
    pub fn admin(&self) -> Result<Admin, NotPermitted> {
        Admin::who(&self.user, self.address)
    }

    /// Which session it is: the hash of its token.
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
    /// The user behind a signed request as an administrator, if they are one.
    pub fn admin(&self, address: IpAddr) -> Result<Admin, NotPermitted> {
        Admin::who(self.user().ok_or(NotPermitted)?, address)
    }
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.username.fmt(f)
    }
}

/// Whether somebody does something or merely has a page open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A request that a person made.
    Acting,
    /// An open page that listens.
    Listening,
}
