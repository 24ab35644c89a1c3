//! The rows of the table and what each event does to them. Only a window of the view's rows is loaded. It is pure: every open
//! page ends up equal to the database.

use std::{collections::HashSet, sync::Arc};

use domain::{Consumer, ConsumerKey, Cursor, Event, Sort, StatusCounts, Use, View};
use time::OffsetDateTime;

use super::{
    loaded::{Loaded, Row},
    numbers::{Numbers, Side},
};

/// A window of the rows of a view.
#[derive(Clone, Debug)]
pub struct Table {
    view: View,
    /// By this time the view is meant.
    now: OffsetDateTime,
    rows: Loaded,
    /// Late events must not bring a removed row back; keys are never used again.
    removed: HashSet<ConsumerKey>,
    numbers: Numbers,
    /// How many events were applied.
    events: u64,
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
    /// The table as the server first sends it: rows of a view, behind `start` others.
    pub fn new(
        view: View,
        items: Vec<Consumer>,
        start: u64,
        total: Option<u64>,
        counts: StatusCounts,
    ) -> Self {
        let mut table = Self {
            view: View::default(),
            now: OffsetDateTime::UNIX_EPOCH,
            rows: Loaded::new(view.order()),
            removed: HashSet::new(),
            numbers: Numbers::new(counts),
            events: 0,
        };
        table.load(view, items, start, total);
        table
    }

    /// The rows on the page, in the order of the view.
    pub fn order(&self) -> &[ConsumerKey] {
        self.rows.order()
    }

    /// The keys of all rows, on the page or waiting, in no order.
    pub fn keys(&self) -> impl Iterator<Item = ConsumerKey> {
        self.rows.keys()
    }

    /// The view.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How many new rows wait.
    pub fn waiting(&self) -> usize {
        self.rows.waiting()
    }

    /// How many rows the view has, loaded or not.
    pub fn total(&self) -> u64 {
        self.numbers.total()
    }

    /// Whether the rows of the view are counted.
    pub fn is_counted(&self) -> bool {
        self.numbers.is_counted()
    }

    /// How many consumers have each status.
    pub fn counts(&self) -> StatusCounts {
        self.numbers.counts()
    }

    /// How many rows stand before the window.
    pub fn above(&self) -> u64 {
        self.numbers.above()
    }

    /// How many rows stand behind the window.
    pub fn below(&self) -> u64 {
        self.numbers.below(self.rows.count())
    }

    /// How many events were applied so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The row of a key.
    pub fn get(&self, key: ConsumerKey) -> Option<&Arc<Consumer>> {
        self.rows.get(key).map(|row| &row.consumer)
    }

    /// Whether a row is no longer in the view.
    pub fn is_left_out(&self, key: ConsumerKey) -> bool {
        self.rows.get(key).is_some_and(|row| !row.fits)
    }

    /// Whether a consumer was removed, loaded or not.
    pub fn is_removed(&self, key: ConsumerKey) -> bool {
        self.removed.contains(&key)
    }

    /// The row below.
    pub fn next(&self, key: ConsumerKey) -> Option<ConsumerKey> {
        self.rows.next(key)
    }

    /// The cursor of the last row on a side, from which the rows there follow each other: those above in the other direction.
    /// Empty where no row is loaded.
    pub fn edge(&self, side: Side) -> String {
        let order = self.view.order();
        let away = match side {
            Side::Above => order.reversed(),
            Side::Below => order,
        };
        self.rows.edge(side).map(|place| place.text(self.view.sort, away)).unwrap_or_default()
    }

    /// Takes notice of the time.
    pub fn set_time(&mut self, now: OffsetDateTime) {
        self.now = now;
    }

    /// Takes over what was asked for: the numbers, and if they are of this view, how many rows it has and how many stand behind
    /// the last one that is loaded.
    pub fn set_counts(&mut self, counts: StatusCounts, total: Option<u64>, behind: Option<u64>) {
        self.numbers.set(counts, total, behind, self.rows.count());
    }

