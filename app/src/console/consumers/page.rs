//! The page itself: what is on it, and what it starts.

use std::sync::Arc;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, server::SharedValue};

use super::{
    confirm::Confirm,
    data::PageData,
    decision::Decision,
    edit::EditDialog,
    live,
    menu::RowMenu,
    register::Register,
    rows::Table,
    state::{Dialog, State},
    table::ConsumerTable,
};
#[cfg(feature = "ssr")]
use crate::document::Document;
use crate::{
    console::connection::Sign,
    frame::header::{Header, Place},
};

/// How long a message stays.
const MESSAGE_FOR: std::time::Duration = std::time::Duration::from_secs(6);

#[cfg(feature = "ssr")]
impl From<PageData> for Document {
    fn from(data: PageData) -> Self {
        let status = data.status();
        let page = move |_| {
            provide_context(data.clone());
            view! { <ConsumersPage/> }
        };
        Self { script: true, ..Self::new("OAuth consumers · Latchkey", status, page) }
    }
}

/// The page **OAuth consumers**.
#[component]
pub fn ConsumersPage() -> impl IntoView {
    let data = SharedValue::new(|| use_context::<PageData>().expect("the server provides the page's data"))
        .into_inner();
    let state = State {
        table: RwSignal::new(Table::new(data.listing.page)),
        fresh: RwSignal::default(),
        menu: RwSignal::new(None),
        dialog: RwSignal::new(None),
        hovered: RwSignal::new(None),
        removed_under: StoredValue::new(None),
        sign: RwSignal::new(Sign::Connecting),
        now: RwSignal::new(data.now_ms),
        message: RwSignal::default(),
        hydrated: RwSignal::new(false),
        prefix: StoredValue::new(data.prefix),
    };
    provide_context(state);
    let seen = data.listing.seen;
    let asked_for = data.asked_for.map(|consumer| Arc::new(*consumer));
    // Effects run in the browser alone.
    Effect::new(move || {
        let asked = asked_for.clone().map(|consumer| Dialog::Confirm(Decision::Approve, consumer));
        state.dialog.set(asked);
    });
    Effect::new(move || live::start(state, seen));
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        if let Some(before) = before.flatten() {
            before.clear();
        }
        let shown = state.message.with(|message| !message.is_empty());
        let clear = move || state.message.set(String::new());
        if shown { set_timeout_with_handle(clear, MESSAGE_FOR).ok() } else { None }
    });
    view! {
        <Header prefix=state.url("") who=data.who here=Place::Consumers>
            <span role="status" class=move || format!("sign {}", state.sign.get().class())>
                {move || state.sign.get().words()}
            </span>
        </Header>
        <main>
            <h1>"OAuth consumers"</h1>
            <p class="lead">
                "Applications that may sign users in and use APIs on their behalf. A new key does nothing until it is approved."
            </p>
            <Register reply=data.reply/>
            <ConsumerTable/>
            <RowMenu/>
        </main>
        <div class="message" aria-live="polite">{move || Some(state.message.get()).filter(|message| !message.is_empty())}</div>
        {move || {
            state.dialog.get().map(|dialog| match dialog {
                Dialog::Edit(consumer) => view! { <EditDialog consumer/> }.into_any(),
                Dialog::Confirm(decision, consumer) => view! { <Confirm decision consumer/> }.into_any(),
            })
        }}
    }
}
