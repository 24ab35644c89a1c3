//! Keeps the row that somebody is using where it is on the screen while rows above it come and go.

use domain::ConsumerKey;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::ui::dom;

/// Finds the table's heading, which takes the focus when no row is left to take it.
pub(super) const TABLE_HEADING: &str = "#consumer-keys";

/// Finds a consumer's row.
pub(super) fn row_selector(key: ConsumerKey) -> String {
    format!("tr[data-key=\"{key}\"]")
}

/// The row that has the focus.
pub(super) fn focused_row() -> Option<ConsumerKey> {
    let row = document().active_element()?.closest("tr[data-key]").ok().flatten()?;
    row.get_attribute("data-key")?.parse().ok()
}

/// The row at the top of the window, where the table begins above it.
fn first_visible_row() -> Option<ConsumerKey> {
    let rows = document().query_selector_all("tr[data-key]").ok()?;
    let row_at = |at| rows.item(at)?.dyn_into::<HtmlElement>().ok();
    if row_at(0)?.get_bounding_client_rect().top() >= 0.0 {
        return None;
    }
    let visible = (0..rows.length())
        .find_map(|at| row_at(at).filter(|row| row.get_bounding_client_rect().top() >= 0.0));
    visible?.get_attribute("data-key")?.parse().ok()
}

/// Whether the page is at least as high as the window, so that a row more can be scrolled away.
pub(super) fn page_scrolls() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    document().body().is_some_and(|body| body.get_bounding_client_rect().height() >= height)
}

/// Remembers where a row stands, and scrolls it back there.
pub(super) struct Keep(Option<(ConsumerKey, f64)>);

impl Keep {
    /// Before the rows change.
    pub(super) fn before(row_in_use: Option<ConsumerKey>) -> Self {
        let key = row_in_use.or_else(first_visible_row);
        Self(key.and_then(|key| Some((key, top(key)?))))
    }

    /// After they have: the next frame is not painted before the scroll is corrected, so nothing is seen to move.
    pub(super) fn after(self) {
        let Some((key, before)) = self.0 else { return };
        request_animation_frame(move || {
            if let Some(now) = top(key).filter(|now| (now - before).abs() > 0.5) {
                window().scroll_by_with_x_and_y(0.0, now - before);
            }
        });
    }
}

fn top(key: ConsumerKey) -> Option<f64> {
    dom::find(&row_selector(key)).map(|row| row.get_bounding_client_rect().top())
}
