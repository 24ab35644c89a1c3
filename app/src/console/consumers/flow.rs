//! What is under way: which rows were asked for last, what happened meanwhile, and what was not answered.

use std::time::Duration;

use domain::{Event, Use, View};

/// How long after a question that was not answered it is asked again.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What has come of the activity; oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) events: Vec<Event>,
    pub(super) uses: Vec<Use>,
}

impl Arrived {
    /// Whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.uses.is_empty()
    }
}

/// What is done once at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// The numbers are asked for.
    Counting,
    /// The window is looked at before the next frame.
    Looking,
    /// The place is noted soon.
    Noting,
    /// Rows are tidied before the next frame.
    Tidying,
    /// Rows are numbered before the next frame.
    Numbering,
    /// Rows that did not come are asked for again after a while.
    AskingAgain,
    /// A letter was searched for just now; the next one waits.
    Searching,
}

/// What the page asks for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Rows that are in sight, or near.
    Rows,
    /// The numbers.
    Numbers,
}

/// What is under way on the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    /// The view that is asked for; its rows may not be here yet.
    pub(super) wanted: View,
    /// Which rows were asked for last: an older answer never replaces a newer one.
    pub(super) asked: u32,
    /// Whether rows were asked for and are not here yet.
    pub(super) loading: bool,
    /// What was applied since then: the answer may not have it.
    meanwhile: Arrived,
    /// What is going on or about to.
    doing: [bool; 7],
    /// What was asked for and did not come.
    missing: [bool; 2],
    /// How often something was typed into the search field.
    pub(super) typed: u32,
}

impl Flow {
    /// Nothing is under way, and this view is there.
    pub(super) fn of(wanted: View) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Marks it as running; `false` if it was already.
    pub(super) fn begins(&mut self, what: Doing) -> bool {
        !std::mem::replace(&mut self.doing[what as usize], true)
    }

    /// Marks it as finished.
    pub(super) fn ends(&mut self, what: Doing) {
        self.doing[what as usize] = false;
    }

    /// Asks for rows; returns the number of the question.
    pub(super) fn ask(&mut self) -> u32 {
        self.asked += 1;
        self.loading = true;
        self.meanwhile = Arrived::default();
        self.asked
    }

    /// Notes whether there was an answer; returns whether anything is missing now.
    pub(super) fn note_answer(&mut self, to: Asked, came: bool) -> bool {
        self.missing[to as usize] = !came;
        self.missing.contains(&true)
    }

    /// Whether it was asked for and did not come.
    pub(super) fn is_missing(&self, what: Asked) -> bool {
        self.missing[what as usize]
    }

    /// Keeps an event that is applied, for the rows that are asked for.
    pub(super) fn keep(&mut self, event: &Event) {
        if self.loading {
            self.meanwhile.events.push(event.clone());
        }
    }

    /// The same for uses.
    pub(super) fn keep_uses(&mut self, uses: &[Use]) {
        if self.loading {
            self.meanwhile.uses.extend_from_slice(uses);
        }
    }

    /// Whether this is the answer to the last question. Returns what happened meanwhile.
    pub(super) fn answered(&mut self, asked: u32) -> Option<Arrived> {
        if self.asked != asked {
            return None;
        }
        self.loading = false;
        Some(std::mem::take(&mut self.meanwhile))
    }
}

#[cfg(test)]
mod tests {
    use domain::ConsumerKey;
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn an_older_answer_never_replaces_a_newer_one() {
        let mut flow = Flow::default();
        let older = flow.ask();
        let newer = flow.ask();
        assert_eq!(flow.answered(newer), Some(Arrived::default()));
        assert_eq!(flow.answered(older), None);
        assert!(!flow.loading);
    }

    #[test]
    fn what_is_done_once_at_a_time_begins_again_when_it_has_ended() {
        let mut flow = Flow::default();
        assert!(flow.begins(Doing::Looking) && flow.begins(Doing::Noting));
        assert!(!flow.begins(Doing::Looking));
        flow.ends(Doing::Looking);
        assert!(flow.begins(Doing::Looking) && !flow.begins(Doing::Noting));
    }

    #[test]
    fn something_is_missing_until_all_that_was_asked_for_has_come() {
        let mut flow = Flow::default();
        assert!(flow.note_answer(Asked::Rows, false));
        assert!(flow.note_answer(Asked::Numbers, false));
        assert!(flow.note_answer(Asked::Rows, true), "the numbers are missing");
        assert!(!flow.is_missing(Asked::Rows) && flow.is_missing(Asked::Numbers));
        assert!(!flow.note_answer(Asked::Numbers, true));
    }

    #[test]
    fn what_happens_before_the_answer_is_kept_for_it() {
        let key: ConsumerKey = "OauthKey".parse().unwrap();
        let events = [Event::Removed(key)];
        let uses = [Use { key, last_used_at: OffsetDateTime::UNIX_EPOCH }];
        let mut flow = Flow::default();
        flow.keep(&events[0]);
        flow.keep_uses(&uses);
        let asked = flow.ask();
        assert_eq!(flow.answered(asked), Some(Arrived::default()), "it came before the question");
        let asked = flow.ask();
        flow.keep(&events[0]);
        flow.keep_uses(&uses);
        assert_eq!(flow.answered(asked), Some(Arrived { events: events.to_vec(), uses: uses.to_vec() }));
        assert_eq!(flow.meanwhile, Arrived::default());
    }
}
