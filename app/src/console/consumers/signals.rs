//! The rows as the page reads them: a signal for each row, one for their order, one for the counts. What happens to one
//! row costs that row alone, however many there are.

use std::{collections::HashMap, sync::Arc};

use domain::{Consumer, ConsumerKey, Event, StatusCounts, Use, View};
use leptos::prelude::*;

use super::{
    numbers::Side,
    rows::{Applied, NewRow, Table},
};
use crate::ui::number::grouped;

/// The tag of a row that has just come.
pub(super) const NEW: &str = "New";

/// The tag of a row that the view does not have any more.
pub(super) const LEFT_OUT: &str = "No longer in this view";

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// On the page.
    pub(super) shown: usize,
    /// Waiting until the table is not in use.
    pub(super) waiting: usize,
    /// Rows of the view, loaded or not.
    pub(super) total: u64,
    /// Whether that is known; else there are more than are loaded.
    pub(super) is_counted: bool,
    /// Rows of the view before those that are loaded.
    pub(super) above: u64,
    /// Rows of the view behind those that are loaded.
    pub(super) below: u64,
    /// With each status, in the view or not.
    pub(super) of: StatusCounts,
}

impl Counts {
    fn of(table: &Table) -> Self {
        Self {
            shown: table.order().len(),
            waiting: table.waiting(),
            total: table.total(),
            is_counted: table.is_counted(),
            above: table.above(),
            below: table.below(),
            of: table.counts(),
        }
    }

    /// How many rows there are for those who read the table: those that are left out are on the page as well.
    pub(super) fn rows(self) -> u64 {
        self.above + self.shown as u64 + self.below
    }

    /// The same as `aria-rowcount` has it, with the column heads.
    pub(super) fn row_count(self) -> String {
        if self.is_counted { (self.rows() + 1).to_string() } else { "-1".to_owned() }
    }

    /// How many rows the view has, in words.
    pub(super) fn found(self) -> String {
        let known = grouped(self.total.saturating_sub(u64::from(!self.is_counted)));
        if self.is_counted { known } else { known + "+" }
    }
}

/// What changes in one row. Lives as long as its row is loaded.
#[derive(Clone, Debug)]
pub(super) struct RowSignals {
    /// Its consumer as it is now; of a removed one, as it was last.
    pub(super) consumer: ArcRwSignal<Arc<Consumer>>,
    /// Its tag: `NEW`, `LEFT_OUT` or empty.
    pub(super) tag: ArcRwSignal<&'static str>,
}

impl RowSignals {
    fn new(consumer: &Arc<Consumer>) -> Self {
        Self { consumer: ArcRwSignal::new(consumer.clone()), tag: ArcRwSignal::new("") }
    }
}

/// The window of rows that are loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableSignals {
    table: StoredValue<Table>,
    signals: StoredValue<HashMap<ConsumerKey, RowSignals>>,
    /// The rows on the page, in their order.
    order: RwSignal<Vec<ConsumerKey>>,
    counts: RwSignal<Counts>,
    /// Fires when rows have come, gone or changed, once for all that was applied together.
    changed: RwSignal<()>,
    /// Fires when rows have come, gone or moved.
    moved: RwSignal<()>,
}

impl TableSignals {
    /// A table of which this many rows are drawn at once, and the others by `draw_more`.
    pub(super) fn new(table: Table, drawn: usize) -> Self {
        let signals = table.keys().filter_map(|key| Some((key, RowSignals::new(table.get(key)?)))).collect();
        Self {
            order: RwSignal::new(table.order().iter().take(drawn).copied().collect()),
            counts: RwSignal::new(Counts::of(&table)),
            signals: StoredValue::new(signals),
            table: StoredValue::new(table),
            changed: RwSignal::new(()),
            moved: RwSignal::new(()),
        }
    }

    /// The rows on the page, in their order; changes with it alone.
    pub(super) fn order(self) -> Vec<ConsumerKey> {
        self.order.get()
    }

    /// Draws some more of the rows that are not drawn yet; returns whether there are others.
    pub(super) fn draw_more(self, count: usize) -> bool {
        let drawn = self.order.with_untracked(Vec::len) + count;
        let (order, has_more) = self.table.with_value(|table| {
            (table.order().iter().take(drawn).copied().collect::<Vec<_>>(), table.order().len() > drawn)
        });
        self.order.set(order);
        has_more
    }

    /// How many rows are drawn, untracked.
    pub(super) fn drawn(self) -> usize {
        self.order.with_untracked(Vec::len)
    }

    /// Whether all rows that are loaded are drawn, too; untracked.
    pub(super) fn is_drawn(self) -> bool {
        self.drawn() == self.counted().shown
    }

    /// How many rows there are; changes with the numbers alone.
    pub(super) fn counts(self) -> Counts {
        self.counts.get()
    }

