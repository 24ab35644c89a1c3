//! The rows that are loaded: those on the page, in the order of their view, and new ones that wait. It is pure.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use domain::{Consumer, ConsumerKey, Cursor, query::Order};

use super::numbers::Side;

/// A row that is loaded.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its consumer as it is now.
    pub consumer: Arc<Consumer>,
    /// Where it stands, which is by what the consumer was like when it came to stand there.
    pub place: Cursor,
    /// Whether it is in the view. One that is no longer stays while it is in use.
    pub fits: bool,
    /// Whether it is as it was asked for: the event that made it so may not have been counted.
    pub asked: bool,
}

/// The rows that are loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    direction: Order,
    rows: HashMap<ConsumerKey, Row>,
    /// The rows on the page, in the order of the view.
    order: Vec<ConsumerKey>,
    /// New rows that are shown once the pointer and the focus have left the table.
    waiting: Vec<ConsumerKey>,
}

impl Loaded {
    /// None yet, of a view with this direction.
    pub fn new(direction: Order) -> Self {
        Self { direction, rows: HashMap::new(), order: Vec::new(), waiting: Vec::new() }
    }

    /// The rows on the page, in their order.
    pub fn order(&self) -> &[ConsumerKey] {
        &self.order
    }

    /// The keys of all rows, on the page or waiting, in no order.
    pub fn keys(&self) -> impl Iterator<Item = ConsumerKey> {
        self.rows.keys().copied()
    }

    /// How many rows wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many rows on the page are in the view.
    pub fn fitting(&self) -> u64 {
        self.order.iter().filter(|key| self.rows[*key].fits).count() as u64
    }

    /// How many rows are in the view, on the page or waiting.
    pub fn count(&self) -> u64 {
        self.fitting() + self.waiting.len() as u64
    }

    /// The row of a key.
    pub fn get(&self, key: ConsumerKey) -> Option<&Row> {
        self.rows.get(&key)
    }

    /// The same, to be changed where it is.
    pub fn get_mut(&mut self, key: ConsumerKey) -> Option<&mut Row> {
        self.rows.get_mut(&key)
    }

    /// Whether a row waits.
    pub fn waits(&self, key: ConsumerKey) -> bool {
        self.waiting.contains(&key)
    }

    /// The row below.
    pub fn next(&self, key: ConsumerKey) -> Option<ConsumerKey> {
        let at = self.order.iter().position(|row| *row == key)?;
        self.order.get(at + 1).copied()
    }

    /// The cursor of the last row on a side.
    pub fn edge(&self, side: Side) -> Option<&Cursor> {
        let key = match side {
            Side::Above => self.order.first(),
            Side::Below => self.order.last(),
        };
        key.map(|key| &self.rows[key].place)
    }

    /// On which side of the rows on the page a place is; `None` between them.
    pub fn beyond(&self, place: &Cursor) -> Option<Side> {
        let (first, last) = (self.edge(Side::Above)?, self.edge(Side::Below)?);
        if self.compare(place, first).is_lt() {
            Some(Side::Above)
        } else {
            self.compare(place, last).is_gt().then_some(Side::Below)
        }
    }

    /// Puts a row on the page, at its place.
    pub fn show(&mut self, row: Row) {
        let key = row.consumer.key;
        let at =
            self.order.partition_point(|other| self.compare(&self.rows[other].place, &row.place).is_lt());
        self.order.insert(at, key);
        self.rows.insert(key, row);
    }

    /// Keeps a row waiting.
    pub fn wait(&mut self, row: Row) {
        self.waiting.push(row.consumer.key);
        self.rows.insert(row.consumer.key, row);
    }

    /// Puts the waiting rows on the page; returns the first of them.
    pub fn show_waiting(&mut self) -> Option<ConsumerKey> {
        let waiting = self.waiting.clone();
        for key in &waiting {
            self.release(*key);
        }
        self.order.iter().find(|key| waiting.contains(key)).copied()
    }

    /// Puts a waiting row on the page.
    pub fn release(&mut self, key: ConsumerKey) {
        if let Some(row) = self.take(key) {
            self.show(row);
        }
    }

    /// Takes a row away, wherever it is.
    pub fn take(&mut self, key: ConsumerKey) -> Option<Row> {
        let row = self.rows.remove(&key)?;
        self.order.retain(|other| *other != key);
        self.waiting.retain(|other| *other != key);
        Some(row)
    }

    /// Drops this number of rows of a side of the page; returns how many of them were in the view.
    pub fn drop_rows(&mut self, side: Side, number: usize) -> u64 {
        let number = number.min(self.order.len());
        let dropped: Vec<_> = match side {
            Side::Above => self.order.drain(..number).collect(),
            Side::Below => self.order.drain(self.order.len() - number..).collect(),
        };
        dropped.into_iter().filter_map(|key| self.rows.remove(&key)).filter(|row| row.fits).count() as u64
    }

    fn compare(&self, a: &Cursor, b: &Cursor) -> Ordering {
        let ascending = (&a.value, &a.key).cmp(&(&b.value, &b.key));
        match self.direction {
            Order::Ascending => ascending,
            Order::Descending => ascending.reverse(),
        }
    }
}
