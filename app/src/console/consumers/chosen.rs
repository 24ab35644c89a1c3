//! Which consumers are selected: those that were picked, or all of a view but for those. It is pure.

use std::sync::Arc;

use domain::{Consumer, ConsumerKey, View, bulk::MOST_PICKED};

/// A view that is selected whole, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) view: View,
    /// The number of the newest activity that was in it.
    pub(super) seen: i64,
    /// The server's time then, in milliseconds since 1970: what "not for 30 days" means until it is decided.
    pub(super) at_ms: i64,
}

/// A consumer that was picked.
#[derive(Clone, Debug)]
pub(super) struct PickedRow {
    /// As its row showed it last.
    pub(super) consumer: Arc<Consumer>,
    /// The revision at which it was picked.
    revision: i64,
}

impl PickedRow {
    /// Whether its row has changed since.
    pub(super) fn has_changed(&self) -> bool {
        self.consumer.revision != self.revision
    }
}

/// What is selected. Rows that are not loaded any more stay selected.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    whole: Option<Whole>,
    /// The consumers that were picked; of a whole view, those that are left out.
    picked: Vec<PickedRow>,
    /// The row that was clicked last, from which a range begins.
    last: Option<ConsumerKey>,
}

impl Chosen {
    /// Whether a consumer is selected.
    pub(super) fn has(&self, key: ConsumerKey) -> bool {
        self.whole.is_some() != self.is_picked(key)
    }

    fn is_picked(&self, key: ConsumerKey) -> bool {
        self.picked.iter().any(|picked| picked.consumer.key == key)
    }

    /// How many are selected, where the view has this many rows.
    pub(super) fn number(&self, total: u64) -> u64 {
        let picked = self.picked.len() as u64;
        if self.whole.is_some() { total.saturating_sub(picked) } else { picked }
    }

    /// The view that is selected whole.
    pub(super) fn whole(&self) -> Option<&Whole> {
        self.whole.as_ref()
    }

    /// The consumers that were picked, or left out.
    pub(super) fn picked(&self) -> &[PickedRow] {
        &self.picked
    }

    /// Selects rows, or has them selected no more; returns whether there was room for them.
    pub(super) fn set(&mut self, rows: &[Arc<Consumer>], selected: bool) -> bool {
        let picks = selected != self.whole.is_some();
        let affected: Vec<_> = rows.iter().filter(|row| self.is_picked(row.key) != picks).cloned().collect();
        if !picks {
            self.picked.retain(|picked| affected.iter().all(|row| row.key != picked.consumer.key));
        } else if self.picked.len() + affected.len() > MOST_PICKED {
            return false;
        } else {
            let pick = |row: Arc<Consumer>| PickedRow { revision: row.revision, consumer: row };
            self.picked.extend(affected.into_iter().map(pick));
        }
        true
    }

    /// The rows from the one that was clicked last to this one, or this one alone; `order` has the rows that are loaded.
    pub(super) fn range(&self, order: &[ConsumerKey], to: ConsumerKey) -> Vec<ConsumerKey> {
        let place = |key| order.iter().position(|row| *row == key);
        match (self.last.and_then(place), place(to)) {
            (Some(from), Some(to)) => order[from.min(to)..=from.max(to)].to_vec(),
            _ => vec![to],
        }
    }

    /// Notes from which row a range would begin.
    pub(super) fn clicked(&mut self, key: ConsumerKey) {
        self.last = Some(key);
    }

    /// Selects all of a view.
    pub(super) fn set_whole(&mut self, whole: Whole) {
        *self = Self { whole: Some(whole), ..Self::default() };
    }

    /// Whether what is selected is the whole of another view than this one.
    pub(super) fn is_left(&self, view: &View) -> bool {
        self.whole.as_ref().is_some_and(|whole| !has_same_rows(&whole.view, view))
    }

    /// Takes over what rows show by now; those that are not loaded stay as they were seen last.
    pub(super) fn see(&mut self, shown: impl Fn(ConsumerKey) -> Option<Arc<Consumer>>) {
        for picked in &mut self.picked {
            if let Some(now) = shown(picked.consumer.key) {
                picked.consumer = now;
            }
        }
    }

    /// Forgets the consumers that were picked and are gone, or done.
    pub(super) fn forget(&mut self, is_over: impl Fn(ConsumerKey) -> bool) {
        self.picked.retain(|picked| !is_over(picked.consumer.key));
    }

    /// The row that was clicked last.
    pub(super) fn last(&self) -> Option<ConsumerKey> {
        self.last
    }
}

