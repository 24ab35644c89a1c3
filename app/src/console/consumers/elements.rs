//! Where the parts of the table are in the document.

use domain::ConsumerKey;
use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use crate::ui::{beside::Row, dom};

/// A selector of the heading.
pub(super) const TABLE_HEADING: &str = "#consumer-keys";

/// A selector of every row.
const ROWS: &str = "tr[data-key]";

/// A selector of a consumer's row.
pub(super) fn row(key: ConsumerKey) -> String {
    format!("tr[data-key=\"{key}\"]")
}

/// A selector of the button that opens the menu of a row.
pub(super) fn menu_button(key: ConsumerKey) -> String {
    format!("{} .more", row(key))
}

/// What a message about a row stands beside.
pub(super) fn beside(key: ConsumerKey) -> Row {
    Row { itself: row(key), status: ".s", buttons: ".do", button: ".more" }
}

/// A selector of the checkbox of a row.
pub(super) fn checkbox(key: ConsumerKey) -> String {
    format!("{} .pick input", row(key))
}

/// Tells those who do not see the table what it shows by now.
pub(super) fn tell(words: &str) {
    if let Some(found) = dom::find("#found") {
        found.set_text_content(Some(words));
    }
}

/// The consumer whose row an element is in.
pub(super) fn key_of(element: &Element) -> Option<ConsumerKey> {
    element.closest(ROWS).ok().flatten()?.get_attribute("data-key")?.parse().ok()
}

/// The consumer whose row has the focus.
pub(super) fn focused_row() -> Option<ConsumerKey> {
    key_of(&document().active_element()?)
}

/// Whether anything in the table has the focus, or the button that shows the rows that wait.
pub(super) fn is_table_focused() -> bool {
    let parts = "section.consumers table, .tools .waiting";
    document().active_element().and_then(|focused| focused.closest(parts).ok()?).is_some()
}

/// Moves the focus to the name of a row, or where there is none, to the table's heading.
pub(super) fn focus_name(key: ConsumerKey) {
    dom::focus_soon(move || {
        dom::find(&format!("{} a[data-open]", row(key))).or_else(|| dom::find(TABLE_HEADING))
    });
}

/// Moves the focus to the menu button of a row, or where there is none, to the table's heading.
pub(super) fn focus_row(key: Option<ConsumerKey>) {
    dom::focus_soon(move || {
        key.and_then(|key| dom::find(&menu_button(key))).or_else(|| dom::find(TABLE_HEADING))
    });
}

/// The rows, as they stand.
pub(super) fn rows() -> Vec<Element> {
    let Ok(found) = document().query_selector_all(ROWS) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// How high a row is, in pixels: one is as high as every other.
pub(super) fn row_height() -> Option<u32> {
    let height = dom::find(ROWS)?.offset_height();
    u32::try_from(height).ok().filter(|height| *height > 0)
}

/// Makes an element this high, in pixels.
pub(super) fn set_height(selector: &str, pixels: u64) {
    if let Some(element) = dom::find(selector) {
        let _ = element.style().set_property("height", &format!("{pixels}px"));
    }
}
