//! The page itself: its data, its state, and what is on it.

use std::{collections::HashSet, sync::Arc};

use domain::{Consumer, ConsumerKey, Event, FieldError};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, server::SharedValue};
use serde::{Deserialize, Serialize};

use super::{
    api::{Listing, Who},
    confirm::{Confirm, Decision},
    edit::EditDialog,
    live::{self, Sign},
    menu::{OpenMenu, RowMenu},
    register::Register,
    scroll,
    state::{Applied, NewRow, Table},
    table::ConsumerTable,
};
use crate::{
    header::{Header, Place},
    ui::dom,
};

/// How long a row that just came is marked.
const NEW_FOR: std::time::Duration = std::time::Duration::from_secs(30);

/// How long a message stays.
const MESSAGE_FOR: std::time::Duration = std::time::Duration::from_secs(6);

/// What the server puts on the page; the browser reads it when it takes over. No secret may be in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// Who looks at it.
    pub who: Who,
    /// The path that stands before every address here; often empty.
    pub prefix: String,
    /// The first rows.
    pub listing: Listing,
    /// Milliseconds since 1970 when it was made, so that "3 min ago" is the same on both sides.
    pub now_ms: i64,
    /// What became of a form that was sent without scripts.
    pub reply: Option<Reply>,
    /// A consumer whose approve dialog shall be open.
    pub asked_for: Option<Box<Consumer>>,
}

/// What became of a register form that was sent without scripts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It is registered.
    Registered(Box<Consumer>),
    /// It is not; the name comes back, never a secret.
    Refused {
        /// The name as it was typed.
        name: String,
        /// What is wrong, by field.
        errors: Vec<FieldError>,
        /// What is wrong otherwise.
        problem: Option<String>,
    },
}

/// A dialog that is open on a consumer, as it was when it opened.
#[derive(Clone, Debug)]
pub(super) enum Dialog {
    Edit(Arc<Consumer>),
    Confirm(Decision, Arc<Consumer>),
}

/// Everything that changes on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) table: RwSignal<Table>,
    /// Rows marked as new.
    pub(super) fresh: RwSignal<HashSet<ConsumerKey>>,
    pub(super) menu: RwSignal<Option<OpenMenu>>,
    pub(super) dialog: RwSignal<Option<Dialog>>,
    /// The row under the pointer.
    pub(super) hovered: RwSignal<Option<ConsumerKey>>,
    pub(super) sign: RwSignal<Sign>,
    pub(super) now: RwSignal<i64>,
    /// Where the focus goes once the menu or dialog on a row that has been removed is closed.
    removed_under: StoredValue<Option<String>>,
    /// Said to everybody, screen readers included.
    pub(super) message: RwSignal<String>,
    /// Whether the wasm has taken over.
    pub(super) hydrated: RwSignal<bool>,
    pub(super) prefix: StoredValue<String>,
}

impl State {
    /// An address on this server.
    pub(super) fn url(self, path: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}{path}"))
    }

    /// Applies what somebody else did, without moving what the reader is looking at.
    pub(super) fn apply_live(self, event: Event) {
        let new_row = if scroll::would_push_a_row_in_use(self) { NewRow::Wait } else { NewRow::Show };
        self.apply(event, new_row);
    }

    /// Applies what this page did itself.
    pub(super) fn apply_own(self, event: Event) {
        self.apply(event, NewRow::Show);
    }

    fn apply(self, event: Event, new_row: NewRow) {
        let keep = scroll::Keep::before(self);
        if let Event::Removed(key) = event {
            self.before_removal(key);
        }
        let applied = self.table.try_update(|table| table.apply(event, new_row));
        if let Some(Applied::Added(key)) = applied {
            self.mark_new(key);
        }
        keep.after();
    }

    /// Sees to it that the focus is not lost with a row.
    fn before_removal(self, key: ConsumerKey) {
        let next = self.table.with_untracked(|table| table.next(key));
        let next = next.map_or_else(String::new, |key| format!("{} .more", row_selector(key)));
        if scroll::opened_row(self) == Some(key) {
            // Asked twice where somebody else removed it first: then the row is gone already, and the first answer holds.
            if self.table.with_untracked(|table| table.get(key).is_some()) {
                self.removed_under.set_value(Some(next));
            }
        } else if scroll::focused_row() == Some(key) {
            dom::focus_soon(next, TABLE_HEADING);
        }
    }

    /// After a menu or dialog has closed: where its row is gone, the focus goes to the row below, else to the heading.
    pub(super) fn focus_after_removal(self) {
        if let Some(next) = self.removed_under.try_update_value(Option::take).flatten() {
            dom::focus_soon(next, TABLE_HEADING);
        }
    }

    /// A dialog has closed.
    pub(super) fn dialog_closed(self) {
        self.dialog.set(None);
        self.focus_after_removal();
    }

    /// Puts waiting rows on the page; gives the first.
    pub(super) fn show_waiting(self) -> Option<ConsumerKey> {
        if self.table.with_untracked(|table| table.waiting() == 0) {
            return None;
        }
        self.table.try_update(Table::show_waiting).flatten()
    }

    fn mark_new(self, key: ConsumerKey) {
        self.fresh.update(|fresh| _ = fresh.insert(key));
        set_timeout(move || self.fresh.update(|fresh| _ = fresh.remove(&key)), NEW_FOR);
    }
}

/// Finds the table's heading, which takes the focus when no row is left to take it.
pub(super) const TABLE_HEADING: &str = "#consumer-keys";

/// Finds a consumer's row.
pub(super) fn row_selector(key: ConsumerKey) -> String {
    format!("tr[data-key=\"{key}\"]")
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

#[cfg(feature = "ssr")]
impl PageData {
    /// The HTTP status of the page: a form that was refused says so.
    pub(crate) fn status(&self) -> http::StatusCode {
        match &self.reply {
            Some(Reply::Refused { problem: Some(_), .. }) => http::StatusCode::SERVICE_UNAVAILABLE,
            Some(Reply::Refused { .. }) => http::StatusCode::UNPROCESSABLE_ENTITY,
            Some(Reply::Registered(_)) | None => http::StatusCode::OK,
        }
    }
}
