//! What of the window of loaded rows is in sight, and what follows from it: arithmetic over rows of one height.

use leptos::prelude::*;

use super::{elements, numbers::Side, state::PageState};
use crate::ui::dom;

/// The most pixels that all rows together stand for: browsers have an end. Beyond it the scroll bar moves in larger steps.
const MOST_PIXELS: u64 = 12_000_000;

/// What has to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The next rows of a side.
    More(Side),
    /// Others, since nothing of the window is in sight: those that have this many before them.
    Rows { before: u64, at_end: bool },
}

/// What of the window is in sight, in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    /// Rows of the window above what is seen; negative where it begins further down.
    pub(super) above: i64,
    /// Rows of the window below what is seen, likewise.
    pub(super) below: i64,
    /// Rows before the window.
    pub(super) before: u64,
    /// Rows behind it.
    pub(super) behind: u64,
    /// Where nothing of the window is seen: which row would be, and whether the page is scrolled to its end.
    pub(super) missed: Option<(u64, bool)>,
}

impl Sight {
    /// Rows are loaded when fewer than this are left.
    pub(super) const NEAR: u64 = 30;

    /// How many come at once on a side of the window.
    pub(super) const MORE: u64 = 20;

    /// What is to be done about it.
    pub(super) fn wants(self) -> Option<Want> {
        const NEAR: i64 = Sight::NEAR.cast_signed();
        if let Some((row, at_end)) = self.missed {
            return Some(Want::Rows { before: row.saturating_sub(Self::NEAR), at_end });
        }
        let (wants_above, wants_below) =
            (self.above < NEAR && self.before > 0, self.below < NEAR && self.behind > 0);
        match (wants_above, wants_below) {
            (true, true) if self.above < self.below => Some(Want::More(Side::Above)),
            (_, true) => Some(Want::More(Side::Below)),
            (true, false) => Some(Want::More(Side::Above)),
            (false, false) => None,
        }
    }

    /// How many rows may go on the side that is opposite to this one.
    pub(super) fn spare(self, side: Side) -> usize {
        let far = if side == Side::Above { self.below } else { self.above };
        usize::try_from(far - Self::NEAR.cast_signed()).unwrap_or(0)
    }

    /// What is seen now; `None` where there is no row.
    pub(super) fn of(state: PageState) -> Option<Self> {
        let counts = state.rows.counted();
        let body = dom::find("section.consumers tbody")?.get_bounding_client_rect();
        // A panel may stand in place of the table.
        if counts.shown == 0 || body.height() <= 0.0 {
            return None;
        }
        if let Some(height) = elements::row_height()
            && height != state.row_height.get_untracked()
        {
            state.row_height.set(height);
        }
        let height = f64::from(state.row_height.get_untracked().max(1));
        let seen = window().inner_height().ok()?.as_f64()?;
        let spacer = |name, first: u64, rows: u64| {
            let place = dom::find(name)?.get_bounding_client_rect();
            let share = (-place.top() / place.height().max(1.0)).clamp(0.0, 1.0);
            let row = first + floor(share * approximate(rows)).cast_unsigned();
            let end = document().document_element()?.get_bounding_client_rect().bottom();
            Some((row.min(first + rows - 1), end <= seen + 1.0))
        };
        let missed = if body.top() >= seen && counts.above > 0 {
            spacer("#rows-above", 0, counts.above)
        } else if body.bottom() <= 0.0 && counts.below > 0 {
            spacer("#rows-below", counts.above + counts.shown as u64, counts.below)
        } else {
            None
        };
        Some(Self {
            above: floor(-body.top() / height),
            below: floor((body.bottom() - seen) / height),
            before: counts.above,
            behind: counts.below,
            missed,
        })
    }
}

/// The height of a place where this many of all rows are left out, in pixels.
pub(super) fn spacer_height(rows: u64, all: u64, row_height: u32) -> u64 {
    let pixels = |rows: u64| rows * u64::from(row_height);
    if pixels(all) <= MOST_PIXELS { pixels(rows) } else { MOST_PIXELS * rows / all.max(1) }
}

#[expect(clippy::cast_possible_truncation, reason = "pixels and rows on a screen")]
fn floor(number: f64) -> i64 {
    number.floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "it is a place on a scroll bar")]
fn approximate(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: Sight = Sight { above: 80, below: 80, before: 500, behind: 500, missed: None };

    #[test]
    fn rows_are_loaded_before_their_end_is_in_sight_and_only_where_there_are_more() {
        assert_eq!(MIDDLE.wants(), None);
        assert_eq!(Sight { below: 29, ..MIDDLE }.wants(), Some(Want::More(Side::Below)));
        assert_eq!(Sight { above: 29, ..MIDDLE }.wants(), Some(Want::More(Side::Above)));
        assert_eq!(Sight { below: -3, behind: 0, ..MIDDLE }.wants(), None);
        assert_eq!(Sight { above: -9, before: 0, ..MIDDLE }.wants(), None);
    }

    #[test]
    fn the_nearer_end_comes_first_where_both_are_near() {
        assert_eq!(Sight { above: 5, below: 9, ..MIDDLE }.wants(), Some(Want::More(Side::Above)));
        assert_eq!(Sight { above: 9, below: 5, ..MIDDLE }.wants(), Some(Want::More(Side::Below)));
    }

    #[test]
    fn what_is_in_sight_and_near_it_is_never_dropped() {
        assert_eq!(Sight { above: 131, ..MIDDLE }.spare(Side::Below), 101);
        assert_eq!(Sight { above: 20, ..MIDDLE }.spare(Side::Below), 0);
        assert_eq!(Sight { below: 50, ..MIDDLE }.spare(Side::Above), 20);
    }

    #[test]
    fn a_place_far_away_is_loaded_with_rows_before_it() {
        let far = Sight { missed: Some((5_000, false)), ..MIDDLE };
        assert_eq!(far.wants(), Some(Want::Rows { before: 4_970, at_end: false }));
        let first = Sight { missed: Some((3, false)), ..MIDDLE };
        assert_eq!(first.wants(), Some(Want::Rows { before: 0, at_end: false }));
    }

    #[test]
    fn the_window_does_not_swing_between_its_sides() {
        const MORE: i64 = Sight::MORE.cast_signed();
        // 180 rows, 29 of them left below what is seen: some come, and as many as may go.
        for seen in 1..=60 {
            let before = Sight { above: 180 - 29 - seen, below: 29, ..MIDDLE };
            let dropped = i64::try_from(before.spare(Side::Below)).unwrap().min(MORE);
            let after = Sight { above: before.above - dropped, below: 29 + MORE, ..MIDDLE };
            assert_eq!(after.wants(), None, "{seen} rows are seen");
        }
    }

    #[test]
    fn places_that_are_left_out_are_as_high_as_their_rows_until_browsers_have_an_end() {
        assert_eq!(spacer_height(10, 10_000, 44), 440);
        assert_eq!(spacer_height(1_000_000, 1_000_000, 44), MOST_PIXELS);
        assert_eq!(spacer_height(500_000, 1_000_000, 44), MOST_PIXELS / 2);
        assert_eq!(spacer_height(0, 0, 44), 0);
    }
}
