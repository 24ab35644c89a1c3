//! The append-only list of what was done, by whom, from where: audit trail and event feed in one.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{consumer_key::ConsumerKey, user::Username};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Actor {
    /// Somebody with an account here.
    User(Username),
    /// Somebody who can run commands beside the database.
    CommandLine,
    /// An outside program that asked for a key without signing in.
    Request,
}

const COMMAND_LINE: &str = "the command line";
const REQUEST: &str = "by request";

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(username) => username.fmt(f),
            Self::CommandLine => f.write_str(COMMAND_LINE),
            Self::Request => f.write_str(REQUEST),
        }
    }
}

impl From<String> for Actor {
    /// No username holds a space, so the words for the others cannot be one.
    fn from(text: String) -> Self {
        match Username::parse(&text) {
            Ok(username) => Self::User(username),
            Err(_) if text == REQUEST => Self::Request,
            Err(_) => Self::CommandLine,
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A consumer was registered by an administrator.
    ConsumerRegistered,
    /// A consumer key was asked for by an outside program.
    ConsumerRequested,
    /// A consumer was approved.
    ConsumerApproved,
    /// A consumer was disapproved.
    ConsumerDisapproved,
    /// A consumer's name, secret or settings were changed.
    ConsumerEdited,
    /// A consumer was removed for good.
    ConsumerRemoved,
    /// An account was made.
    UserAdded,
    /// An account was disabled.
    UserDisabled,
    /// An account was enabled again.
    UserEnabled,
    /// An account was given *Configure Server*.
    UserPermitted,
    /// *Configure Server* was taken from an account.
    UserForbidden,
    /// An account's password was changed.
    PasswordChanged,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// A user allowed a consumer to act for them.
    AccessAllowed,
    /// A user did not.
    AccessDenied,
    /// A consumer got token credentials.
    TokenIssued,
    /// A user took back what a consumer may do for them.
    TokensRevoked,
    /// Every stored secret was encrypted anew with a new vault key.
    VaultRotated,
}

/// One line of the list. `before` and `after` never hold a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity<Snapshot> {
    /// Rises by commit; orders events and resumes a stream.
    pub id: i64,
    /// When it was done.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The consumer it was done to, if any.
    pub consumer_key: Option<ConsumerKey>,
    /// The network address it was done from; none for the command line.
    pub address: Option<String>,
    /// The thing as it was.
    pub before: Option<Snapshot>,
    /// The thing as it is.
    pub after: Option<Snapshot>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_as_itself() {
        for actor in [Actor::User(Username::parse("ada").unwrap()), Actor::CommandLine, Actor::Request] {
            assert_eq!(Actor::from(actor.to_string()), actor);
        }
    }
}
