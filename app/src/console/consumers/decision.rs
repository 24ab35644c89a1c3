//! What can be decided of a consumer key, in the words of its dialog.

use domain::{Actor, ConsumerKey, Event};

use super::calls;
use crate::error::AppError;

/// A decision about a consumer, to be confirmed in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Disapprove,
    SignOut,
    Remove,
}

impl Decision {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Approve => "Approve consumer key",
            Self::Disapprove => "Disapprove consumer key",
            Self::SignOut => "Sign everybody out",
            Self::Remove => "Remove consumer key",
        }
    }

    pub(super) fn button(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Disapprove => "Disapprove",
            Self::SignOut => "Sign everybody out",
            Self::Remove => "Remove",
        }
    }

    /// The message once it is done to the consumer of this name.
    pub(super) fn done(self, name: &str) -> String {
        match self {
            Self::Approve => format!("Approved {name}."),
            Self::Disapprove => format!("Disapproved {name}."),
            Self::SignOut => format!("Signed everybody out of {name}."),
            Self::Remove => format!("Removed {name}."),
        }
    }

    /// The message where another administrator had decided the same about the consumer of this name.
    pub(super) fn done_already(self, name: &str, by: &Actor, has_reason: bool) -> String {
        let reason = if has_reason { " The reason that you typed was not kept." } else { "" };
        format!("{name} was {} already, by {by}.{reason}", self.participle())
    }

    /// What was to be done, in a sentence.
    pub(super) fn participle(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Disapprove => "disapproved",
            Self::SignOut => "signed out of",
            Self::Remove => "removed",
        }
    }

    /// Whether the message offers to take it back.
    pub(super) fn can_be_undone(self) -> bool {
        matches!(self, Self::Approve | Self::Disapprove)
    }

    /// What becomes of a reason for it.
    pub(super) fn reason_hint(self) -> &'static str {
        match self {
            Self::Approve | Self::Disapprove => "Optional. It is shown with the key until the next decision.",
            Self::SignOut | Self::Remove => "Optional. The activity keeps it.",
        }
    }

    /// What it will do, after the consumer's name; approving, to one that is trusted or not.
    pub(super) fn consequence(self, trusted: bool) -> &'static str {
        match self {
            Self::Approve if trusted => {
                " will be able to sign users in and to use APIs on their behalf, from its next request on."
            }
            Self::Approve => {
                " will be able to sign users in and, once they allow it, to use APIs on their behalf, from its next request on."
            }
            Self::Disapprove => {
                " will be refused from its very next request on: it can neither sign users in nor use APIs on their behalf. Its tokens are kept, so that approving it again brings them back."
            }
            Self::SignOut => {
                " keeps its key and its status, but everybody who is signed in through it is signed out at once: its tokens are revoked, and users have to sign in through it again."
            }
            Self::Remove => {
                " will be removed permanently. Its key stops working at once, everybody who is signed in through it is signed out, and the key cannot be brought back: the application would need a new one."
            }
        }
    }

    /// Does it to the consumer as it was at a revision, for a reason that may be empty; approving trusts it where `trusted`
    /// is ticked. Returns what it is now, and who had decided the same before, if that was another administrator.
    pub(super) async fn run(
        self,
        key: ConsumerKey,
        revision: i64,
        trusted: bool,
        reason: String,
    ) -> Result<(Event, Option<Actor>), AppError> {
        let own = |event| (event, None);
        match self {
            Self::Approve => {
                let (consumer, by) = calls::approve(key, revision, trusted, &reason).await?;
                Ok((Event::Consumer(consumer), by))
            }
            Self::Disapprove => {
                let (consumer, by) = calls::disapprove(key, revision, &reason).await?;
                Ok((Event::Consumer(consumer), by))
            }
            Self::SignOut => calls::sign_everybody_out(key, &reason).await.map(Event::Consumer).map(own),
            Self::Remove => calls::remove(key, revision, &reason).await.map(|()| own(Event::Removed(key))),
        }
    }
}
