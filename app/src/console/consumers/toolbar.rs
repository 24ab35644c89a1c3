//! The table's toolbar at work: what is typed and chosen becomes a view, and a view shows in its controls. One listener of
//! each kind serves all of them.

use std::time::Duration;

use domain::View;
use js_sys::Reflect;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;

use super::{
    flow::Doing, heads_html, history::History, sort_html, state::PageState, toolbar_html as html, window::go,
    window_title,
};
use crate::ui::{dom, keys};

/// The shortest time between two searches for what is being typed.
const SEARCHED_EACH: Duration = Duration::from_millis(40);

/// How many times that the next search waits for the answer to the last one.
const ANSWERED_WITHIN: u32 = 5;

const SEARCH: &str = "#search";
const SORT: &str = "#sort";

/// A click on what leads to a view: a tab, a chip, a column's head.
pub(super) fn click(state: PageState, event: &ev::MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    let leads =
        target(event).and_then(|target| target.closest("a[data-view], button[name=view]").ok().flatten());
    let Some(leads) = leads.filter(|_| !modified) else { return };
    event.prevent_default();
    let query = leads.get_attribute("value").or_else(|| {
        let href = leads.get_attribute("href")?;
        Some(href.split_once('?').map_or("", |(_, query)| query).to_owned())
    });
    go(state, &query.unwrap_or_default(), History::Push);
}

/// Something was typed; each letter of the search field counts.
pub(super) fn input(state: PageState, event: &ev::Event) {
    if target(event).is_none_or(|target| target.id() != "search") {
        return;
    }
    state.flow.update_value(|flow| flow.typed += 1);
    search_each(state);
}

/// Searches at once for what is typed, and again where more was typed meanwhile.
fn search_each(state: PageState) {
    if state.flow.try_update_value(|flow| flow.begins(Doing::Searching)) == Some(true) {
        let typed = state.flow.with_value(|flow| flow.typed);
        search(state);
        search_later(state, typed, ANSWERED_WITHIN);
    }
}

/// Goes on after a while, or once the answer has come: of a key that is held down, not every letter is asked for.
fn search_later(state: PageState, typed: u32, waits: u32) {
    let next = move || {
        let Some((loading, more)) = state.flow.try_with_value(|flow| (flow.loading, flow.typed != typed))
        else {
            return;
        };
        if loading && more && waits > 0 {
            return search_later(state, typed, waits - 1);
        }
        state.flow.update_value(|flow| flow.ends(Doing::Searching));
        if more {
            search_each(state);
        }
    };
    set_timeout(next, SEARCHED_EACH);
}

fn search(state: PageState) {
    let text = Some(value(SEARCH)).filter(|text| !text.is_empty());
    let view = state.view();
    // The way back leads to what was there before the first letter, not from letter to letter.
    let entry = if text.is_some() && view.text.is_none() { History::Push } else { History::Replace };
    go(state, &View { text, ..view }.to_string(), entry);
}

/// Another order was chosen, or a field of the filter was left with another value.
pub(super) fn change(state: PageState, event: &ev::Event) {
    let Some(target) = target(event) else { return };
    if target.id() == "sort" {
        go(state, &value(SORT), History::Push);
    } else if target.closest("#filters").is_ok_and(|filters| filters.is_some()) {
        filter(state);
    }
}

/// The form was sent: by Enter, or by **Apply**.
pub(super) fn submit(state: PageState, event: &ev::SubmitEvent) {
    if target(event).is_some_and(|target| target.id() == "view") {
        event.prevent_default();
        search(state);
        filter(state);
        let _ = dom::find("#filters:popover-open").map(|filters| filters.hide_popover());
    }
}

fn filter(state: PageState) {
    let mut view = state.view();
    let is_checked = dom::find("#filter-ends:checked").is_some();
    for (name, value) in [
        ("last_used", value("#filter-used")),
        ("registered_by", value("#filter-by")),
        ("trusted", value("#filter-trusted")),
        ("ends", if is_checked { "soon" } else { "" }.to_owned()),
    ] {
        // Fields have no other values than views take.
        let _ = view.set(name, &value);
    }
    go(state, &view.to_string(), History::Push);
}

/// Escape empties the search field; in an empty one it means what it means elsewhere.
pub(super) fn key_down(state: PageState, event: &ev::KeyboardEvent) {
    let is_search = target(event).is_some_and(|target| target.id() == "search");
    if event.key() == "Escape" && is_search && !value(SEARCH).is_empty() {
        event.prevent_default();
        set_value(SEARCH, "");
        search(state);
    }
}

/// `/` focuses the search field.
pub(super) fn shortcut(event: &ev::KeyboardEvent) {
    if event.key() == "/" && keys::is_alone(event) {
        event.prevent_default();
        dom::focus_in_place(SEARCH);
    }
}

/// Takes over what was typed before the page could search.
pub(super) fn take_over(state: PageState) {
    if value(SEARCH) != state.view().text.unwrap_or_default() {
        search(state);
    }
}

/// Shows the view that is asked for in all controls.
pub(super) fn paint(state: PageState) {
    let (view, prefix) = (state.view(), state.shell.url(""));
    let focused = document().active_element().map(|focused| focused.id()).unwrap_or_default();
    let counts = state.rows.counted().of;
    set_html("#view-tabs", &html::tabs(&prefix, &view, counts));
    set_html("#view-chips", &html::chips(&prefix, &view));
    set_html("#exports", &html::exports(&prefix, &view));
    set_html(".consumers thead", &heads_html::heads(&view));
    set_html("#sort-by", &sort_html::sorts(&view));
    if dom::find("#filters:focus-within").is_none() {
        set_html("#filters", &html::filters(&view));
    }
    let text = view.text.unwrap_or_default();
    if value(SEARCH) != text {
        set_value(SEARCH, &text);
    }
    // What had the focus was replaced, or is gone.
    if dom::is_focus_lost() && !focused.is_empty() && !dom::focus_in_place(&format!("#{focused}")) {
        dom::focus_in_place("#filter");
    }
}

/// Shows the numbers: on the tabs, and in the title of the window.
pub(super) fn paint_numbers(state: PageState) {
    let counts = state.rows.counts().of;
    for (id, _, status) in html::TABS {
        if let Some(number) = dom::find(&format!("#tab-{id} span")) {
            dom::set_text(&number, &html::number(counts, status));
        }
    }
    window_title::paint();
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn set_html(selector: &str, html: &str) {
    if let Some(element) = dom::find(selector) {
        element.set_inner_html(html);
    }
}

/// The value of a field, of whichever kind.
fn value(selector: &str) -> String {
    let value = dom::find(selector).and_then(|field| Reflect::get(&field, &"value".into()).ok()?.as_string());
    value.unwrap_or_default()
}

fn set_value(selector: &str, value: &str) {
    if let Some(field) = dom::find(selector) {
        let _ = Reflect::set(&field, &"value".into(), &JsValue::from_str(value));
    }
}
