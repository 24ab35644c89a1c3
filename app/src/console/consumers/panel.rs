//! The panel of one consumer: HTML that the server renders, in an element beside the page that no component owns. Fetched
//! when it opens, and again when something happens to its consumer.

use std::time::Duration;

use domain::ConsumerKey;
use leptos::{prelude::*, task::spawn_local};
use web_sys::HtmlElement;

use super::{panel_times, window_title};
use crate::{
    console::{request, shell::Shell},
    error::AppError,
    ui::{browser, dom, used::Used},
};

/// Where the table is; a consumer's panel is below it.
pub(crate) const TABLE: &str = "/settings/oauth-consumers";

/// How an answer begins that is a panel, and not a proxy's page.
pub(crate) const BEGIN: &str = "<div data-panel";

/// How one begins that only says why there is none at present.
pub(crate) const BEGIN_REFUSED: &str = "<div data-panel data-refused";

const PLACE: &str = "#panel";
const HEADING: &str = "#panel-heading";

/// How often a consumer in use is fetched again for its uses alone, in milliseconds.
const USES_EVERY_MS: i64 = 10_000;

/// How often it is fetched again for who is signed in through it, in milliseconds.
const ACCESS_EVERY_MS: i64 = 1_000;

/// What is open.
#[derive(Debug, Default)]
struct Opened {
    key: Option<ConsumerKey>,
    /// What the panel was last filled with.
    html: String,
    /// Counts what was opened and closed: an answer to an earlier fetch is dropped.
    number: u32,
    /// Whether a fetch that nobody asked for is under way, and whether another has to follow it.
    busy: bool,
    again: bool,
    /// When the last one began, and when the next one is due that waits until that is long enough ago.
    fetched_at: i64,
    due: Option<i64>,
    /// How many fetches were begun, and which of them is shown: an older answer never replaces a newer one.
    begun: u32,
    shown: u32,
    /// The id of the button that opened a dialog.
    opener: String,
}

/// The consumer whose panel is open, if one is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel(StoredValue<Opened>, RwSignal<()>);

impl Panel {
    pub(super) fn new() -> Self {
        Self(StoredValue::new(Opened::default()), RwSignal::new(()))
    }

    /// Runs the current effect again when it opens, closes or shows something else.
    pub(super) fn track(self) {
        self.1.track();
    }

    /// Takes over what the server rendered into the document.
    pub(super) fn take_over(self) {
        let shown = dom::find("#panel [data-key]").and_then(|panel| panel.get_attribute("data-key"));
        self.0.update_value(|opened| opened.key = shown.and_then(|key| key.parse().ok()));
    }

    /// The element, while something is open in it.
    pub(super) fn place() -> Option<HtmlElement> {
        dom::find(PLACE).filter(|place| !place.hidden())
    }

    /// Opens the panel of a consumer, which takes the focus.
    pub(super) fn open(self, key: ConsumerKey, shell: Shell) {
        let number = self.0.try_update_value(|opened| {
            opened.key = Some(key);
            opened.number += 1;
            opened.number
        });
        self.put(
            format!("{BEGIN}><h2 id=\"panel-heading\" tabindex=\"-1\">Loading…</h2>{CLOSE}</div>"),
            shell,
        );
        spawn_local(async move {
            self.fetch("", shell).await;
            // Whether this answer is shown, or a newer one that has overtaken it.
            if number == self.0.try_with_value(|opened| opened.number) {
                dom::focus_soon(|| dom::find(HEADING));
            }
        });
    }

    /// Notes which of its buttons opens a dialog: another of the same id may stand in its place when that closes.
    pub(super) fn opens_from(self, id: String) {
        self.0.update_value(|opened| opened.opener = id);
    }

    /// Where the focus goes from a dialog: to the button that opened it, else to the heading.
    pub(super) fn way_back(self) -> Option<HtmlElement> {
        let id = self.0.try_update_value(|opened| std::mem::take(&mut opened.opener))?;
        let opener = (!id.is_empty()).then(|| dom::find(&format!("#{id}"))).flatten();
        opener.or_else(|| dom::find(HEADING))
    }

    /// Closes it; returns whose it was.
    pub(super) fn close(self) -> Option<ConsumerKey> {
        if let Some(place) = Self::place() {
            place.set_hidden(true);
            dom::mark_document("data-beside", false);
            place.set_inner_html("");
            window_title::paint();
            self.1.set(());
        }
        self.0.try_update_value(|opened| {
            opened.number += 1;
            opened.html.clear();
            opened.key.take()
        })?
    }

    /// Asks once more after a refusal.
    pub(super) fn try_again(self, shell: Shell) {
        if let Some(key) = self.key() {
            self.open(key, shell);
        } else {
            // What the server rendered into the document names no consumer then.
            let _ = window().location().reload();
        }
    }

