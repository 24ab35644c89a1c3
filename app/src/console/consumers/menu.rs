//! A row's menu.

use std::sync::Arc;

use domain::Consumer;
use leptos::prelude::*;

use super::{
    deeds::{RowDeed, offered},
    overlay::Open,
    requested::removable_from,
    state::PageState,
};
use crate::ui::{
    dom,
    menu::{Entry, Menu},
};

/// The row menu, if one is open.
#[component]
pub(super) fn RowMenu() -> impl IntoView {
    let state = expect_context::<PageState>();
    let on_close = Callback::new(move |focus_back: bool| {
        let Some(position) = state.overlay.close_menu() else {
            return;
        };
        if let Some(anchor) = dom::find(&position.anchor).filter(|_| focus_back) {
            let _ = anchor.focus();
        }
        state.overlay.focus_after_removal();
    });
    move || {
        let Some(Open::Menu(consumer, position)) = state.overlay.get() else {
            return None;
        };
        let label = format!("Actions for {}", consumer.name);
        let moved = Signal::derive(move || state.rows.track());
        Some(view! { <Menu label position entries=entries(state, &consumer) moved on_close/> }.into_any())
    }
}

fn entries(state: PageState, consumer: &Arc<Consumer>) -> Vec<Entry> {
    let key = consumer.key;
    let entry = |deed: &RowDeed| {
        let opened_on = consumer.clone();
        let RowDeed { label, key: shortcut, danger, open } = *deed;
        let action = move |()| {
            // What the row shows now, which may be newer than when the menu was opened.
            let latest = state.rows.get(key);
            state.overlay.open(open(latest.unwrap_or_else(|| opened_on.clone())));
        };
        Entry { label, shortcut, danger, action: Callback::new(action) }
    };
    let mut entries: Vec<_> = offered(consumer.status).iter().map(entry).collect();
    if let Some(address) = removable_from(consumer) {
        let consumer = consumer.clone();
        let action = move |()| state.overlay.open(Open::RemoveRequests(consumer.clone(), address));
        let label = "Remove all requests from this address";
        entries.push(Entry { label, shortcut: "", danger: true, action: Callback::new(action) });
    }
    entries
}
