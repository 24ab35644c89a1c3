//! Everything that changes on the page, and how a change is applied without disturbing the reader.

use std::{collections::HashSet, time::Duration};

use domain::{Consumer, ConsumerKey, Event, Page};
use leptos::prelude::*;

use super::{
    elements,
    overlay::Overlay,
    rows::{Applied, NewRow, Table},
    scroll::{self, ScrollAnchor},
};
use crate::console::shell::Shell;

/// How long a new row is marked.
const NEW_FOR: Duration = Duration::from_secs(30);

/// Everything that changes on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageState {
    /// The model: what is in the table.
    pub(super) rows: RwSignal<Table>,
    /// The rows that are marked as new.
    pub(super) marked: RwSignal<HashSet<ConsumerKey>>,
    /// The row under the pointer.
    pub(super) hovered: RwSignal<Option<ConsumerKey>>,
    /// The menu or dialog that is open.
    pub(super) overlay: Overlay,
    /// The clock, the link, notices.
    pub(super) shell: Shell,
}

impl PageState {
    /// The page as the server rendered it.
    pub(super) fn new(rows: Page<Consumer>, shell: Shell) -> Self {
        Self {
            rows: RwSignal::new(Table::new(rows)),
            marked: RwSignal::default(),
            hovered: RwSignal::new(None),
            overlay: Overlay::new(),
            shell,
        }
    }

    /// Applies what another administrator did, without moving what the reader is looking at.
    pub(super) fn apply_live(self, event: Event) {
        let new_row = if self.would_push_row_in_use() { NewRow::Wait } else { NewRow::Show };
        self.apply(event, new_row);
    }

    /// Applies what this page did itself.
    pub(super) fn apply_own(self, event: Event) {
        self.apply(event, NewRow::Show);
    }

    fn apply(self, event: Event, new_row: NewRow) {
        let anchor = ScrollAnchor::before(self.row_in_use());
        if let Event::Removed(key) = event {
            self.before_removal(key);
        }
        let applied = self.rows.try_update(|rows| rows.apply(event, new_row));
        if let Some(Applied::Added(key)) = applied {
            self.mark_new(key);
        }
        anchor.after();
    }

    /// Makes sure that the focus is not lost with a row.
    fn before_removal(self, key: ConsumerKey) {
        let next = self.rows.with_untracked(|rows| rows.next(key));
        if self.overlay.row() == Some(key) {
            // Called twice if another administrator removed it first; keep the first answer.
            if self.rows.with_untracked(|rows| rows.get(key).is_some()) {
                self.overlay.row_is_removed(next);
            }
        } else if elements::focused_row() == Some(key) {
            elements::focus_row(next);
        }
    }

    /// Puts waiting rows on the page; returns the first of them.
    pub(super) fn show_waiting(self) -> Option<ConsumerKey> {
        if self.rows.with_untracked(|rows| rows.waiting() == 0) {
            return None;
        }
        self.rows.try_update(Table::show_waiting).flatten()
    }

    fn mark_new(self, key: ConsumerKey) {
        self.marked.update(|marked| _ = marked.insert(key));
        set_timeout(move || self.marked.update(|marked| _ = marked.remove(&key)), NEW_FOR);
    }

    /// The row in use: one with a menu or dialog open on it, with the focus in it, or under the pointer.
    fn row_in_use(self) -> Option<ConsumerKey> {
        self.overlay.row().or_else(elements::focused_row).or_else(|| self.hovered.get_untracked())
    }

    /// Whether the focus, a menu or a dialog is on the table; where the pointer is, the table knows itself.
    pub(super) fn in_use(self) -> bool {
        self.overlay.row().is_some() || elements::is_table_focused()
    }

    /// Whether a new row would push a row in use down, with no way to scroll after it.
    fn would_push_row_in_use(self) -> bool {
        self.row_in_use().is_some() && !scroll::page_scrolls()
    }
}