    /// Something has happened to a consumer.
    pub(super) fn changed(self, key: ConsumerKey, shell: Shell) {
        if self.key() == Some(key) {
            self.refresh(shell);
        }
    }

    /// Somebody began or ended to be signed in through it: users do that as often as they like.
    pub(super) fn accessed(self, key: ConsumerKey, shell: Shell) {
        self.fetch_after(key, ACCESS_EVERY_MS, shell);
    }

    /// A consumer was used: one in use is used every second, and its panel tells minutes.
    pub(super) fn used(self, key: ConsumerKey, shell: Shell) {
        self.fetch_after(key, USES_EVERY_MS, shell);
    }

    /// Fetches it once this long has passed since the last time.
    fn fetch_after(self, key: ConsumerKey, every_ms: i64, shell: Shell) {
        let wait = self.0.try_update_value(|opened| {
            let due = opened.fetched_at + every_ms;
            // One that waits for longer gives way to this one.
            let is_first = opened.key == Some(key) && opened.due.is_none_or(|waits| due < waits);
            is_first.then(|| {
                opened.due = Some(due);
                (due, due - browser::now())
            })
        });
        let Some(Some((due, wait))) = wait else { return };
        let fetch = move || {
            let is_due =
                self.0.try_update_value(|opened| opened.due.take_if(|waits| *waits == due).is_some());
            if is_due == Some(true) {
                self.refresh(shell);
            }
        };
        set_timeout(fetch, Duration::from_millis(u64::try_from(wait).unwrap_or(0)));
    }

    /// Fetches what is open again; where that is under way, once more after it.
    pub(super) fn refresh(self, shell: Shell) {
        let begins = self.0.try_update_value(|opened| {
            opened.again = true;
            opened.key.is_some() && !std::mem::replace(&mut opened.busy, true)
        });
        if begins != Some(true) {
            return;
        }
        spawn_local(async move {
            while self.0.try_update_value(|opened| std::mem::take(&mut opened.again)) == Some(true) {
                self.fetch("live", shell).await;
            }
            self.0.update_value(|opened| opened.busy = false);
        });
    }

    /// The consumer that it is open on.
    pub(super) fn key(self) -> Option<ConsumerKey> {
        self.0.with_value(|opened| opened.key)
    }

    /// Fetches what is open and shows it. What was not asked for keeps what is there where the server refuses: the sign says
    /// so.
    async fn fetch(self, live: &str, shell: Shell) {
        let Some(key) = self.key() else { return };
        let Some((number, begun)) = self.0.try_update_value(|opened| {
            opened.fetched_at = browser::now();
            opened.begun += 1;
            (opened.number, opened.begun)
        }) else {
            return;
        };
        let search = window().location().search().unwrap_or_default();
        let query = if search.is_empty() { "?" } else { "&" };
        let url = shell.url(&format!("{TABLE}/{key}/panel{search}{query}{live}"));
        let html = answer(&url).await.unwrap_or_else(|_| REFUSED.to_owned());
        let is_current = self.0.with_value(|opened| opened.number == number && opened.shown < begun);
        if !is_current || (!live.is_empty() && html.starts_with(BEGIN_REFUSED)) {
            return;
        }
        self.0.update_value(|opened| opened.shown = begun);
        self.put(html, shell);
    }

    /// Shows HTML of the server's, or of our own, with the focus and the scroll position as they were.
    fn put(self, html: String, shell: Shell) {
        let Some(place) = dom::find(PLACE) else { return };
        if self.0.with_value(|opened| opened.html == html) {
            return;
        }
        let (used, top) = (Used::of(&place), place.scroll_top());
        place.set_inner_html(&html);
        window_title::paint();
        dom::html_is_here();
        panel_times::tell(&place, shell);
        place.set_hidden(false);
        dom::mark_document("data-beside", true);
        self.1.set(());
        let had_focus = used.had_focus();
        used.repeat(&place);
        place.set_scroll_top(top);
        // What had the focus may be gone, as **Approve** is from what was approved.
        if had_focus && dom::is_focus_lost() {
            dom::focus_in_place(HEADING);
        }
        self.0.update_value(|opened| opened.html = html);
    }
}

const CLOSE: &str = "<button type=\"button\" class=\"btn small\" data-close>Close</button>";

/// What is shown where no answer came.
const REFUSED: &str = "<div data-panel data-refused><h2 id=\"panel-heading\" tabindex=\"-1\">Not shown</h2>\
    <p class=\"problem\" role=\"alert\">The server has not answered. Check the connection, then try again.</p>\
    <p><button type=\"button\" class=\"btn small\" data-again>Try again</button> \
    <button type=\"button\" class=\"btn small\" data-close>Close</button></p></div>";

/// The server's panel. A proxy's page in its place is no answer.
async fn answer(url: &str) -> Result<String, AppError> {
    let html = request::get(url).await?;
    if html.starts_with(BEGIN) { Ok(html) } else { Err(AppError::Unreachable) }
}
