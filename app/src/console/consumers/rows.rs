//! The rows of the table and what each event does to them. Only those that are loaded: a window of them, whose end is
//! `next_cursor`. It is pure: every open page ends up equal to the database.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{Consumer, ConsumerKey, Event, Page, Use};

/// The rows of the table, newest first.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: HashMap<ConsumerKey, Arc<Consumer>>,
    /// The rows on the page, newest first.
    order: Vec<ConsumerKey>,
    /// New rows that are shown once the pointer and the focus have left the table.
    waiting: Vec<ConsumerKey>,
    /// Late events must not bring a removed row back; keys are never used again.
    removed: HashSet<ConsumerKey>,
    /// How many consumers there are, loaded or not.
    total: u64,
    /// Where the rows begin that are not loaded yet.
    next_cursor: Option<String>,
}

/// What to do with a row that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewRow {
    /// Put it on the page.
    Show,
    /// Keep it waiting, so that nothing moves.
    Wait,
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// A row was added.
    Added(ConsumerKey),
    /// A row changed in place.
    Changed(ConsumerKey),
    /// A row was removed.
    Removed(ConsumerKey),
    /// It was not new, or its row is not loaded.
    Nothing,
}

impl Table {
    /// The table as the server first sends it.
    pub fn new(page: Page<Consumer>) -> Self {
        let mut table = Self::default();
        table.extend(page);
        table
    }

    /// The rows on the page, newest first.
    pub fn order(&self) -> &[ConsumerKey] {
        &self.order
    }

    /// The keys of all rows, on the page or waiting, in no order.
    pub fn keys(&self) -> impl Iterator<Item = ConsumerKey> {
        self.rows.keys().copied()
    }

    /// How many new rows wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many consumers there are, loaded or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Where the rows begin that are not loaded yet; `None` if all are.
    pub fn next_cursor(&self) -> Option<&String> {
        self.next_cursor.as_ref()
    }

    /// The row of a key.
    pub fn get(&self, key: ConsumerKey) -> Option<&Arc<Consumer>> {
        self.rows.get(&key)
    }

    /// The row below.
    pub fn next(&self, key: ConsumerKey) -> Option<ConsumerKey> {
        let at = self.order.iter().position(|row| *row == key)?;
        self.order.get(at + 1).copied()
    }

    /// Applies an event. Applying it again changes nothing.
    pub fn apply(&mut self, event: Event, new_row: NewRow) -> Applied {
        match event {
            Event::Consumer(consumer) => self.save(consumer, new_row),
            Event::Removed(key) => self.remove(key),
        }
    }

    /// Applies when a consumer was last used. An older use changes nothing.
    pub fn apply_use(&mut self, used: &Use) -> Applied {
        let Some(row) = self.rows.get_mut(&used.key) else { return Applied::Nothing };
        if row.last_used_at >= Some(used.last_used_at) {
            return Applied::Nothing;
        }
        Arc::make_mut(row).last_used_at = Some(used.last_used_at);
        Applied::Changed(used.key)
    }

    fn save(&mut self, consumer: Consumer, new_row: NewRow) -> Applied {
        let key = consumer.key;
        if self.removed.contains(&key) {
            return Applied::Nothing;
        }
        if new_row == NewRow::Show && self.waiting.contains(&key) {
            self.waiting.retain(|row| *row != key);
            self.insert(key);
        }
        if let Some(row) = self.rows.get_mut(&key) {
            if !is_newer(&consumer, row) {
                return Applied::Nothing;
            }
            // Read before the use was written, but told after it.
            let last_used_at = consumer.last_used_at.max(row.last_used_at);
            *row = Arc::new(Consumer { last_used_at, ..consumer });
            return Applied::Changed(key);
        }
        // One that was asked for again, or used, is not new.
        if consumer.revision == 1 && consumer.requested_times <= 1 && consumer.last_used_at.is_none() {
            self.total += 1;
        }
        if self.next_cursor.is_some() && self.sorts_after_all(&consumer) {
            return Applied::Nothing;
        }
        self.rows.insert(key, Arc::new(consumer));
        match new_row {
            NewRow::Show => self.insert(key),
            NewRow::Wait => self.waiting.push(key),
        }
        Applied::Added(key)
    }

    fn remove(&mut self, key: ConsumerKey) -> Applied {
        if !self.removed.insert(key) {
            return Applied::Nothing;
        }
        self.total = self.total.saturating_sub(1);
        if self.rows.remove(&key).is_none() {
            return Applied::Nothing;
        }
        self.order.retain(|row| *row != key);
        self.waiting.retain(|row| *row != key);
        Applied::Removed(key)
    }

    /// Puts the waiting rows on the page; returns the first of them.
    pub fn show_waiting(&mut self) -> Option<ConsumerKey> {
        let waiting = std::mem::take(&mut self.waiting);
        for key in &waiting {
            self.insert(*key);
        }
        self.order.iter().find(|key| waiting.contains(key)).copied()
    }

