//! What came of a decision on many consumers so far, in numbers and words. It is pure.

use domain::{
    ConsumerKey,
    bulk::{BulkPart, Deed, Named},
};

use crate::ui::number::grouped;

/// The most names that are listed of those that it was done to.
const NAMES: usize = 20;

/// The most of the others that are listed with the reason.
const REASONS: usize = 100;

/// What came of it so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    done: u64,
    already: u64,
    not_done: u64,
    /// The first that it was done to.
    pub(super) names: Vec<String>,
    /// The first that it was not done to, and why.
    pub(super) reasons: Vec<(String, String)>,
    /// Behind which consumer of a view the next part begins.
    pub(super) behind: Option<ConsumerKey>,
    /// Whether no part follows.
    pub(super) is_over: bool,
}

impl Outcome {
    /// Adds what a part has done. `name` knows what one is called that is gone.
    pub(super) fn add(&mut self, part: BulkPart, name: impl Fn(ConsumerKey) -> String) {
        let named = |one: Named| one.name.map_or_else(|| name(one.key), |name| name.to_string());
        self.done += part.done.len() as u64;
        self.already += part.already.len() as u64;
        self.not_done += part.not_done.len() as u64;
        let room = NAMES.saturating_sub(self.names.len());
        self.names.extend(part.done.into_iter().take(room).map(named));
        let room = REASONS.saturating_sub(self.reasons.len());
        let reasons = part.not_done.into_iter().take(room);
        self.reasons.extend(reasons.map(|not_done| (named(not_done.consumer), not_done.why)));
        self.behind = part.next;
    }

    /// How many consumers had their turn.
    pub(super) fn handled(&self) -> u64 {
        self.done + self.already + self.not_done
    }

    /// How many of those that it was done to have no name here.
    pub(super) fn more_names(&self) -> u64 {
        self.done - self.names.len() as u64
    }

    /// How many of those that it was not done to have no reason here.
    pub(super) fn more_reasons(&self) -> u64 {
        self.not_done - self.reasons.len() as u64
    }

    /// What was done, in sentences; to this many at first.
    pub(super) fn sentences(&self, deed: Deed, number: u64) -> Vec<String> {
        let done = participle(deed);
        let mut sentences = vec![match self.done {
            0 => format!("No consumer was {done}."),
            1 => format!("1 consumer was {done}."),
            count => format!("{} consumers were {done}.", grouped(count)),
        }];
        if self.already > 0 {
            sentences.push(format!("{} {} {done} already.", grouped(self.already), were(self.already)));
        }
        if self.not_done > 0 {
            sentences.push(format!("{} {} not {done}.", grouped(self.not_done), were(self.not_done)));
        }
        let gone = number.saturating_sub(self.handled());
        if self.is_over && gone > 0 {
            let (gone, had) = (grouped(gone), were(gone));
            sentences.push(format!(
                "{gone} {had} not in the view any more when the turn came: changed or removed by then, perhaps by a request of yours whose answer was lost."
            ));
        }
        sentences
    }
}

fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// What becomes of them.
pub(super) fn participle(deed: Deed) -> &'static str {
    match deed {
        Deed::Approve => "approved",
        Deed::Disapprove => "disapproved",
        Deed::Remove => "removed",
    }
}

#[cfg(test)]
mod tests {
    use domain::{ConsumerName, bulk::NotDone};

    use super::*;

    fn named(name: &str) -> Named {
        Named { key: "a-key".parse().unwrap(), name: ConsumerName::parse(name).ok() }
    }

    fn part(done: usize, already: usize, not_done: &[&str]) -> BulkPart {
        let not_done = not_done.iter().map(|name| NotDone { consumer: named(name), why: "No.".to_owned() });
        BulkPart {
            done: vec![named("App"); done],
            already: vec![named("App"); already],
            not_done: not_done.collect(),
            ..BulkPart::default()
        }
    }

    fn unnamed(key: ConsumerKey) -> String {
        format!("the one of {key}")
    }

    #[test]
    fn what_was_done_is_told_in_numbers_that_read_well() {
        let mut outcome = Outcome { is_over: true, ..Outcome::default() };
        outcome.add(part(1, 0, &[]), unnamed);
        assert_eq!(outcome.sentences(Deed::Approve, 1), ["1 consumer was approved."]);
        outcome.add(part(1_200, 1, &["App", "Other"]), unnamed);
        assert_eq!(
            outcome.sentences(Deed::Remove, 1_204),
            ["1,201 consumers were removed.", "1 was removed already.", "2 were not removed."]
        );
    }

    #[test]
    fn what_left_the_view_meanwhile_is_told_at_the_end_alone() {
        let mut outcome = Outcome::default();
        outcome.add(part(40, 0, &[]), unnamed);
        assert_eq!(outcome.sentences(Deed::Approve, 100).len(), 1);
        outcome.is_over = true;
        let sentences = outcome.sentences(Deed::Approve, 100);
        assert!(sentences[1].starts_with("60 were not in the view any more"), "{sentences:?}");
    }

    #[test]
    fn names_and_reasons_are_bounded_and_what_is_gone_has_the_name_that_the_page_knows() {
        let mut outcome = Outcome::default();
        outcome.add(part(50, 0, &[""; 3]), unnamed);
        for _ in 0..50 {
            outcome.add(part(0, 0, &["App"; 3]), unnamed);
        }
        assert_eq!((outcome.names.len(), outcome.more_names()), (20, 30));
        assert_eq!((outcome.reasons.len(), outcome.more_reasons()), (100, 53));
        assert_eq!(outcome.reasons[0].0, "the one of a-key");
        assert_eq!(outcome.handled(), 203);
    }
}
