//! Which rows are selected, as the page reads it: a signal that every checkbox follows.

use domain::View;
use leptos::prelude::*;

use super::{chosen::Chosen, elements};
use crate::ui::dom;

/// Which rows are selected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected {
    chosen: RwSignal<Chosen>,
    /// Whether Shift was held when Space was pressed: not every browser says so in the click that follows.
    shift: StoredValue<bool>,
}

impl Selected {
    pub(super) fn new() -> Self {
        Self { chosen: RwSignal::default(), shift: StoredValue::new(false) }
    }

    /// Reads what is selected; the current effect runs again when that changes.
    pub(super) fn with<T>(self, read: impl FnOnce(&Chosen) -> T) -> T {
        self.chosen.with(read)
    }

    /// Reads what is selected, untracked.
    pub(super) fn read<T>(self, read: impl FnOnce(&Chosen) -> T) -> T {
        self.chosen.with_untracked(read)
    }

    /// Changes what is selected.
    pub(super) fn change(self, change: impl FnOnce(&mut Chosen)) {
        // A page that is closing has nothing selected any more.
        let _ = self.chosen.try_update(change);
    }

    /// Changes what is known of it, but not what is selected.
    pub(super) fn note(self, note: impl FnOnce(&mut Chosen)) {
        let _ = self.chosen.try_update_untracked(note);
    }

    /// What was selected of another view as a whole is not any more.
    pub(super) fn leave(self, view: &View) {
        if self.read(|chosen| chosen.is_left(view)) {
            self.clear();
        }
    }

    /// Selects nothing. Where the focus was on what goes with it, it moves to the row that was clicked last, else to the
    /// heading.
    pub(super) fn clear(self) {
        let last = self.read(Chosen::last);
        self.change(|chosen| *chosen = Chosen::default());
        request_animation_frame(move || {
            let has_row = || last.is_some_and(|key| dom::focus_in_place(&elements::checkbox(key)));
            if dom::is_focus_lost() && !has_row() {
                dom::focus_in_place(elements::TABLE_HEADING);
            }
        });
    }

    /// Notes whether Shift was held when Space was pressed.
    pub(super) fn set_shift(self, held: bool) {
        self.shift.set_value(held);
    }

    /// Whether it was, which counts for one click.
    pub(super) fn take_shift(self) -> bool {
        self.shift.try_update_value(std::mem::take).unwrap_or(false)
    }
}