    /// Whether the numbers have to be asked for.
    pub fn is_doubtful(&self) -> bool {
        self.numbers.is_doubtful()
    }

    /// Has the numbers asked for.
    pub fn doubt(&mut self) {
        self.numbers.doubt();
    }

    /// Applies an event. Applying it again changes nothing.
    pub fn apply(&mut self, event: Event, new_row: NewRow) -> Applied {
        self.events += 1;
        match event {
            Event::Consumer(consumer) => self.save(consumer, new_row),
            Event::Removed(key) => self.remove(key),
        }
    }

    /// Applies when a consumer was last used. An older use changes nothing.
    pub fn apply_use(&mut self, used: &Use) -> Applied {
        let Some(row) = self.rows.get_mut(used.key) else {
            if self.view.last_used.is_some() {
                self.numbers.doubt();
            }
            return Applied::Nothing;
        };
        if row.consumer.last_used_at >= Some(used.last_used_at) {
            return Applied::Nothing;
        }
        Arc::make_mut(&mut row.consumer).last_used_at = Some(used.last_used_at);
        self.judge(used.key);
        Applied::Changed(used.key)
    }

    fn save(&mut self, consumer: Consumer, new_row: NewRow) -> Applied {
        let key = consumer.key;
        if self.removed.contains(&key) {
            return Applied::Nothing;
        }
        if new_row == NewRow::Show && self.rows.waits(key) {
            self.rows.release(key);
        }
        if let Some(row) = self.rows.get_mut(key) {
            let asked = std::mem::replace(&mut row.asked, false);
            if !is_newer(&consumer, &row.consumer) {
                if asked {
                    self.numbers.doubt();
                }
                return Applied::Nothing;
            }
            let before = row.consumer.status;
            // Read before the use was written, but told after it.
            let last_used_at = consumer.last_used_at.max(row.consumer.last_used_at);
            row.consumer = Arc::new(Consumer { last_used_at, ..consumer });
            let after = row.consumer.status;
            if before != after {
                self.numbers.decided(before, after);
            }
            self.judge(key);
            return Applied::Changed(key);
        }
        let fits = self.view.fits(&consumer, self.now);
        let (above, below) = (self.above(), self.below());
        // One that was asked for again, or used, is not new. What another one was before is not known.
        let is_new =
            consumer.revision == 1 && consumer.requested_times <= 1 && consumer.last_used_at.is_none();
        if is_new {
            self.numbers.registered(consumer.status, fits);
        }
        self.numbers.doubt();
        let place = Cursor::of(&consumer, self.view.sort);
        if !fits {
            return Applied::Nothing;
        }
        match self.rows.beyond(&place) {
            Some(Side::Above) if above > 0 => {
                self.numbers.pushed_down(u64::from(is_new));
                return Applied::Nothing;
            }
            Some(Side::Below) if below > 0 => return Applied::Nothing,
            // All rows that were loaded have gone, and others are to come.
            None if self.order().is_empty() && above + below > 0 => return Applied::Nothing,
            // In the window all rows of the view are loaded, so it has just come into the view.
            _ if is_new => {}
            _ => self.numbers.moved(true),
        }
        let row = Row { consumer: Arc::new(consumer), place, fits, asked: false };
        match new_row {
            NewRow::Show => self.rows.show(row),
            NewRow::Wait => self.rows.wait(row),
        }
        Applied::Added(key)
    }

    /// Looks whether a row is still in the view, after its consumer has changed.
    fn judge(&mut self, key: ConsumerKey) {
        let Some(row) = self.rows.get_mut(key) else { return };
        let fits = self.view.fits(&row.consumer, self.now);
        if fits != row.fits {
            row.fits = fits;
            self.numbers.moved(fits);
        }
        // What waits was not seen yet.
        if !fits && self.rows.waits(key) {
            self.rows.take(key);
        }
    }

