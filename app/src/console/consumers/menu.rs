//! What a row's menu offers, by its status.

use std::sync::Arc;

use domain::{Consumer, Status};
use leptos::prelude::*;

use super::{
    decision::Decision,
    state::{Dialog, OpenMenu, State},
};
use crate::ui::{
    dom,
    menu::{Entry, Menu},
};

/// The open row menu, if there is one.
#[component]
pub(super) fn RowMenu() -> impl IntoView {
    let state = expect_context::<State>();
    let on_close = Callback::new(move |focus_back: bool| {
        let Some(menu) = state.menu.try_update(Option::take).flatten() else {
            return;
        };
        if let Some(anchor) = dom::find(&menu.place.anchor).filter(|_| focus_back) {
            let _ = anchor.focus();
        }
        state.focus_after_removal();
    });
    move || {
        state.menu.get().map(|OpenMenu { consumer, place }| {
            let label = format!("Actions for {}", consumer.name);
            let moved = Signal::derive(move || state.table.track());
            view! { <Menu label place entries=entries(state, &consumer) moved on_close/> }
        })
    }
}

fn entries(state: State, consumer: &Arc<Consumer>) -> Vec<Entry> {
    let key = consumer.key;
    let entry = |label, danger, open: fn(Arc<Consumer>) -> Dialog| {
        let opened_on = consumer.clone();
        let action = move |()| {
            // What the row shows now, which may be newer than what it showed when the menu was opened.
            let latest = state.table.with_untracked(|table| table.get(key).cloned());
            state.dialog.set(Some(open(latest.unwrap_or_else(|| opened_on.clone()))));
        };
        Entry { label, danger, action: Callback::new(action) }
    };
    let approve = entry("Approve", false, |consumer| Dialog::Confirm(Decision::Approve, consumer));
    let disapprove = entry("Disapprove", false, |consumer| Dialog::Confirm(Decision::Disapprove, consumer));
    let mut entries = vec![entry("Edit", false, Dialog::Edit)];
    match consumer.status {
        Status::Pending => entries.extend([approve, disapprove]),
        Status::Approved => entries.push(disapprove),
        Status::Disapproved => entries.push(approve),
    }
    entries.push(entry("Remove", true, |consumer| Dialog::Confirm(Decision::Remove, consumer)));
    entries
}
