//! What of the window of loaded rows is in sight, and what follows from it: arithmetic over rows of one height.

use leptos::prelude::*;

use super::{elements, numbers::Side, state::PageState};
use crate::ui::dom;

/// The most pixels that all rows together stand for: browsers have an end. Beyond it the scroll bar moves in larger steps.
const MOST_PIXELS: u64 = 12_000_000;

/// What has to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The next rows of a side, this many.
    More(Side, u64),
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
    /// Rows that the browser's window has room for.
    pub(super) seen: u64,
    /// Where nothing of the window is seen: which row would be, and whether the page is scrolled to its end.
    pub(super) missed: Option<(u64, bool)>,
}

impl Sight {
    /// Rows are loaded when fewer than this are left.
    pub(super) const NEAR: u64 = 30;

    /// How many come at once on a side of the window: as many as are drawn within a frame.
    const MORE: u64 = 10;

    /// The same where few are left, since they come slower than the page is scrolled.
    const MORE_AT_LAST: u64 = 20;

    /// What is to be done about it.
    pub(super) fn wants(self) -> Option<Want> {
        const NEAR: i64 = Sight::NEAR.cast_signed();
        if let Some((row, at_end)) = self.missed {
            return Some(Want::Rows { before: row.saturating_sub(Self::NEAR), at_end });
        }
        let (wants_above, wants_below) =
            (self.above < NEAR && self.before > 0, self.below < NEAR && self.behind > 0);
        let more = |side, left| {
            Some(Want::More(side, if left < NEAR / 2 { Self::MORE_AT_LAST } else { Self::MORE }))
        };
        match (wants_above, wants_below) {
            (true, true) if self.above < self.below => more(Side::Above, self.above),
            (_, true) => more(Side::Below, self.below),
            (true, false) => more(Side::Above, self.above),
            (false, false) => None,
        }
    }

    /// Whether one of these many rows behind `before` others would be in sight, where nothing of the window is: the page may have been
    /// scrolled on since they were asked for.
    pub(super) fn misses(self, before: u64, rows: u64) -> bool {
        self.missed.is_some_and(|(row, _)| row < before + rows && row + self.seen > before)
    }

    /// How many rows may go on the side that is opposite to this one: enough stay there for a reader who turns round, who needs none at
    /// once.
    pub(super) fn spare(self, side: Side) -> usize {
        let far = if side == Side::Above { self.below } else { self.above };
        usize::try_from(far - (Self::NEAR + Self::MORE).cast_signed()).unwrap_or(0)
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
            seen: floor(seen / height).cast_unsigned() + 1,
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

    const MIDDLE: Sight = Sight { above: 80, below: 80, before: 500, behind: 500, seen: 20, missed: None };

    #[test]
    fn rows_are_loaded_before_their_end_is_in_sight_and_only_where_there_are_more() {
        assert_eq!(MIDDLE.wants(), None);
        assert_eq!(Sight { below: 29, ..MIDDLE }.wants(), Some(Want::More(Side::Below, 10)));
        assert_eq!(Sight { above: 29, ..MIDDLE }.wants(), Some(Want::More(Side::Above, 10)));
        assert_eq!(Sight { below: -3, behind: 0, ..MIDDLE }.wants(), None);
        assert_eq!(Sight { above: -9, before: 0, ..MIDDLE }.wants(), None);
    }

    #[test]
    fn the_nearer_end_comes_first_where_both_are_near() {
        assert_eq!(Sight { above: 15, below: 19, ..MIDDLE }.wants(), Some(Want::More(Side::Above, 10)));
        assert_eq!(Sight { above: 19, below: 15, ..MIDDLE }.wants(), Some(Want::More(Side::Below, 10)));
    }

    #[test]
    fn more_come_where_few_are_left() {
        assert_eq!(Sight { below: 15, ..MIDDLE }.wants(), Some(Want::More(Side::Below, 10)));
        assert_eq!(Sight { below: 14, ..MIDDLE }.wants(), Some(Want::More(Side::Below, 20)));
        assert_eq!(Sight { above: -3, ..MIDDLE }.wants(), Some(Want::More(Side::Above, 20)));
    }

    #[test]
    fn rows_that_were_asked_for_on_the_way_are_missed_no_more() {
        let far = Sight { missed: Some((5_000, false)), ..MIDDLE };
        assert!(far.misses(4_970, 48) && far.misses(5_000, 1));
        assert!(far.misses(5_019, 48), "its first row would be the last in sight");
        assert!(!far.misses(4_900, 48) && !far.misses(5_020, 48));
        assert!(!MIDDLE.misses(500, 48), "the reader is back where rows are");
    }

    #[test]
    fn what_is_in_sight_and_near_it_is_never_dropped() {
        assert_eq!(Sight { above: 131, ..MIDDLE }.spare(Side::Below), 91);
        assert_eq!(Sight { above: 20, ..MIDDLE }.spare(Side::Below), 0);
        assert_eq!(Sight { below: 50, ..MIDDLE }.spare(Side::Above), 10);
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
        // 100 rows, few of them left below what is seen: some come, and as many as may go. Then the reader turns round.
        for (seen, left) in (1..=31).flat_map(|seen| [(seen, 29), (seen, 12)]) {
            let before = Sight { above: 100 - left - seen, below: left, ..MIDDLE };
            let Some(Want::More(Side::Below, more)) = before.wants() else { panic!("{before:?}") };
            let dropped = i64::try_from(before.spare(Side::Below)).unwrap().min(more.cast_signed());
            let after = Sight { above: before.above - dropped, below: left + more.cast_signed(), ..MIDDLE };
            let turned = Sight { above: after.above - 10, below: after.below + 10, ..after };
            assert_eq!(turned.wants(), None, "{seen} rows are seen: {turned:?}");
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
