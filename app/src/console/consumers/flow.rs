//! What is under way: which rows were asked for last, and what happened meanwhile.

use domain::{Event, View};

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
    pub(super) meanwhile: Vec<Event>,
    /// What is going on or about to.
    doing: [bool; 5],
    /// How often something was typed into the search field.
    pub(super) typed: u32,
}

impl Flow {
    /// Nothing is under way, and this view is there.
    pub(super) fn of(wanted: View) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Whether it was not going on; now it is.
    pub(super) fn begins(&mut self, what: Doing) -> bool {
        !std::mem::replace(&mut self.doing[what as usize], true)
    }

    /// It is not going on any more.
    pub(super) fn ends(&mut self, what: Doing) {
        self.doing[what as usize] = false;
    }

    /// Asks for rows; returns the number of the question.
    pub(super) fn ask(&mut self) -> u32 {
        self.asked += 1;
        self.loading = true;
        self.meanwhile.clear();
        self.asked
    }

    /// Whether this is the answer to the last question. Returns what happened meanwhile.
    pub(super) fn answered(&mut self, asked: u32) -> Option<Vec<Event>> {
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

    use super::*;

    #[test]
    fn an_older_answer_never_replaces_a_newer_one() {
        let mut flow = Flow::default();
        let older = flow.ask();
        let newer = flow.ask();
        assert_eq!(flow.answered(newer), Some(vec![]));
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
    fn what_happens_before_the_answer_is_kept_for_it() {
        let key: ConsumerKey = "OauthKey".parse().unwrap();
        let mut flow = Flow::default();
        let asked = flow.ask();
        flow.meanwhile.push(Event::Removed(key));
        assert_eq!(flow.answered(asked), Some(vec![Event::Removed(key)]));
        assert!(flow.meanwhile.is_empty());
    }
}