    fn remove(&mut self, key: ConsumerKey) -> Applied {
        if !self.removed.insert(key) {
            return Applied::Nothing;
        }
        self.numbers.doubt();
        let Some(row) = self.rows.take(key) else { return Applied::Nothing };
        self.numbers.removed(row.consumer.status, row.fits);
        Applied::Removed(key)
    }

    /// Puts the waiting rows on the page; returns the first of them.
    pub fn show_waiting(&mut self) -> Option<ConsumerKey> {
        self.rows.show_waiting()
    }

    /// The rows that are no longer in the view and, if rows `may_move`, those that stand where they do not belong any more;
    /// but for rows that are in use.
    pub fn astray(&self, in_use: &[Option<ConsumerKey>], may_move: bool) -> Vec<ConsumerKey> {
        // Uses move rows only when the view is loaded again: those in use by programs would never stand still.
        let may_move = may_move && self.view.sort != Sort::LastUsedAt;
        let is_astray = |key: &ConsumerKey| {
            let is_misplaced = |row: &Row| row.place != Cursor::of(&row.consumer, self.view.sort);
            let is_wrong = |row: &Row| !row.fits || (may_move && is_misplaced(row));
            !in_use.contains(&Some(*key)) && self.rows.get(*key).is_some_and(is_wrong)
        };
        self.order().iter().copied().filter(is_astray).collect()
    }

    /// Takes them off the page, and puts those that have moved to their places.
    pub fn tidy(&mut self, in_use: &[Option<ConsumerKey>], may_move: bool) {
        let astray = self.astray(in_use, may_move);
        for key in astray {
            let Some(row) = self.rows.take(key) else { continue };
            if !row.fits {
                continue;
            }
            let place = Cursor::of(&row.consumer, self.view.sort);
            match self.rows.beyond(&place) {
                Some(Side::Above) if self.above() > 0 => self.numbers.pushed_down(1),
                // The row itself is one of those that are not loaded now.
                Some(Side::Below) if self.below() > 1 => {}
                _ => self.rows.show(Row { place, ..row }),
            }
        }
    }

    /// Adds rows on a side of the window; with fewer than were asked for, the view ends there.
    pub fn extend(&mut self, side: Side, items: Vec<Consumer>, is_end: bool) {
        let before = self.rows.fitting();
        for consumer in items {
            let key = consumer.key;
            let row = self.rows.get(key);
            if self.removed.contains(&key) || row.is_some_and(|row| !is_newer(&consumer, &row.consumer)) {
                continue;
            }
            if let Some(row) = self.rows.get_mut(key) {
                (row.consumer, row.asked) = (Arc::new(consumer), true);
                self.judge(key);
                continue;
            }
            let place = Cursor::of(&consumer, self.view.sort);
            self.rows.show(Row { consumer: Arc::new(consumer), place, fits: true, asked: true });
        }
        let added = self.rows.fitting().saturating_sub(before);
        self.numbers.extended(side, added, is_end, self.rows.count());
    }

    /// Drops this number of rows of a side; they are loaded again when they come into sight.
    pub fn drop_rows(&mut self, side: Side, number: usize) {
        let fitted = self.rows.drop_rows(side, number);
        if side == Side::Above {
            self.numbers.pushed_down(fitted);
        }
    }

    /// Shows other rows: of a view, behind `start` others. Without a total they are to be counted, unless they are of the same
    /// view.
    pub fn load(&mut self, view: View, items: Vec<Consumer>, start: u64, total: Option<u64>) {
        self.numbers.load(start, items.len() as u64, total, view == self.view);
        self.rows = Loaded::new(view.order());
        self.view = view;
        self.extend(Side::Below, items, false);
    }
}

/// Whether one copy of a consumer is newer than another: by revision, then by what is no change of it: when it was last
/// used, and how often it was asked for.
fn is_newer(consumer: &Consumer, than: &Consumer) -> bool {
    let age = |consumer: &Consumer| (consumer.revision, consumer.last_used_at, consumer.requested_times);
    age(consumer) > age(than)
}

#[cfg(test)]
mod tests;
