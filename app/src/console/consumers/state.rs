//! Everything that changes on the page, and how a change is applied without disturbing its reader.

use std::{collections::HashSet, sync::Arc};

use domain::{Consumer, ConsumerKey, Event};
use leptos::prelude::*;

use super::{
    decision::Decision,
    rows::{Applied, NewRow, Table},
    scroll,
};
use crate::{
    console::connection::Sign,
    ui::{dom, menu::Place},
};

/// How long a row that just came is marked.
const NEW_FOR: std::time::Duration = std::time::Duration::from_secs(30);

/// A dialog that is open on a consumer, as it was when it opened.
#[derive(Clone, Debug)]
pub(super) enum Dialog {
    Edit(Arc<Consumer>),
    Confirm(Decision, Arc<Consumer>),
}

/// The menu that is open, and on what.
#[derive(Clone, Debug)]
pub(super) struct OpenMenu {
    pub(super) consumer: Arc<Consumer>,
    pub(super) place: Place,
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
    pub(super) removed_under: StoredValue<Option<String>>,
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

    /// Applies a change of another administrator, without moving what the reader is looking at.
    pub(super) fn apply_live(self, event: Event) {
        let new_row = if would_push_a_row_in_use(self) { NewRow::Wait } else { NewRow::Show };
        self.apply(event, new_row);
    }

    /// Applies what this page did itself.
    pub(super) fn apply_own(self, event: Event) {
        self.apply(event, NewRow::Show);
    }

    fn apply(self, event: Event, new_row: NewRow) {
        let keep = scroll::Keep::before(row_in_use(self));
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
        let next = next.map_or_else(String::new, |key| format!("{} .more", scroll::row_selector(key)));
        if opened_row(self) == Some(key) {
            // Called twice if another administrator removed it first; keep the first answer.
            if self.table.with_untracked(|table| table.get(key).is_some()) {
                self.removed_under.set_value(Some(next));
            }
        } else if scroll::focused_row() == Some(key) {
            dom::focus_soon(next, scroll::TABLE_HEADING);
        }
    }

    /// After a menu or dialog has closed: where its row is gone, the focus goes to the row below, else to the heading.
    pub(super) fn focus_after_removal(self) {
        if let Some(next) = self.removed_under.try_update_value(Option::take).flatten() {
            dom::focus_soon(next, scroll::TABLE_HEADING);
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

/// The row in use: one with a menu or dialog open on it, with the focus in it, or under the pointer.
fn row_in_use(state: State) -> Option<ConsumerKey> {
    opened_row(state).or_else(scroll::focused_row).or_else(|| state.hovered.get_untracked())
}

/// The row that a menu or dialog is open on.
fn opened_row(state: State) -> Option<ConsumerKey> {
    let dialog = state.dialog.with_untracked(|dialog| match dialog {
        Some(Dialog::Edit(consumer) | Dialog::Confirm(_, consumer)) => Some(consumer.key),
        None => None,
    });
    dialog.or_else(|| state.menu.with_untracked(|menu| menu.as_ref().map(|menu| menu.consumer.key)))
}

/// Whether the focus, a menu or a dialog is on the table; where the pointer is, the table knows itself.
pub(super) fn in_use(state: State) -> bool {
    let open = state.dialog.with_untracked(Option::is_some) || state.menu.with_untracked(Option::is_some);
    let focused = || {
        document().active_element().and_then(|element| element.closest("section.consumers").ok().flatten())
    };
    open || focused().is_some()
}

/// Whether a new row would push a row in use down, with no way to scroll after it.
fn would_push_a_row_in_use(state: State) -> bool {
    row_in_use(state).is_some() && !scroll::page_scrolls()
}
