//! The browser's history: the addresses of views, and the place that each entry notes for the way back.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::ScrollRestoration;

use super::{
    flow::Doing,
    panel::{Panel, TABLE},
    place::Place,
    scroll,
    state::PageState,
};

/// How long after scrolling the place is noted for the way back.
const NOTED_AFTER: Duration = Duration::from_millis(200);

/// What becomes of the browser's history when another view is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// It gets an entry.
    Push,
    /// Its last entry changes.
    Replace,
}

/// Has the browser leave it to the page to find a place again.
pub(super) fn restore_by_hand() {
    let _ = history().map(|history| history.set_scroll_restoration(ScrollRestoration::Manual));
}

/// Changes the address, once the place is noted for the way back.
pub(super) fn visit(state: PageState, url: &str, entry: History) {
    note(state);
    let _ = history().and_then(|history| match entry {
        History::Push => history.push_state_with_url(&JsValue::NULL, "", Some(url)),
        History::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(url)),
    });
    note_soon(state);
}

/// The path of the page: that of a consumer as long as its panel is open.
pub(super) fn path(state: PageState) -> String {
    let here = Panel::place().and_then(|_| window().location().pathname().ok());
    here.unwrap_or_else(|| state.shell.url(TABLE))
}

/// The place that this entry of the browser's history has noted.
pub(super) fn noted() -> Option<Place> {
    Place::read(&history().ok()?.state().ok()?.as_string()?)
}

/// Notes the place once it has been scrolled for a while.
pub(super) fn note_soon(state: PageState) {
    if state.flow.try_update_value(|flow| flow.begins(Doing::Noting)) == Some(true) {
        let note = move || {
            if state.flow.try_update_value(|flow| flow.ends(Doing::Noting)).is_some() {
                note(state);
            }
        };
        set_timeout(note, NOTED_AFTER);
    }
}

/// Notes the place, so that the browser's back button finds it again.
fn note(state: PageState) {
    // The rows of a view that is left already say nothing about the entry that is next.
    if state.rows.read(|table| *table.view() != state.view()) {
        return;
    }
    let place =
        scroll::first_row().and_then(|(key, top)| state.rows.read(|table| Place::of(table, key, top)));
    if place == noted() {
        return;
    }
    let text = place.map_or(JsValue::NULL, |place| JsValue::from_str(&place.to_string()));
    let _ = history().and_then(|history| history.replace_state(&text, ""));
}

fn history() -> Result<web_sys::History, JsValue> {
    window().history()
}