    /// Adds the next page of rows.
    pub fn extend(&mut self, page: Page<Consumer>) {
        self.total = page.total;
        self.next_cursor = page.next_cursor;
        for consumer in page.items {
            let key = consumer.key;
            let row = self.rows.get(&key);
            if self.removed.contains(&key) || row.is_some_and(|row| !is_newer(&consumer, row)) {
                continue;
            }
            let new = row.is_none();
            self.rows.insert(key, Arc::new(consumer));
            if new {
                self.insert(key);
            }
        }
    }

    /// Starts over from a new first page, after a break too long to catch up from. Rows beyond it are loaded again.
    pub fn restart(&mut self, page: Page<Consumer>) {
        let removed = std::mem::take(&mut self.removed);
        *self = Self { removed, ..Self::default() };
        self.extend(page);
    }

    fn insert(&mut self, key: ConsumerKey) {
        let Some(consumer) = self.rows.get(&key) else {
            return;
        };
        let at = self.order.partition_point(|row| newest_first(&self.rows[row], consumer) == Ordering::Less);
        self.order.insert(at, key);
    }

    fn sorts_after_all(&self, consumer: &Consumer) -> bool {
        self.order.last().is_none_or(|last| newest_first(&self.rows[last], consumer) == Ordering::Less)
    }
}

/// Whether one copy of a consumer is newer than another: by revision, then by what is no change of it: when it was last
/// used, and how often it was asked for.
fn is_newer(consumer: &Consumer, than: &Consumer) -> bool {
    let age = |consumer: &Consumer| (consumer.revision, consumer.last_used_at, consumer.requested_times);
    age(consumer) > age(than)
}

