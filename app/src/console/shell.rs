//! What the parts of a page of the console share, whichever page it is: the clock, the link, notices.

use std::time::Duration;

use leptos::prelude::*;

use super::link::Link;
use crate::ui::{browser, dom, press};

/// How often times on the page are brought up to date.
const TICK: Duration = Duration::from_secs(20);

/// A deed that the notice offers to take back.
#[derive(Clone, Debug)]
struct Undo {
    /// The notice that names it; with another one, it is not offered any more.
    words: String,
    run: Callback<()>,
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
    undo: StoredValue<Option<Undo>>,
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
            undo: StoredValue::new(None),
            prefix: StoredValue::new(prefix),
        }
    }

    /// Shows a notice with a button that takes back what it names.
    pub(crate) fn tell_with_undo(self, words: String, run: Callback<()>) {
        self.undo.set_value(Some(Undo { words: words.clone(), run }));
        self.notice.set(words);
    }

    /// What takes back the deed that a notice names, if that can be.
    pub(crate) fn undo_of(self, words: &str) -> Option<Callback<()>> {
        self.undo.try_update_value(|undo| {
            // Another message in between ends it, though the same words come again.
            *undo = undo.take().filter(|undo| undo.words == words);
            undo.as_ref().map(|undo| undo.run)
        })?
    }

    /// Shows a notice that nothing takes back, though it has the words of one before.
    pub(crate) fn tell(self, words: String) {
        self.undo.set_value(None);
        self.notice.set(words);
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
