//! Which tab of a browser leads: the one that has the event stream. Web Locks would say so, but browsers have them on https
//! alone. It is pure: what a tab hears goes in, what it does next comes out.
//!
//! A tab asks whether one leads, and claims it where none answers. Where two claim it, that with the smaller id stays.

/// How long a tab that has just come waits for the leader's answer.
const ANSWERS_WITHIN_MS: u32 = 100;

/// How long a tab that claims to lead waits for another that does, too.
const OBJECTS_WITHIN_MS: u32 = 50;

/// How long a leader may say nothing; a beat is due every 15 seconds.
pub(super) const SILENT_FOR_MS: u32 = 30_000;

/// What a tab does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Listen for this many milliseconds.
    Wait(u32),
    /// Say that it leads.
    Claim,
    /// Have the event stream.
    Lead,
    /// Do nothing until it is seen again.
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Waits for the answer of a leader.
    Asking,
    /// None has answered.
    Alone,
    /// Waits for objections.
    Claiming,
    Leading,
    Following(u64),
    Resting,
}

/// The part of one tab.
#[derive(Clone, Copy, Debug)]
pub(super) struct Election {
    id: u64,
    role: Role,
}

impl Election {
    pub(super) fn new(id: u64) -> Self {
        Self { id, role: Role::Asking }
    }

    pub(super) fn step(&self) -> Step {
        match self.role {
            Role::Asking => Step::Wait(ANSWERS_WITHIN_MS),
            Role::Alone => Step::Claim,
            Role::Claiming => Step::Wait(OBJECTS_WITHIN_MS),
            Role::Leading => Step::Lead,
            Role::Following(_) => Step::Wait(SILENT_FOR_MS),
            Role::Resting => Step::Rest,
        }
    }

    /// Asks again: it was away.
    pub(super) fn begin(&mut self) {
        self.role = Role::Asking;
    }

    /// It has said that it leads.
    pub(super) fn claimed(&mut self) {
        self.role = Role::Claiming;
    }

    /// Nothing was heard for as long as it had to wait.
    pub(super) fn nothing_heard(&mut self) {
        self.role = match self.role {
            Role::Asking | Role::Following(_) | Role::Alone => Role::Alone,
            Role::Claiming | Role::Leading => Role::Leading,
            Role::Resting => Role::Resting,
        };
    }

    /// Another says that it leads; returns whether this one follows it.
    pub(super) fn another_leads(&mut self, id: u64) -> bool {
        let follows = match self.role {
            Role::Claiming | Role::Leading => id < self.id,
            Role::Asking | Role::Alone | Role::Following(_) => id != self.id,
            Role::Resting => false,
        };
        if follows {
            self.role = Role::Following(id);
        }
        follows
    }

    /// Whether it leads.
    pub(super) fn leads(&self) -> bool {
        self.role == Role::Leading
    }

    /// Whether it follows this tab.
    pub(super) fn follows(&self, id: u64) -> bool {
        self.role == Role::Following(id)
    }

    /// Whether it waits for the answer of a leader.
    pub(super) fn has_asked(&self) -> bool {
        self.role == Role::Asking
    }

    /// One that led does not any more.
    pub(super) fn gone(&mut self, id: u64) {
        if self.role == Role::Following(id) {
            self.role = Role::Alone;
        }
    }

    /// It leads, or follows, no more.
    pub(super) fn rest(&mut self) {
        self.role = Role::Resting;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tab that leads.
    fn leader(id: u64) -> Election {
        let mut tab = Election::new(id);
        tab.nothing_heard();
        assert_eq!(tab.step(), Step::Claim);
        tab.claimed();
        tab.nothing_heard();
        assert_eq!(tab.step(), Step::Lead);
        tab
    }

    fn follower(id: u64, of: u64) -> Election {
        let mut tab = Election::new(id);
        assert!(tab.another_leads(of));
        assert_eq!(tab.step(), Step::Wait(SILENT_FOR_MS));
        tab
    }

    #[test]
    fn a_tab_that_is_alone_leads() {
        leader(7);
    }

    #[test]
    fn of_two_that_claim_at_once_the_one_with_the_smaller_id_leads() {
        let (mut one, mut two) = (Election::new(1), Election::new(2));
        for tab in [&mut one, &mut two] {
            tab.nothing_heard();
            tab.claimed();
        }
        assert!(!one.another_leads(2));
        assert!(two.another_leads(1));
        one.nothing_heard();
        assert_eq!((one.step(), two.step()), (Step::Lead, Step::Wait(SILENT_FOR_MS)));
    }

    #[test]
    fn of_two_that_lead_only_one_stays_whoever_hears_the_other_first() {
        let (mut one, mut two) = (leader(1), leader(2));
        assert!(!one.another_leads(2));
        assert!(two.another_leads(1));
        assert_eq!(one.step(), Step::Lead);
    }

    #[test]
    fn ten_that_lose_their_leader_at_once_end_up_with_one() {
        let mut tabs: Vec<_> = (1..=10).map(|id| follower(id, 99)).collect();
        for tab in &mut tabs {
            tab.gone(99);
            assert_eq!(tab.step(), Step::Claim);
            tab.claimed();
        }
        for claim in (1..=10).rev() {
            for tab in tabs.iter_mut().filter(|tab| tab.id != claim) {
                tab.another_leads(claim);
            }
        }
        tabs.iter_mut().filter(|tab| tab.role == Role::Claiming).for_each(Election::nothing_heard);
        let leading: Vec<_> = tabs.iter().filter(|tab| tab.step() == Step::Lead).map(|tab| tab.id).collect();
        assert_eq!(leading, [1]);
    }

    #[test]
    fn a_leader_that_says_nothing_for_half_a_minute_is_replaced() {
        let mut tab = follower(2, 1);
        assert_eq!(tab.step(), Step::Wait(SILENT_FOR_MS));
        tab.nothing_heard();
        assert_eq!(tab.step(), Step::Claim);
    }

    #[test]
    fn the_end_of_another_tab_is_nobodys_business() {
        let mut tab = follower(2, 1);
        tab.gone(3);
        assert_eq!(tab.step(), Step::Wait(SILENT_FOR_MS));
    }

    #[test]
    fn a_tab_that_rests_leads_and_follows_nobody_until_it_is_seen_again() {
        let mut tab = leader(1);
        tab.rest();
        assert!(!tab.another_leads(0));
        tab.nothing_heard();
        assert_eq!(tab.step(), Step::Rest);
        tab.begin();
        assert_eq!(tab.step(), Step::Wait(ANSWERS_WITHIN_MS));
    }
}