    /// How many rows there are, untracked.
    pub(super) fn counted(self) -> Counts {
        self.counts.get_untracked()
    }

    /// Runs the current effect again when rows have come, gone or changed.
    pub(super) fn track(self) {
        self.changed.track();
    }

    /// Runs the current effect again when rows have come, gone or moved.
    pub(super) fn track_places(self) {
        self.moved.track();
    }

    /// What changes in the row of a key; `None` where it is not loaded.
    pub(super) fn row(self, key: ConsumerKey) -> Option<RowSignals> {
        self.signals.with_value(|signals| signals.get(&key).cloned())
    }

    /// The consumer of a key as it is now, untracked.
    pub(super) fn get(self, key: ConsumerKey) -> Option<Arc<Consumer>> {
        self.table.with_value(|table| table.get(key).cloned())
    }

    /// The row below, untracked.
    pub(super) fn next(self, key: ConsumerKey) -> Option<ConsumerKey> {
        self.table.with_value(|table| table.next(key))
    }

    /// Where a row stands in the whole table, whose heads are its first row; untracked.
    pub(super) fn index(self, key: ConsumerKey) -> Option<String> {
        let at = self.read(|table| table.order().iter().position(|row| *row == key))?;
        Some((self.counted().above + at as u64 + 2).to_string())
    }

    /// Reads the table, untracked.
    pub(super) fn read<T>(self, read: impl FnOnce(&Table) -> T) -> T {
        self.table.with_value(read)
    }

    /// Changes what is no row's: the time, the numbers.
    pub(super) fn write(self, write: impl FnOnce(&mut Table)) {
        // A page that is closing has no table any more.
        let _ = self.table.try_update_value(write);
    }

    /// Applies an event to the table and its row. What is common to all rows follows with `settle`.
    pub(super) fn apply(self, event: Event, new_row: NewRow) -> Applied {
        self.after(|table| table.apply(event, new_row))
    }

    /// Applies when a consumer was last used, likewise.
    pub(super) fn apply_use(self, used: &Use) -> Applied {
        self.after(|table| table.apply_use(used))
    }

    fn after(self, change: impl FnOnce(&mut Table) -> Applied) -> Applied {
        // A page that is closing has no table any more.
        let applied = self.table.try_update_value(change).unwrap_or(Applied::Nothing);
        if let Applied::Added(key) | Applied::Changed(key) | Applied::Removed(key) = applied {
            self.update(key);
        }
        applied
    }

    /// Adds rows on a side of the window, and drops as many of the other as it has too many there.
    pub(super) fn extend(self, side: Side, items: Vec<Consumer>, is_end: bool, drop: usize) {
        self.renew(|table| {
            table.extend(side, items, is_end);
            table.drop_rows(if side == Side::Above { Side::Below } else { Side::Above }, drop);
        });
    }

    /// Shows other rows.
    pub(super) fn load(self, view: View, items: Vec<Consumer>, start: u64, total: Option<u64>) {
        self.renew(|table| table.load(view, items, start, total));
    }

    /// Takes rows that are astray away from where they are.
    pub(super) fn tidy(self, in_use: &[Option<ConsumerKey>], may_move: bool) {
        self.renew(|table| table.tidy(in_use, may_move));
    }

    /// Changes which rows there are, and makes all signals equal to them.
    fn renew(self, change: impl FnOnce(&mut Table)) {
        self.write(change);
        let mut keys: Vec<_> = self.signals.with_value(|signals| signals.keys().copied().collect());
        self.table.with_value(|table| keys.extend(table.keys()));
        for key in keys {
            self.update(key);
        }
        self.settle();
    }

    /// Puts the waiting rows on the page; returns the first of them.
    pub(super) fn show_waiting(self) -> Option<ConsumerKey> {
        let first = self.table.try_update_value(Table::show_waiting).flatten();
        self.settle();
        first
    }

    /// Makes the signals of one row equal to the table.
    fn update(self, key: ConsumerKey) {
        let consumer = self.get(key);
        self.signals.update_value(|signals| match (signals.get(&key), consumer) {
            (Some(row), Some(consumer)) => {
                if row.consumer.with_untracked(|shown| *shown != consumer) {
                    row.consumer.set(consumer);
                }
                let left_out = self.table.with_value(|table| table.is_left_out(key));
                if left_out != (row.tag.get_untracked() == LEFT_OUT) {
                    row.tag.set(if left_out { LEFT_OUT } else { "" });
                }
            }
            (None, Some(consumer)) => _ = signals.insert(key, RowSignals::new(&consumer)),
            (_, None) => _ = signals.remove(&key),
        });
    }

