//! A change of a consumer that was asked for in a dialog, and what is said of it where the dialog was closed before the answer
//! came. It is pure.

use domain::{Actor, Consumer, ConsumerKey, Status};

use super::decision::Decision;
use crate::error::AppError;

/// A change of a consumer that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) key: ConsumerKey,
    /// Its name when the dialog was opened.
    pub(super) name: String,
    /// Its revision then, or the last one that is known to be another administrator's.
    pub(super) revision: i64,
    /// `None` for **Edit consumer**.
    pub(super) decision: Option<Decision>,
}

/// A change that may still come, until this time by the browser's clock in milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Late {
    pub(super) asked: Asked,
    pub(super) until: i64,
}

/// A consumer as it is now, and who has changed it last since a revision, if that was another administrator.
pub(super) type Found = (Consumer, Option<Actor>);

impl Asked {
    /// The message once the server was asked; `None` where the change may still come.
    pub(super) fn done(&self, found: &Result<Found, AppError>) -> Option<String> {
        let name = &self.name;
        match found {
            Ok((now, None)) if now.revision > self.revision => {
                let before = "the request had left before the dialog was closed";
                match self.decision {
                    None | Some(Decision::SignOut) => Some(format!(
                        "{} was changed: {before}. Look at it before you edit it again.",
                        now.name
                    )),
                    Some(decision) => {
                        let is = now.status.word();
                        decision.made(now.status).then(|| format!("{name} is {is}: {before}."))
                    }
                }
            }
            Err(AppError::Removed(removed)) => Some(format!("{name} is removed, by {}.", removed.by)),
            Err(AppError::NotFound(_)) => Some(format!("{name} is removed.")),
            Ok(_) | Err(_) => None,
        }
    }

    /// The message as long as the change is not there.
    pub(super) fn open(&self, found: &Result<Found, AppError>) -> String {
        let name = &self.name;
        let may_come = "If the request is on its way all the same, this page will say so.";
        match (found, self.decision) {
            (Ok((now, Some(by))), None | Some(Decision::SignOut)) if now.revision > self.revision => {
                format!(
                    "The dialog was closed before the server answered: {name} was changed meanwhile by {by}. {may_come}"
                )
            }
            (Ok(_), None | Some(Decision::SignOut)) => {
                format!(
                    "The dialog was closed before the server answered: nothing of {name} has changed so far. {may_come}"
                )
            }
            (Ok((now, _)), Some(_)) => {
                let still = if now.revision > self.revision { "is" } else { "is still" };
                format!(
                    "The dialog was closed before the server answered: {name} {still} {}. {may_come}",
                    now.status.word()
                )
            }
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
    use domain::{ConsumerName, Removed};
    use time::OffsetDateTime;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn pending() -> Consumer {
        let key = "a-key".parse().unwrap();
        Consumer::register(key, ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, NOW)
    }

    fn disapproved() -> Consumer {
        pending().decide(Status::Disapproved, NOW).unwrap()
    }

    fn asked(decision: Option<Decision>) -> Asked {
        let Consumer { key, revision, .. } = pending();
        Asked { key, name: "App".to_owned(), revision, decision }
    }

    #[test]
    fn what_had_left_before_is_told_as_done() {
        let told = asked(Some(Decision::Disapprove)).done(&Ok((disapproved(), None))).unwrap();
        assert_eq!(told, "App is Disapproved: the request had left before the dialog was closed.");
        let removed = AppError::Removed(Removed { by: Actor::CommandLine, at: NOW });
        let told = asked(Some(Decision::Remove)).done(&Err(removed)).unwrap();
        assert_eq!(told, "App is removed, by the command line.");
        for unseen in [None, Some(Decision::SignOut)] {
            let told = asked(unseen).done(&Ok((disapproved(), None))).unwrap();
            assert!(told.starts_with("App was changed: the request had left"), "{told}");
        }
    }

    #[test]
    fn what_is_not_done_may_still_come_and_nobody_claims_that_it_was_stopped() {
        for decision in [Decision::Approve, Decision::Disapprove, Decision::Remove] {
            let found = Ok((pending(), None));
            assert_eq!(asked(Some(decision)).done(&found), None);
            let told = asked(Some(decision)).open(&found);
            assert!(told.contains("App is still Pending. If the request is on its way"), "{told}");
        }
        for unseen in [None, Some(Decision::SignOut)] {
            let told = asked(unseen).open(&Ok((pending(), None)));
            assert!(told.contains("nothing of App has changed so far. If the request"), "{told}");
        }
    }

    #[test]
    fn the_same_change_by_another_is_not_taken_for_ones_own() {
        let found = Ok((disapproved(), Some(Actor::CommandLine)));
        for decision in [None, Some(Decision::Disapprove), Some(Decision::SignOut)] {
            assert_eq!(asked(decision).done(&found), None);
        }
        for unseen in [None, Some(Decision::SignOut)] {
            let told = asked(unseen).open(&found);
            assert!(told.contains("App was changed meanwhile by the command line."), "{told}");
        }
        let told = asked(Some(Decision::Disapprove)).open(&found);
        assert!(told.contains("App is Disapproved."), "{told}");
    }

    #[test]
    fn without_an_answer_nothing_is_claimed() {
        for error in [AppError::TimedOut, AppError::Unreachable, AppError::SignedOut] {
            let found = Err(error);
            assert_eq!(asked(Some(Decision::Approve)).done(&found), None);
            let told = asked(Some(Decision::Approve)).open(&found);
            assert!(told.starts_with("Whether App was approved is not known"), "{told}");
        }
    }
}