fn newest_first(a: &Consumer, b: &Consumer) -> Ordering {
    (b.created_at, b.key).cmp(&(a.created_at, a.key))
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ConsumerName, Status};
    use time::{Duration, OffsetDateTime};

    use super::*;

    fn key(n: u8) -> ConsumerKey {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    /// The consumer registered in second `n`.
    fn consumer(n: u8) -> Consumer {
        let at = OffsetDateTime::UNIX_EPOCH + Duration::seconds(n.into());
        Consumer::register(key(n), ConsumerName::parse("App").unwrap(), false, Actor::CommandLine, at)
    }

    fn page(rows: &[u8]) -> Page<Consumer> {
        Page {
            items: rows.iter().map(|n| consumer(*n)).collect(),
            next_cursor: None,
            total: rows.len() as u64,
        }
    }

    fn decided(n: u8, status: Status) -> Consumer {
        consumer(n).decide(status, OffsetDateTime::UNIX_EPOCH).unwrap()
    }

    fn order(table: &Table) -> Vec<ConsumerKey> {
        table.order().to_vec()
    }

    #[test]
    fn a_new_consumer_goes_to_its_place_newest_first() {
        let mut table = Table::new(page(&[5, 1]));
        assert_eq!(table.apply(Event::Consumer(consumer(9)), NewRow::Show), Applied::Added(key(9)));
        table.apply(Event::Consumer(consumer(3)), NewRow::Show);
        assert_eq!(order(&table), [9, 5, 3, 1].map(key));
        assert_eq!(table.total(), 4);
    }

    #[test]
    fn the_same_event_twice_changes_nothing_the_second_time() {
        let mut table = Table::new(page(&[1]));
        let event = Event::Consumer(decided(1, Status::Approved));
        assert_eq!(table.apply(event.clone(), NewRow::Show), Applied::Changed(key(1)));
        assert_eq!(table.apply(event, NewRow::Show), Applied::Nothing);
        assert_eq!(table.apply(Event::Removed(key(1)), NewRow::Show), Applied::Removed(key(1)));
        assert_eq!(table.apply(Event::Removed(key(1)), NewRow::Show), Applied::Nothing);
        assert_eq!(table.total(), 0);
    }

    #[test]
    fn an_older_event_that_comes_late_does_not_undo_a_newer_one() {
        let mut table = Table::new(page(&[1]));
        let newer =
            decided(1, Status::Approved).decide(Status::Disapproved, OffsetDateTime::UNIX_EPOCH).unwrap();
        table.apply(Event::Consumer(newer), NewRow::Show);
        table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
        assert_eq!(table.get(key(1)).unwrap().status, Status::Disapproved);
    }

    #[test]
    fn a_late_event_or_page_does_not_bring_a_removed_row_back() {
        let mut table = Table::new(page(&[1]));
        table.apply(Event::Removed(key(1)), NewRow::Show);
        assert_eq!(
            table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show),
            Applied::Nothing
        );
        table.extend(page(&[1]));
        assert_eq!(order(&table), []);
    }

    #[test]
    fn a_changed_row_stays_where_it_is() {
        let mut table = Table::new(page(&[9, 5, 1]));
        table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
        assert_eq!(order(&table), [9, 5, 1].map(key));
    }

    #[test]
    fn what_is_not_loaded_counts_once_however_often_it_is_asked_for() {
        let mut table = Table::new(Page { next_cursor: Some("5".into()), total: 2, ..page(&[5]) });
        let asked = Consumer { requested_times: 42, ..consumer(1) };
        assert_eq!(table.apply(Event::Consumer(asked), NewRow::Show), Applied::Nothing);
        assert_eq!(table.total(), 2);
    }

    #[test]
    fn a_waiting_row_is_not_on_the_page_until_it_is_shown() {
        let mut table = Table::new(page(&[1]));
        table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
        table.apply(Event::Consumer(consumer(3)), NewRow::Wait);
        assert_eq!((order(&table), table.waiting(), table.total()), (vec![key(1)], 2, 3));
        table.apply(Event::Consumer(decided(2, Status::Approved)), NewRow::Wait);
        assert_eq!(table.show_waiting(), Some(key(3)));
        assert_eq!((order(&table), table.waiting()), ([3, 2, 1].map(key).to_vec(), 0));
        assert_eq!(table.get(key(2)).unwrap().status, Status::Approved);
    }

    #[test]
    fn a_waiting_row_is_shown_when_it_turns_out_to_be_ones_own() {
        let mut table = Table::new(page(&[1]));
        table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
        table.apply(Event::Consumer(consumer(2)), NewRow::Show);
        assert_eq!((order(&table), table.waiting()), ([2, 1].map(key).to_vec(), 0));
    }

    #[test]
    fn a_waiting_row_that_is_removed_waits_no_more() {
        let mut table = Table::new(page(&[1]));
        table.apply(Event::Consumer(consumer(2)), NewRow::Wait);
        table.apply(Event::Removed(key(2)), NewRow::Show);
        assert_eq!((table.waiting(), table.show_waiting(), table.total()), (0, None, 1));
    }

    #[test]
    fn an_event_for_a_row_that_is_not_loaded_yet_leaves_it_for_its_page() {
        let mut table = Table::new(Page { next_cursor: Some("5".into()), total: 2, ..page(&[5]) });
        assert_eq!(
            table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show),
            Applied::Nothing
        );
        table.extend(Page { total: 2, ..page(&[1]) });
        assert_eq!(order(&table), [5, 1].map(key));
    }

    #[test]
    fn after_a_long_break_the_table_is_what_the_server_says() {
        let mut table = Table::new(page(&[9, 5, 1]));
        table.apply(Event::Consumer(consumer(10)), NewRow::Wait);
        table.restart(page(&[9, 1]));
        assert_eq!((order(&table), table.total(), table.waiting()), ([9, 1].map(key).to_vec(), 2, 0));
    }

    #[test]
    fn asking_again_shows_and_a_late_copy_does_not_undo_it() {
        let mut table = Table::new(page(&[5]));
        let asked = |times| Event::Consumer(Consumer { requested_times: times, ..consumer(5) });
        assert_eq!(table.apply(asked(42), NewRow::Show), Applied::Changed(key(5)));
        assert_eq!(table.apply(asked(42), NewRow::Show), Applied::Nothing);
        assert_eq!(table.apply(asked(41), NewRow::Show), Applied::Nothing);
        assert_eq!((table.get(key(5)).unwrap().requested_times, table.total()), (42, 1));
    }

    #[test]
    fn a_use_shows_in_its_row_alone_and_an_older_one_changes_nothing() {
        let mut table = Table::new(page(&[5, 1]));
        let at = |second| OffsetDateTime::UNIX_EPOCH + Duration::seconds(second);
        let used = |n, second| Use { key: key(n), last_used_at: at(second) };
        assert_eq!(table.apply_use(&used(5, 20)), Applied::Changed(key(5)));
        assert_eq!(table.apply_use(&used(5, 20)), Applied::Nothing);
        assert_eq!(table.apply_use(&used(5, 10)), Applied::Nothing);
        assert_eq!(table.apply_use(&used(9, 10)), Applied::Nothing, "its row is not loaded");
        assert_eq!(table.get(key(5)).unwrap().last_used_at, Some(at(20)));
        assert_eq!((table.get(key(5)).unwrap().revision, table.get(key(1)).unwrap().last_used_at), (1, None));
    }

    #[test]
    fn a_change_that_comes_after_a_later_use_keeps_the_use() {
        let mut table = Table::new(page(&[1]));
        let used = Use { key: key(1), last_used_at: OffsetDateTime::UNIX_EPOCH };
        table.apply_use(&used);
        table.apply(Event::Consumer(decided(1, Status::Approved)), NewRow::Show);
        let row = table.get(key(1)).unwrap();
        assert_eq!((row.status, row.last_used_at), (Status::Approved, Some(used.last_used_at)));
    }

    #[test]
    fn the_row_below_the_last_one_is_none() {
        let table = Table::new(page(&[9, 5, 1]));
        assert_eq!([9, 5, 1].map(|n| table.next(key(n))), [Some(key(5)), Some(key(1)), None]);
    }
}