    /// Makes order and counts equal to the table, where they are not.
    pub(super) fn settle(self) {
        let (counts, before) = (self.table.with_value(Counts::of), self.counted());
        let mut is_moved = (counts.above, counts.below) != (before.above, before.below);
        if before != counts {
            self.counts.set(counts);
        }
        let order = self.table.with_value(|table| {
            let moved = self.order.with_untracked(|order| order != table.order());
            moved.then(|| table.order().to_vec())
        });
        if let Some(order) = order {
            self.order.set(order);
            is_moved = true;
        }
        if is_moved {
            self.moved.set(());
        }
        self.changed.set(());
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName, Status};
    use time::OffsetDateTime;

    use super::*;

    fn key(n: u16) -> ConsumerKey {
        format!("key-{n:05}").parse().unwrap()
    }

    fn consumer(n: u16) -> Consumer {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(n.into());
        Consumer::register(key(n), ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, at)
    }

    fn rows(count: u16) -> TableSignals {
        let items: Vec<_> = (0..count).rev().map(consumer).collect();
        let total = items.len() as u64;
        let table = Table::new(View::default(), items, 0, Some(total), StatusCounts::default());
        TableSignals::new(table, usize::MAX)
    }

    #[test]
    fn what_is_out_of_sight_is_drawn_bit_by_bit_or_with_the_next_change() {
        Owner::new().with(|| {
            let rows = rows(10);
            rows.order.update(|order| order.truncate(4));
            assert!(!rows.is_drawn() && rows.draw_more(5), "one is left");
            assert_eq!((rows.order().len(), rows.counted().shown), (9, 10));
            assert!(!rows.draw_more(5) && rows.is_drawn());
            rows.order.update(|order| order.truncate(4));
            rows.apply(Event::Removed(key(9)), NewRow::Show);
            rows.settle();
            assert!(rows.is_drawn());
        });
    }

    /// A signal that other rows' changes must not touch.
    fn shown(rows: TableSignals, n: u16) -> Arc<Consumer> {
        rows.row(key(n)).expect("it is loaded").consumer.get_untracked()
    }

    #[test]
    fn a_change_reaches_its_own_row_and_leaves_all_others_alone() {
        Owner::new().with(|| {
            let rows = rows(1000);
            let before: Vec<_> = (0..1000).map(|n| shown(rows, n)).collect();
            let approved = consumer(7).decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
            assert_eq!(rows.apply(Event::Consumer(approved), NewRow::Show), Applied::Changed(key(7)));
            rows.settle();
            for n in 0..1000 {
                let same = Arc::ptr_eq(&shown(rows, n), &before[usize::from(n)]);
                assert_eq!(same, n != 7, "{n}");
            }
            assert_eq!(shown(rows, 7).status, Status::Approved);
        });
    }

    #[test]
    fn order_and_counts_follow_what_was_applied_once_it_is_settled() {
        Owner::new().with(|| {
            let rows = rows(2);
            for n in 2..5 {
                rows.apply(Event::Consumer(consumer(n)), NewRow::Show);
            }
            rows.apply(Event::Removed(key(0)), NewRow::Show);
            rows.settle();
            assert_eq!(rows.order.get_untracked(), [4, 3, 2, 1].map(key));
            let counts = rows.counted();
            assert_eq!((counts.shown, counts.waiting, counts.total, counts.below), (4, 0, 4, 0));
            assert!(rows.row(key(0)).is_none(), "what is gone keeps nothing");
        });
    }

    #[test]
    fn starting_over_keeps_the_rows_that_stay_and_drops_those_that_are_gone() {
        Owner::new().with(|| {
            let rows = rows(3);
            let stays = rows.row(key(2)).unwrap();
            let approved = consumer(2).decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
            rows.load(View::default(), vec![approved], 0, Some(1));
            assert_eq!(stays.consumer.get_untracked().status, Status::Approved, "the same signal");
            assert_eq!(rows.order.get_untracked(), [key(2)]);
            assert!(rows.row(key(1)).is_none());
        });
    }

    #[test]
    fn a_row_that_the_view_does_not_have_any_more_says_so_until_it_is_taken_away() {
        Owner::new().with(|| {
            let rows = rows(3);
            let items = (0..3).rev().map(consumer).collect();
            rows.load("status=pending".parse().unwrap(), items, 0, Some(3));
            let row = rows.row(key(1)).unwrap();
            let approved = consumer(1).decide(Status::Approved, OffsetDateTime::UNIX_EPOCH).unwrap();
            rows.apply(Event::Consumer(approved), NewRow::Show);
            rows.settle();
            assert_eq!(
                (row.tag.get_untracked(), rows.counted().total, rows.counted().rows()),
                (LEFT_OUT, 2, 3)
            );
            rows.tidy(&[Some(key(1))], true);
            assert_eq!(rows.counted().shown, 3, "it is in use");
            rows.tidy(&[], true);
            assert_eq!((rows.order.get_untracked(), rows.counted().rows()), ([2, 0].map(key).to_vec(), 2));
        });
    }
}
