//! Keeps the row in use where it is on the screen while rows above it come and go.

use domain::ConsumerKey;
use leptos::prelude::*;

use super::elements;
use crate::ui::dom;

/// How far below the bar the first row is looked for: the column heads stay there.
const HEADS: f64 = 48.0;

/// The row at the top of what can be seen of the table, where the table begins above it.
fn first_visible_row() -> Option<ConsumerKey> {
    let bar = dom::find("header")?.get_bounding_client_rect().bottom();
    let middle = window().inner_width().ok()?.as_f64()? / 2.0;
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    let element = document().element_from_point(middle as f32, (bar + HEADS) as f32)?;
    elements::key_of(&element)
}

/// The same, with its distance from the window's upper edge.
pub(super) fn first_row() -> Option<(ConsumerKey, i32)> {
    let key = first_visible_row()?;
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    Some((key, top(key)? as i32))
}

/// Scrolls a row to this distance from the window's upper edge.
pub(super) fn to_place(key: Option<ConsumerKey>, distance: i32) {
    if let Some(now) = key.and_then(top) {
        window().scroll_by_with_x_and_y(0.0, now - f64::from(distance));
    }
}

/// Scrolls to the end of the page.
pub(super) fn to_end() {
    window().scroll_by_with_x_and_y(0.0, 1e8);
}

/// Scrolls back to the table's begin where that is above what is seen.
pub(super) fn to_table() {
    let Some(table) = dom::find("section.consumers") else { return };
    if table.get_bounding_client_rect().top() < 0.0 {
        table.scroll_into_view();
    }
}

/// Whether the page is at least as high as the window, so that one more row can be scrolled away.
pub(super) fn page_scrolls() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    document().body().is_some_and(|body| body.get_bounding_client_rect().height() >= height)
}

/// Where a row was on the screen before the rows changed, so that it can be scrolled back there.
pub(super) struct ScrollAnchor(Option<(ConsumerKey, f64)>);

impl ScrollAnchor {
    /// Before the rows change: the row in use, else the first that is visible.
    pub(super) fn before(row_in_use: Option<ConsumerKey>) -> Self {
        let key = row_in_use.or_else(first_visible_row);
        Self(key.and_then(|key| Some((key, top(key)?))))
    }

    /// After they have changed and before the next frame is painted: corrects the scroll, so that nothing is seen to move.
    pub(super) fn after(self) {
        let Some((key, before)) = self.0 else { return };
        if let Some(now) = top(key).filter(|now| (now - before).abs() > 0.5) {
            window().scroll_by_with_x_and_y(0.0, now - before);
        }
    }
}

fn top(key: ConsumerKey) -> Option<f64> {
    dom::find(&elements::row(key)).map(|row| row.get_bounding_client_rect().top())
}
