//! The append-only activity: who did what, and from where. It is both the audit trail and the source of events.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{consumer_key::ConsumerKey, user::Username};

/// The author of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Actor {
    /// A user with an account on this server.
    User(Username),
    /// Commands run on the host, which need no account.
    CommandLine,
    /// The server by itself, as its settings say.
    Server,
    /// An external program that requested a key without signing in.
    Request,
    /// An actor that only a later version knows, in its words.
    Unknown(String),
}

const COMMAND_LINE: &str = "the command line";
const REQUEST: &str = "by request";
const SERVER: &str = "the server";

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(username) => username.fmt(f),
            Self::CommandLine => f.write_str(COMMAND_LINE),
            Self::Server => f.write_str(SERVER),
            Self::Request => f.write_str(REQUEST),
            Self::Unknown(words) => f.write_str(words),
        }
    }
}

impl From<String> for Actor {
    /// Usernames cannot contain a space, so the phrases for the other actors are unambiguous.
    fn from(text: String) -> Self {
        match Username::parse(&text) {
            Ok(username) => Self::User(username),
            Err(_) if text == REQUEST => Self::Request,
            Err(_) if text == COMMAND_LINE => Self::CommandLine,
            Err(_) if text == SERVER => Self::Server,
            Err(_) => Self::Unknown(text),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

/// The kind of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An administrator registered a consumer.
    ConsumerRegistered,
    /// An external program requested a consumer key.
    ConsumerRequested,
    /// A consumer was approved.
    ConsumerApproved,
    /// A consumer was disapproved.
    ConsumerDisapproved,
    /// A consumer's name, secret or settings were changed.
    ConsumerEdited,
    /// A consumer was removed permanently.
    ConsumerRemoved,
    /// An account was created.
    UserAdded,
    /// An account was disabled.
    UserDisabled,
    /// An account was enabled again.
    UserEnabled,
    /// An account was granted *Configure Server*.
    UserPermitted,
    /// *Configure Server* was withdrawn from an account.
    UserForbidden,
    /// An account's password was changed.
    PasswordChanged,
    /// An administrator made a one-time link with which a user sets their password; the earlier one ended.
    PasswordLinkMade,
    /// A user set up a second factor.
    SecondFactorAdded,
    /// A user's second factor was removed.
    SecondFactorRemoved,
    /// A user made new recovery codes; the earlier ones ended.
    RecoveryCodesRenewed,
    /// A user gave a recovery code in place of a code of the second factor.
    RecoveryCodeUsed,
    /// A user added a passkey to a second factor.
    PasskeyAdded,
    /// A user removed a passkey.
    PasskeyRemoved,
    /// A user signed in.
    SignedIn,
    /// A user signed out; or, where the line has an account, an administrator signed it out everywhere.
    SignedOut,
    /// A user ended a session of theirs in another browser, or all of these.
    SessionEnded,
    /// A user allowed a consumer to act for them.
    AccessAllowed,
    /// A user refused to let a consumer act for them.
    AccessDenied,
    /// Token credentials were issued to a consumer.
    TokenIssued,
    /// The tokens with which a consumer acts for a user were revoked, by the user or together with all others.
    TokensRevoked,
    /// Every stored secret was re-encrypted with a new vault key.
    VaultRotated,
    /// Old lines of activity, ended tokens and ended sessions were deleted.
    ActivityPruned,
    /// An action that only a later version knows, in its word. Nobody may conclude from it that nothing changed.
    #[serde(untagged)]
    Unknown(String),
}

/// One line of the activity. `before` and `after` never contain a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Activity<Snapshot> {
    /// Increases in commit order; orders events and resumes a stream.
    pub id: i64,
    /// The time of the action.
    #[serde(with = "crate::time::rfc3339")]
    pub at: OffsetDateTime,
    /// Its author: a username, *the command line*, *the server* or *by request*.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub actor: Actor,
    /// Its kind.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub action: Action,
    /// The affected consumer, if any.
    #[cfg_attr(feature = "schema", schema(required))]
    pub consumer_key: Option<ConsumerKey>,
    /// The network address of the request; `None` for the command line.
    #[cfg_attr(feature = "schema", schema(required))]
    pub address: Option<String>,
    /// The affected object before the action.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>, required))]
    pub before: Option<Snapshot>,
    /// The affected object after the action.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Object>, required))]
    pub after: Option<Snapshot>,
    /// Why it was done, as its author said.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(required))]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_as_itself() {
        let ada = Actor::User(Username::parse("ada").unwrap());
        for actor in [ada, Actor::CommandLine, Actor::Request, Actor::Server] {
            assert_eq!(Actor::from(actor.to_string()), actor);
        }
    }

    #[test]
    fn what_a_later_version_did_keeps_its_words() {
        let line = r#"{"id":7,"at":"2027-03-01T08:00:00Z","actor":"by hand-over link","action":"credential_retired",
            "consumer_key":null,"address":null,"before":null,"after":{"hint":"9b21"},"evidence":{"calls":3}}"#;
        let read: Activity<serde_json::Value> = serde_json::from_str(line).unwrap();
        assert_eq!(read.actor, Actor::Unknown("by hand-over link".to_owned()));
        assert_eq!(read.action, Action::Unknown("credential_retired".to_owned()));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(
            (&written["actor"], &written["action"]),
            (&"by hand-over link".into(), &"credential_retired".into())
        );
    }

    /// One line of each kind that each released version wrote, as it stands in its database: a file for each.
    fn lines_of_versions() -> Vec<String> {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lines")).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn lines_of_every_earlier_version_are_understood() {
        let lines = lines_of_versions();
        assert!(lines.len() >= 19, "{}", lines.len());
        for line in &lines {
            let read: Activity<serde_json::Value> = serde_json::from_str(line).unwrap();
            assert!(!matches!(read.action, Action::Unknown(_)), "{line}");
            assert!(!matches!(read.actor, Actor::Unknown(_)), "{line}");
            for snapshot in [read.before, read.after].into_iter().flatten() {
                if read.consumer_key.is_some() {
                    serde_json::from_value::<crate::consumer::Consumer>(snapshot).unwrap();
                } else if snapshot.get("username").is_some() {
                    serde_json::from_value::<crate::user::User>(snapshot).unwrap();
                }
            }
        }
    }
}
