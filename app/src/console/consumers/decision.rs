//! What can be decided of a consumer key, in the words of its dialog.

use domain::{ConsumerKey, Event};

use super::calls;
use crate::error::AppError;

/// A decision about a consumer, to be confirmed in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Disapprove,
    Remove,
}

impl Decision {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Approve => "Approve consumer key",
            Self::Disapprove => "Disapprove consumer key",
            Self::Remove => "Remove consumer key",
        }
    }

    pub(super) fn button(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Disapprove => "Disapprove",
            Self::Remove => "Remove",
        }
    }

    /// What was done, in a sentence.
    pub(super) fn participle(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Disapprove => "disapproved",
            Self::Remove => "removed",
        }
    }

    /// What it will do, after the consumer's name.
    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Approve => {
                " will be able to sign users in and, once they allow it, to use APIs on their behalf, from its next request on."
            }
            Self::Disapprove => {
                " will be refused from its very next request on: it can neither sign users in nor use APIs on their behalf. Its tokens are kept, so that approving it again brings them back."
            }
            Self::Remove => {
                " will be removed permanently. Its key stops working at once, everybody who is signed in through it is signed out, and the key cannot be brought back: the application would need a new one."
            }
        }
    }

    /// Does it to the consumer as it was at a revision; approving trusts it where `trusted` is ticked.
    pub(super) async fn run(self, key: ConsumerKey, revision: i64, trusted: bool) -> Result<Event, AppError> {
        match self {
            Self::Approve => calls::approve(key, revision, trusted).await.map(Event::Consumer),
            Self::Disapprove => calls::disapprove(key, revision).await.map(Event::Consumer),
            Self::Remove => calls::remove(key, revision).await.map(|()| Event::Removed(key)),
        }
    }
}
