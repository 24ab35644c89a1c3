//! **Undo** of a decision, in the message that names it.

use domain::{Consumer, ConsumerKey, Event};
use leptos::{prelude::*, task::spawn_local};

use super::{calls, elements, state::PageState};
use crate::error::AppError;

/// Names a decision in the message, with **Undo** for as long as that is there.
pub(super) fn offer(state: PageState, words: String, key: ConsumerKey, revision: i64) {
    let undo = Callback::new(move |()| undo(state, key, revision));
    state.shell.tell_of(elements::beside(key), words, Some(undo));
}

/// Takes the decision back that made this revision, and tells what came of it.
fn undo(state: PageState, key: ConsumerKey, revision: i64) {
    let tell = move |words| state.shell.tell_of(elements::beside(key), words, None);
    tell("Undoing…".to_owned());
    // The button is gone with its message.
    elements::focus_row(Some(key));
    spawn_local(async move {
        let answer = calls::undo(key, revision).await;
        let words = words(&answer);
        match answer {
            Err(error) if error.may_pass() => offer(state, words, key, revision),
            Err(_) => tell(words),
            Ok(consumer) => {
                tell(words);
                state.apply_own(Event::Consumer(consumer));
            }
        }
    });
}

fn words(answer: &Result<Consumer, AppError>) -> String {
    match answer {
        Ok(now) => format!("Undone: {} is {} again.", now.name, now.status.word()),
        Err(AppError::Conflict(conflict)) => {
            let name = &conflict.current.name;
            let changes = conflict.changes.join(", ");
            format!("Not undone: {} has changed {name}: {changes}.", conflict.by)
        }
        Err(error) => format!("Not undone. {error}"),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, Conflict, ConsumerName};
    use time::OffsetDateTime;

    use super::*;

    fn pending() -> Consumer {
        let key = "a-key".parse().unwrap();
        let name = ConsumerName::parse("App").unwrap();
        Consumer::register(key, name, false, Actor::CommandLine, OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_came_of_it_is_told_with_the_status_or_with_who_was_faster() {
        assert_eq!(words(&Ok(pending())), "Undone: App is Pending again.");
        let conflict = Conflict {
            by: Actor::CommandLine,
            at: OffsetDateTime::UNIX_EPOCH,
            changes: vec!["the name to “App”".to_owned(), "Trusted to on".to_owned()],
            current: pending(),
        };
        let told = words(&Err(AppError::Conflict(Box::new(conflict))));
        assert_eq!(told, "Not undone: the command line has changed App: the name to “App”, Trusted to on.");
        assert!(words(&Err(AppError::TimedOut)).starts_with("Not undone. The server has not answered"));
    }
}
