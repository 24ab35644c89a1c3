//! Keeps the row that somebody is using where it is on the screen while rows above it come and go.

use domain::ConsumerKey;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::page::{Dialog, State, row_selector};
use crate::ui::dom;

/// The row in use: one with a menu or dialog open on it, with the focus in it, or under the pointer.
fn row_in_use(state: State) -> Option<ConsumerKey> {
    opened_row(state).or_else(focused_row).or_else(|| state.hovered.get_untracked())
}

/// The row that a menu or dialog is open on.
pub(super) fn opened_row(state: State) -> Option<ConsumerKey> {
    let dialog = state.dialog.with_untracked(|dialog| match dialog {
        Some(Dialog::Edit(consumer) | Dialog::Confirm(_, consumer)) => Some(consumer.key),
        None => None,
    });
    dialog.or_else(|| state.menu.with_untracked(|menu| menu.as_ref().map(|menu| menu.consumer.key)))
}

/// Whether the focus, a menu or a dialog is on the table; where the pointer is, the table knows itself.
pub(super) fn in_use(state: State) -> bool {
    let open = state.dialog.with_untracked(Option::is_some) || state.menu.with_untracked(Option::is_some);
    let focused = || {
        document().active_element().and_then(|element| element.closest("section.consumers").ok().flatten())
    };
    open || focused().is_some()
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

/// Whether a new row would push a row in use down, with no way to scroll after it.
pub(super) fn would_push_a_row_in_use(state: State) -> bool {
    row_in_use(state).is_some() && !page_scrolls()
}

/// Whether the page is at least as high as the window, so that a row more can be scrolled away.
fn page_scrolls() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    document().body().is_some_and(|body| body.get_bounding_client_rect().height() >= height)
}

/// Remembers where a row stands, and scrolls it back there.
pub(super) struct Keep(Option<(ConsumerKey, f64)>);

impl Keep {
    /// Before the rows change.
    pub(super) fn before(state: State) -> Self {
        let key = row_in_use(state).or_else(first_visible_row);
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
