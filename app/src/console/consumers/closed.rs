//! What became of a change whose dialog was closed before the answer came: found out and told, since the request may have
//! been on its way already.

use domain::{Consumer, ConsumerKey, Event, Status};
use leptos::{prelude::*, task::spawn_local};

use super::{calls, decision::Decision, state::PageState};
use crate::error::AppError;

/// A change of a consumer that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) key: ConsumerKey,
    /// Its name when the dialog was opened.
    pub(super) name: String,
    /// Its revision then.
    pub(super) revision: i64,
    /// `None` for **Edit consumer**.
    pub(super) decision: Option<Decision>,
}

impl Asked {
    /// Asks the server what the consumer is like now, shows it and tells it.
    pub(super) fn find_out(self, state: PageState) {
        spawn_local(async move {
            let found = calls::find(self.key).await;
            state.shell.notice.set(self.words(&found));
            if let Ok(consumer) = found {
                state.apply_own(Event::Consumer(consumer));
            }
        });
    }

    fn words(&self, found: &Result<Consumer, AppError>) -> String {
        let name = &self.name;
        let before = "the request had left before the dialog was closed";
        match (found, self.decision) {
            (Ok(now), None | Some(Decision::SignOut)) if now.revision > self.revision => {
                format!("{} was changed: perhaps {before}. Look at it before you edit it again.", now.name)
            }
            (Ok(_), None | Some(Decision::SignOut)) => {
                format!("The dialog was closed in time: nothing of {name} was changed.")
            }
            (Ok(now), Some(decision)) if now.revision > self.revision && decision.made(now.status) => {
                format!("{name} is {}: {before}.", now.status.word())
            }
            (Ok(now), Some(_)) => {
                format!("The dialog was closed in time: {name} is {}.", now.status.word())
            }
            (Err(AppError::Removed(_) | AppError::NotFound(_)), _) => format!("{name} is removed."),
            (Err(_), _) => format!(
                "Whether {name} was {} is not known: the server did not answer when it was asked. Look at the table once this page is Live.",
                self.decision.map_or("changed", Decision::participle)
            ),
        }
    }
}

impl Decision {
    /// Whether a consumer of this status is what the decision makes of it.
    fn made(self, status: Status) -> bool {
        match self {
            Self::Approve => status == Status::Approved,
            Self::Disapprove => status == Status::Disapproved,
            Self::SignOut | Self::Remove => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName, Removed};
    use time::OffsetDateTime;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn pending() -> Consumer {
        let key = "a-key".parse().unwrap();
        Consumer::register(key, ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, NOW)
    }

    fn words(decision: Option<Decision>, found: &Result<Consumer, AppError>) -> String {
        let Consumer { key, revision, .. } = pending();
        Asked { key, name: "App".to_owned(), revision, decision }.words(found)
    }

    #[test]
    fn what_had_left_before_is_told_as_done() {
        let disapproved = pending().decide(Status::Disapproved, NOW).unwrap();
        let told = words(Some(Decision::Disapprove), &Ok(disapproved));
        assert_eq!(told, "App is Disapproved: the request had left before the dialog was closed.");
        let removed = AppError::Removed(Removed { by: Actor::CommandLine, at: NOW });
        assert_eq!(words(Some(Decision::Remove), &Err(removed)), "App is removed.");
    }

    #[test]
    fn what_never_left_is_told_as_not_done() {
        for decision in [Decision::Approve, Decision::Disapprove, Decision::Remove] {
            let told = words(Some(decision), &Ok(pending()));
            assert_eq!(told, "The dialog was closed in time: App is Pending.");
        }
        for unseen in [None, Some(Decision::SignOut)] {
            assert!(words(unseen, &Ok(pending())).ends_with("nothing of App was changed."));
        }
    }

    #[test]
    fn another_change_in_the_meantime_is_not_taken_for_ones_own() {
        let approved = pending().decide(Status::Approved, NOW).unwrap();
        let told = words(Some(Decision::Disapprove), &Ok(approved));
        assert_eq!(told, "The dialog was closed in time: App is Approved.");
    }

    #[test]
    fn without_an_answer_nothing_is_claimed() {
        for error in [AppError::TimedOut, AppError::Unreachable, AppError::SignedOut] {
            let told = words(Some(Decision::Approve), &Err(error));
            assert!(told.starts_with("Whether App was approved is not known"), "{told}");
        }
    }
}