/// Whether two views differ by their order alone.
fn has_same_rows(a: &View, b: &View) -> bool {
    View { sort: b.sort, order: b.order, ..a.clone() } == *b
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName, Status};
    use time::OffsetDateTime;

    use super::*;

    fn key(n: usize) -> ConsumerKey {
        format!("key-{n:05}").parse().unwrap()
    }

    fn row(n: usize) -> Arc<Consumer> {
        let name = ConsumerName::parse("App").unwrap();
        Arc::new(Consumer::register(key(n), name, false, Actor::CommandLine, OffsetDateTime::UNIX_EPOCH))
    }

    fn rows(numbers: impl IntoIterator<Item = usize>) -> Vec<Arc<Consumer>> {
        numbers.into_iter().map(row).collect()
    }

    fn whole(query: &str) -> Chosen {
        let mut chosen = Chosen::default();
        chosen.set_whole(Whole { view: query.parse().unwrap(), seen: 7, at_ms: 0 });
        chosen
    }

    #[test]
    fn what_is_picked_twice_is_selected_once_and_not_any_more_when_it_is_cleared() {
        let mut chosen = Chosen::default();
        assert!(chosen.set(&rows([1, 2]), true) && chosen.set(&rows([2, 3]), true));
        assert_eq!(chosen.number(1000), 3);
        assert!(chosen.set(&rows([2, 9]), false));
        assert_eq!([1, 2, 3].map(|n| chosen.has(key(n))), [true, false, true]);
    }

    #[test]
    fn of_a_whole_view_what_is_cleared_is_left_out_and_can_be_selected_again() {
        let mut chosen = whole("q=app");
        assert!(chosen.has(key(5)));
        chosen.set(&rows([5, 6]), false);
        assert_eq!((chosen.number(1000), chosen.has(key(5)), chosen.has(key(7))), (998, false, true));
        chosen.set(&rows([5]), true);
        assert_eq!((chosen.number(1000), chosen.has(key(5))), (999, true));
    }

    #[test]
    fn more_than_a_form_has_room_for_are_not_picked_and_none_of_them_is() {
        let mut chosen = Chosen::default();
        assert!(chosen.set(&rows(0..MOST_PICKED), true));
        assert!(!chosen.set(&rows(MOST_PICKED - 1..=MOST_PICKED), true));
        assert_eq!(chosen.number(1000), MOST_PICKED as u64);
        assert!(chosen.set(&rows([0]), true), "it is one of them");
        assert!(chosen.set(&rows([0]), false) && chosen.set(&rows([MOST_PICKED]), true));
    }

    #[test]
    fn a_range_runs_from_the_row_that_was_clicked_last_in_either_direction() {
        let order: Vec<_> = (0..9).map(key).collect();
        let mut chosen = Chosen::default();
        assert_eq!(chosen.range(&order, key(3)), [key(3)], "nothing was clicked yet");
        chosen.clicked(key(3));
        assert_eq!(chosen.range(&order, key(5)), [3, 4, 5].map(key));
        assert_eq!(chosen.range(&order, key(2)), [2, 3].map(key));
        assert_eq!(chosen.range(&order[5..], key(6)), [key(6)], "the other end is not loaded any more");
    }

    #[test]
    fn a_whole_view_stays_selected_in_another_order_and_no_other_does() {
        let chosen = whole("q=app");
        assert!(!chosen.is_left(&"q=app&sort=name&order=desc".parse().unwrap()));
        assert!(chosen.is_left(&"q=apps".parse().unwrap()) && chosen.is_left(&View::default()));
        let mut picked = Chosen::default();
        picked.set(&rows([1]), true);
        assert!(!picked.is_left(&"q=apps".parse().unwrap()), "what was picked is not of a view");
    }

    #[test]
    fn what_is_picked_has_the_revision_that_was_seen_last_and_is_known_to_have_changed() {
        let mut chosen = Chosen::default();
        chosen.set(&rows([1, 2]), true);
        let newer = row(1).decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).map(Arc::new);
        chosen.see(|of| newer.clone().filter(|newer| newer.key == of));
        let seen = |picked: &PickedRow| (picked.consumer.revision, picked.has_changed());
        assert_eq!(chosen.picked().iter().map(seen).collect::<Vec<_>>(), [(2, true), (1, false)]);
        chosen.set(&rows([1]), false);
        chosen.set(&[newer.clone().unwrap()], true);
        assert!(chosen.picked().iter().all(|picked| !picked.has_changed()), "it was picked as it is now");
        chosen.forget(|of| of == key(1));
        assert_eq!((chosen.number(1000), chosen.has(key(1))), (1, false));
    }
}
