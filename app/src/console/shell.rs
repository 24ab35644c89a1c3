//! What the parts of a page of the console share, whichever page it is: the clock, the link, notices.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::link::Link;
use crate::ui::{beside::Row, browser, dom, press};

/// How often times on the page are brought up to date.
const TICK: Duration = Duration::from_secs(20);

/// A deed that the notice names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The notice; with another one, none of this counts any more.
    words: String,
    /// The row that it was done to.
    pub(crate) row: Row,
    /// What takes it back, if that can be.
    pub(crate) undo: Option<Callback<()>>,
}

/// What the parts of a page share, whichever page it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shell {
    /// What time it is for the server: milliseconds since 1970.
    pub(crate) clock: RwSignal<i64>,
    /// Whether exact times are shown, rather than how long ago they were.
    pub(crate) exact_times: RwSignal<bool>,
    /// The state of the event stream.
    pub(crate) link: RwSignal<Link>,
    /// Whether something that the page asked for by itself did not come; it asks again.
    pub(crate) incomplete: RwSignal<bool>,
    /// A short message, read out by screen readers as well.
    pub(crate) notice: RwSignal<String>,
    /// Whether the pointer or the focus is on it.
    pub(crate) is_read: RwSignal<bool>,
    named: StoredValue<Option<Named>>,
    prefix: StoredValue<String>,
}

impl Shell {
    /// The shell as the server renders it.
    pub(crate) fn new(prefix: String, now_ms: i64) -> Self {
        Self {
            clock: RwSignal::new(now_ms),
            exact_times: RwSignal::new(false),
            link: RwSignal::new(Link::Connecting),
            incomplete: RwSignal::new(false),
            notice: RwSignal::default(),
            is_read: RwSignal::new(false),
            named: StoredValue::new(None),
            prefix: StoredValue::new(prefix),
        }
    }

    /// Shows a notice beside the row that it is about, with a button where something takes back what it names.
    pub(crate) fn tell_of(self, row: Row, words: String, undo: Option<Callback<()>>) {
        self.named.set_value(Some(Named { words: words.clone(), row, undo }));
        self.notice.set(words);
    }

    /// The deed that a notice names, if it names one.
    pub(crate) fn named_in(self, words: &str) -> Option<Named> {
        self.named.try_update_value(|named| {
            // Another message in between ends it, though the same words come again.
            *named = named.take().filter(|named| named.words == words);
            named.clone()
        })?
    }

    /// The row that is used as long as the notice about it is: it has to stay where it is.
    pub(crate) fn row_read(self) -> Option<HtmlElement> {
        let is_read = self.is_read.get_untracked();
        let named = is_read.then(|| self.notice.with_untracked(|notice| self.named_in(notice)));
        named.flatten()?.row.find()
    }

    /// What the sign shows.
    pub(crate) fn sign(self) -> Link {
        self.link.get().sign(self.incomplete.get())
    }

    /// An address on this server.
    pub(crate) fn url(self, path: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}{path}"))
    }

    /// Takes over from the server; called in an effect, whose end stops the clock and what is listened to.
    pub(crate) fn take_over(self) {
        let prefix = self.url("");
        if !prefix.is_empty() {
            leptos::server_fn::client::set_server_url(prefix.leak());
        }
        let ahead = browser::answered_at() - self.clock.get_untracked();
        let tick = move || self.clock.set(browser::now() - ahead);
        tick();
        if let Ok(interval) = set_interval_with_handle(tick, TICK) {
            on_cleanup(move || interval.clear());
        }
        press::watch();
        // For scripts outside, the style sheet and tests: the page answers from here on.
        dom::mark_document("data-hydrated", true);
    }
}
