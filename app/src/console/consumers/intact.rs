//! Whether what the page drives still stands in the document. What writes the body again from its own text, as naive replacers of
//! words do, leaves copies that look alike: nothing listens to them, and no event reaches them.

use std::{cell::Cell, time::Duration};

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Element, Node};

use super::state::PageState;
use crate::ui::dom;

/// How often the page is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// How often in a row something has to be missing: a part of the page may be about to come or go.
const MISSES: u32 = 2;

/// The parts that there always are, each with the property `driven`, which no copy has.
const PARTS: [&str; 4] = [".sign", ".message", "section.register", "section.consumers"];

/// The property, and where else it is: on a button of each row.
const DRIVEN: &str = "driven";
const ROW_PARTS: &str = "tbody .more";

/// Looks at the page until the current owner ends, and says that it has failed where it is not whole.
pub(super) fn watch(state: PageState) {
    let misses = Cell::new(0);
    let look = move || {
        misses.set(if is_intact(state) { 0 } else { misses.get() + 1 });
        // The script of the document may have said so already.
        if misses.get() == MISSES && dom::find("html[data-failed]").is_none() {
            dom::page_failed();
        }
    };
    if let Ok(interval) = set_interval_with_handle(look, EVERY) {
        on_cleanup(move || interval.clear());
    }
}

fn is_intact(state: PageState) -> bool {
    let Some(page) = dom::find("#page") else { return false };
    let name = JsValue::from_str(DRIVEN);
    let is_driven = |element: &Element| Reflect::get(element, &name).is_ok_and(|driven| driven.is_truthy());
    let parts = PARTS.iter().all(|part| dom::find_in(&page, part).is_some_and(|part| is_driven(&part)));
    let rows = dom::all(&page, ROW_PARTS);
    let is_opened = !state.overlay.is_open() || dom::find("[role=menu], dialog").is_some();
    parts
        && is_opened
        && rows.len() == state.rows.drawn()
        && rows.iter().all(is_driven)
        && has_place_for_rows(&page)
}

/// Whether the comment is there before which leptos puts new rows.
fn has_place_for_rows(page: &Element) -> bool {
    let mut node = dom::find_in(page, "tbody").and_then(|rows| rows.last_child());
    while let Some(child) = node {
        if child.node_type() == Node::COMMENT_NODE {
            return true;
        }
        node = child.previous_sibling();
    }
    false
}
