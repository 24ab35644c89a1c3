//! The numbers of a view: how many rows it has, how many of them stand before the window, and how many consumers have each
//! status. They know no row, only how many are loaded. It is pure.

use domain::{Status, StatusCounts};

/// A side of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where the first row is.
    Above,
    /// Where the last row is.
    Below,
}

/// The numbers of a view.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// How many rows of the view stand before the window.
    start: u64,
    /// How many rows the view has, loaded or not; where they are not counted yet, one more than are known.
    total: u64,
    is_counted: bool,
    counts: StatusCounts,
    /// Whether something has changed the numbers, so that they have to be asked for: those that are here may have it already,
    /// and what a row that is not loaded was before is not known.
    doubtful: bool,
}

impl Numbers {
    /// Those of no view yet.
    pub fn new(counts: StatusCounts) -> Self {
        Self { start: 0, total: 0, is_counted: false, counts, doubtful: false }
    }

    /// How many rows the view has, loaded or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether the rows of the view are counted.
    pub fn is_counted(&self) -> bool {
        self.is_counted
    }

    /// How many consumers have each status.
    pub fn counts(&self) -> StatusCounts {
        self.counts
    }

    /// How many rows stand before the window.
    pub fn above(&self) -> u64 {
        self.start
    }

    /// How many rows stand behind the window, in which this many are.
    pub fn below(&self, loaded: u64) -> u64 {
        self.total.saturating_sub(self.start + loaded)
    }

    /// Whether the numbers have to be asked for.
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Has the numbers asked for.
    pub fn doubt(&mut self) {
        self.doubtful = true;
    }

    /// Takes over what was asked for: the numbers, and if they are of this view, how many rows it has and how many stand behind
    /// the last one that is loaded.
    pub fn set(&mut self, counts: StatusCounts, total: Option<u64>, behind: Option<u64>, loaded: u64) {
        (self.counts, self.doubtful) = (counts, false);
        let Some(total) = total else { return };
        (self.total, self.is_counted) = (total, true);
        if let Some(behind) = behind {
            self.start = total.saturating_sub(behind + loaded);
        }
    }

    /// A consumer was registered, perhaps into the view.
    pub fn registered(&mut self, status: Status, fits: bool) {
        *number(&mut self.counts, status) += 1;
        self.total += u64::from(fits);
        self.doubtful = true;
    }

    /// A consumer whose row is loaded was decided on.
    pub fn decided(&mut self, before: Status, after: Status) {
        self.left(before);
        *number(&mut self.counts, after) += 1;
        self.doubtful = true;
    }

    /// A consumer was removed whose row was loaded, perhaps in the view.
    pub fn removed(&mut self, status: Status, fitted: bool) {
        self.left(status);
        self.total = self.total.saturating_sub(u64::from(fitted));
        self.doubtful = true;
    }

    fn left(&mut self, status: Status) {
        let number = number(&mut self.counts, status);
        *number = number.saturating_sub(1);
    }

    /// A row has come into the view, or left it.
    pub fn moved(&mut self, fits: bool) {
        self.total = if fits { self.total + 1 } else { self.total.saturating_sub(1) };
        self.doubtful = true;
    }

    /// This many more rows stand before the window.
    pub fn pushed_down(&mut self, rows: u64) {
        self.start += rows;
    }

    /// The window has grown on a side, and has this many rows by now; with fewer new ones than were asked for, the view ends
    /// there.
    pub fn extended(&mut self, side: Side, added: u64, is_end: bool, loaded: u64) {
        match side {
            Side::Above if is_end => self.start = 0,
            Side::Above => self.start = self.start.saturating_sub(added),
            Side::Below if is_end => {
                self.total -= self.below(loaded);
                self.is_counted |= self.start == 0;
            }
            Side::Below => {
                if !self.is_counted {
                    self.total = self.total.max(self.start + loaded + 1);
                }
            }
        }
    }

    /// Other rows are shown, this many behind `start` others. Without a total they are to be counted, unless they are of the
    /// same view.
    pub fn load(&mut self, start: u64, rows: u64, total: Option<u64>, is_same_view: bool) {
        let known = total.or_else(|| Some(self.total).filter(|_| self.is_counted && is_same_view));
        self.is_counted = known.is_some();
        self.doubtful |= known.is_none();
        self.start = start;
        self.total = known.unwrap_or(start + rows + 1);
    }
}

fn number(counts: &mut StatusCounts, status: Status) -> &mut u64 {
    match status {
        Status::Pending => &mut counts.pending,
        Status::Approved => &mut counts.approved,
        Status::Disapproved => &mut counts.disapproved,
    }
}
