//! What is open over the table: a menu or a dialog, never both.

use std::{net::IpAddr, sync::Arc};

use domain::{Consumer, ConsumerKey, bulk::Deed};
use leptos::prelude::*;

use super::{decision::Decision, elements};
use crate::ui::{dom, menu::Position};

/// A menu or a dialog on a consumer, as it was when it was opened, or on those that are selected.
#[derive(Clone, Debug)]
pub(super) enum Open {
    Menu(Arc<Consumer>, Position),
    Edit(Arc<Consumer>),
    Confirm(Decision, Arc<Consumer>),
    /// All requests from this address, which the consumer's came from.
    RemoveRequests(Arc<Consumer>, IpAddr),
    /// Signing this user out of it.
    SignOut(Arc<Consumer>, String),
    /// What is done to all that are selected.
    Many(Deed),
}

impl Open {
    /// The consumer that it is open on, if it is one.
    fn key(&self) -> Option<ConsumerKey> {
        match self {
            Self::Menu(consumer, _)
            | Self::Edit(consumer)
            | Self::Confirm(_, consumer)
            | Self::RemoveRequests(consumer, _)
            | Self::SignOut(consumer, _) => Some(consumer.key),
            Self::Many(_) => None,
        }
    }

    fn is_menu(&self) -> bool {
        matches!(self, Self::Menu(..))
    }
}

/// The one place for a menu or a dialog.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overlay {
    open: RwSignal<Option<Open>>,
    /// Set when the row that it is open on is removed.
    removed: StoredValue<Option<RemovedRow>>,
}

/// What takes the focus in place of a row that was removed.
#[derive(Clone, Copy, Debug)]
struct RemovedRow {
    next: Option<ConsumerKey>,
}

impl Overlay {
    pub(super) fn new() -> Self {
        Self { open: RwSignal::new(None), removed: StoredValue::new(None) }
    }

    /// What is open.
    pub(super) fn get(self) -> Option<Open> {
        self.open.get()
    }

    /// Whether something is open, untracked.
    pub(super) fn is_open(self) -> bool {
        self.open.with_untracked(Option::is_some)
    }

    /// Runs the current effect again when something opens or closes.
    pub(super) fn track(self) {
        self.open.track();
    }

    /// Whether a consumer's menu is open.
    pub(super) fn is_menu_of(self, key: ConsumerKey) -> bool {
        self.open.with(|open| open.as_ref().is_some_and(|open| open.is_menu() && open.key() == Some(key)))
    }

    /// The row that it is open on, untracked.
    pub(super) fn row(self) -> Option<ConsumerKey> {
        self.open.with_untracked(|open| open.as_ref().and_then(Open::key))
    }

    /// Opens something in place of what is open.
    pub(super) fn open(self, open: Open) {
        self.open.set(Some(open));
    }

    /// Closes the menu if one is open, and returns where it was.
    pub(super) fn close_menu(self) -> Option<Position> {
        match self.open.try_update(|open| open.take_if(|open| open.is_menu())).flatten() {
            Some(Open::Menu(_, position)) => Some(position),
            _ => None,
        }
    }

    /// Forgets the dialog once the browser has closed it.
    pub(super) fn dialog_closed(self) {
        self.open.update(|open| _ = open.take_if(|open| !open.is_menu()));
        self.focus_after_removal();
        // The row that had the focus may have been scrolled away. A panel looks after its own.
        request_animation_frame(|| {
            if dom::is_focus_lost() && dom::find("#panel:not([hidden])").is_none() {
                dom::focus_in_place(elements::TABLE_HEADING);
            }
        });
    }

    /// Notes where the focus goes when this closes, since its row is about to be removed.
    pub(super) fn row_is_removed(self, next: Option<ConsumerKey>) {
        self.removed.set_value(Some(RemovedRow { next }));
    }

    /// After closing: where the row is gone, the focus goes to the row below, else to the heading.
    pub(super) fn focus_after_removal(self) {
        if let Some(RemovedRow { next }) = self.removed.try_update_value(Option::take).flatten() {
            elements::focus_row(next);
        }
    }
}
