//! The page itself: what is on it, and what it starts.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    bar::SelectionBar, confirm::Confirm, data::PageData, decision::Decision, edit::EditDialog, live,
    many::Many, menu::RowMenu, overlay::Open, palette::Palette, panel_input, register::Register,
    requested::RemoveRequests, rows::Table, sign_out::SignOut, state::PageState, table::ConsumerTable,
    window,
};
#[cfg(feature = "ssr")]
use super::{
    shortcuts::SHORTCUTS,
    window_title::{PAGE, title},
};
use crate::{
    console::{frame::Frame, shell::Shell},
    frame::header::NavPage,
    ui::effect::effect,
};
#[cfg(feature = "ssr")]
use crate::{document::Document, ui::number::grouped};

#[cfg(feature = "ssr")]
impl From<PageData> for Document {
    fn from(data: PageData) -> Self {
        let status = data.status();
        let json = serde_json::to_string(&data).expect("the page's data is plain data");
        let title = title(&grouped(data.counts.pending), None).into();
        let page = move |_| view! { <ConsumersPage data=data.clone()/> };
        Self { title, data: Some(json), shortcuts: SHORTCUTS, ..Self::new(PAGE, status, page) }
    }
}

/// The page **OAuth consumers**.
#[component]
pub fn ConsumersPage(
    /// What is on it.
    data: PageData,
) -> impl IntoView {
    let shell = Shell::new(data.prefix, data.now_ms);
    let view = data.view.parse().unwrap_or_default();
    let table = Table::new(view, data.listing.items, data.before, data.listing.total, data.counts);
    let state = PageState::new(table, window::drawn_first(), shell);
    provide_context(shell);
    provide_context(state);
    let seen = data.listing.seen;
    let asked_for = data.asked_for.map(|consumer| Arc::new(*consumer));
    effect(move || {
        if let Some(consumer) = asked_for.clone() {
            state.overlay.open(Open::Confirm(Decision::Approve, consumer));
        }
    });
    effect(move || live::start(state, seen));
    effect(move || panel_input::start(state));
    let moved = Signal::derive(move || state.track_places());
    let lost = Callback::new(move |()| panel_input::take_focus(state));
    view! {
        <Frame who=data.who here=NavPage::Consumers moved lost>
            <h1>"OAuth consumers"</h1>
            <p class="lead">
                "Applications that may sign users in and use APIs on their behalf. A new key does nothing until it is approved."
            </p>
            {data.not_found.map(|words| view! { <p class="note warning" role="status">{words}</p> })}
            <Register reply=data.reply/>
            <SelectionBar/>
            <ConsumerTable next=data.next/>
            <RowMenu/>
        </Frame>
        <Palette/>
        {move || match state.overlay.get()? {
            Open::Menu(..) => None,
            Open::Edit(consumer) => Some(view! { <EditDialog consumer/> }.into_any()),
            Open::Confirm(decision, consumer) => Some(view! { <Confirm decision consumer/> }.into_any()),
            Open::RemoveRequests(consumer, address) => {
                Some(view! { <RemoveRequests consumer address/> }.into_any())
            }
            Open::Many(deed) => Some(view! { <Many deed/> }.into_any()),
            Open::SignOut(consumer, username) => Some(view! { <SignOut consumer username/> }.into_any()),
        }}
    }
}
