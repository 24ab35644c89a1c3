//! What is done to the panel: opened by a row's name, closed, gone back from, and its buttons, by one listener each.

use std::sync::Arc;

use domain::{Consumer, ConsumerKey};
use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::Element;

use super::{
    decision::Decision,
    elements,
    history::{self, History},
    overlay::Open,
    panel::{Panel, TABLE},
    panel_times,
    place::{address_at, users_at},
    requested::removable_from,
    state::PageState,
};
use crate::{
    json,
    ui::{copy::copy_text, dom, effect::effect},
};

/// What in the panel does something.
const DOES: &str = "#panel [data-deed], #panel [data-copy], #panel [data-close], #panel [data-again]";

/// Takes over what the server rendered, and listens for as long as the page is open.
pub(super) fn start(state: PageState) {
    state.panel.take_over();
    let clicks = window_event_listener(ev::click, move |event| _ = clicked(state, &event));
    let keys = window_event_listener(ev::keydown, move |event| pressed(state, &event));
    let travels = window_event_listener(ev::popstate, move |_| follow_address(state));
    on_cleanup(move || [clicks, keys, travels].into_iter().for_each(WindowListenerHandle::remove));
    effect(move || {
        state.shell.clock.track();
        state.shell.exact_times.track();
        if let Some(panel) = Panel::place() {
            panel_times::tell(&panel, state.shell);
        }
    });
    effect(move || {
        state.overlay.track();
        request_animation_frame(move || keep_focus(state));
    });
}

/// A click that the browser would follow itself, for another tab, is left to it.
fn clicked(state: PageState, event: &ev::MouseEvent) -> Option<()> {
    let target = dom::target(event)?;
    keep_view(state, &target);
    if event.default_prevented() || event.button() != 0 || dom::is_modified(event) {
        return None;
    }
    if let Some(name) = target.closest("a[data-open]").ok()? {
        event.prevent_default();
        let key = elements::key_of(&name)?;
        open(state, key);
        return None;
    }
    let does = target.closest(DOES).ok()??;
    event.prevent_default();
    if let Some(deed) = does.get_attribute("data-deed") {
        let dialog = opened(state, &deed, &does)?;
        state.panel.opens_from(does.id());
        state.overlay.open(dialog);
    } else if let Some(text) = does.get_attribute("data-copy") {
        spawn_local(async move { _ = copy_text(&text, state.shell.notice).await });
    } else if does.has_attribute("data-again") {
        state.panel.try_again(state.shell);
    } else {
        close(state);
    }
    Some(())
}

/// The browser follows a link to other users by itself, with the view that the table beside it has by now.
fn keep_view(state: PageState, target: &Element) -> Option<()> {
    let link = target.closest("#panel a[data-users]").ok()??;
    let after = link.get_attribute("data-users")?.parse().ok()?;
    let path = state.shell.url(&format!("{TABLE}/{}", state.panel.key()?));
    link.set_attribute("href", &users_at(&path, &state.view(), after)).ok()
}

/// Opens the panel of a consumer, which its address says as well.
pub(super) fn open(state: PageState, key: ConsumerKey) {
    push(state, &format!("{TABLE}/{key}"));
    state.panel.open(key, state.shell);
}

/// Closes the panel where it covers the table, which something is about to be done to.
pub(super) fn uncover(state: PageState) {
    let width = document().document_element().map_or(0, |root| root.client_width());
    if Panel::place().is_some_and(|panel| panel.offset_width() >= width) {
        push(state, TABLE);
        state.panel.close();
    }
}

/// The dialog that a button opens, on its consumer as the panel shows it.
fn opened(state: PageState, deed: &str, button: &Element) -> Option<Open> {
    let shown = button.closest("[data-consumer]").ok()??.get_attribute("data-consumer")?;
    let shown: Consumer = json::parse(&shown).ok()?;
    // What the panel shows is decided on, unless the row is the same.
    let row = state.rows.get(shown.key).filter(|row| row.revision == shown.revision);
    let consumer = row.unwrap_or_else(|| Arc::new(shown));
    Some(match deed {
        "edit" => Open::Edit(consumer),
        "approve" => Open::Confirm(Decision::Approve, consumer),
        "disapprove" => Open::Confirm(Decision::Disapprove, consumer),
        "remove" => Open::Confirm(Decision::Remove, consumer),
        "sign-out-all" => Open::Confirm(Decision::SignOut, consumer),
        "remove-requests" => {
            let address = removable_from(&consumer)?;
            Open::RemoveRequests(consumer, address)
        }
        _ => Open::SignOut(consumer, button.get_attribute("data-user")?),
    })
}

/// Escape closes the panel, unless something else is open or being typed.
fn pressed(state: PageState, event: &ev::KeyboardEvent) {
    let is_meant = event.key() == "Escape" && !event.default_prevented() && Panel::place().is_some();
    if is_meant && is_free(state, event) {
        event.prevent_default();
        close(state);
    }
}

/// Gives the focus to the panel that is open, else to the table's heading.
pub(super) fn take_focus(state: PageState) {
    let panel = Panel::place().and_then(|_| state.panel.way_back());
    if !panel.is_some_and(|panel| dom::take_focus(&panel)) {
        dom::focus_in_place(elements::TABLE_HEADING);
    }
}

/// Whether a key is pressed where nothing is open over the page, and nothing is being typed.
pub(super) fn is_free(state: PageState, event: &ev::KeyboardEvent) -> bool {
    let typing = || {
        let fields = "input:not([type=checkbox]), textarea, select";
        dom::target(event).is_some_and(|target| target.matches(fields).unwrap_or(false))
    };
    state.overlay.row().is_none() && dom::find("dialog[open], :popover-open").is_none() && !typing()
}

/// Back to the table, and to the row that the panel was opened from.
fn close(state: PageState) {
    push(state, TABLE);
    if let Some(key) = state.panel.close() {
        elements::focus_name(key);
    } else {
        elements::focus_row(None);
    }
}

/// Changes the address, in which the view of the table stays as it is.
fn push(state: PageState, path: &str) {
    history::visit(state, &address_at(&state.shell.url(path), &state.view()), History::Push);
}

/// Opens or closes the panel as the address says, after **Back** or **Forward**.
fn follow_address(state: PageState) {
    let path = window().location().pathname().unwrap_or_default();
    let key = path.strip_prefix(&state.shell.url(TABLE)).and_then(|rest| rest.strip_prefix('/'));
    match key.and_then(|key| key.parse::<ConsumerKey>().ok()) {
        // Another view of the table leaves it open.
        Some(key) if state.panel.key() == Some(key) => {}
        Some(key) => state.panel.open(key, state.shell),
        None => {
            if let Some(key) = state.panel.close() {
                elements::focus_name(key);
            }
        }
    }
}

/// What had the focus before a dialog may be gone from the panel when it closes.
fn keep_focus(state: PageState) {
    if state.overlay.row().is_none() && Panel::place().is_some() && dom::is_focus_lost() {
        dom::focus_soon(move || state.panel.way_back());
    }
}
