//! What surrounds every page of the console: the bar with the state of the link, the clock, a line for notices.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::link::Link;
use crate::frame::{
    header::{Header, NavPage},
    who::Who,
};

/// How long a notice stays.
const NOTICE_FOR: Duration = Duration::from_secs(6);

/// How often times on the page are brought up to date.
const TICK: Duration = Duration::from_secs(20);

/// What the parts of a page share, whichever page it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shell {
    /// What time it is: milliseconds since 1970.
    pub(crate) clock: RwSignal<i64>,
    /// The state of the event stream.
    pub(crate) link: RwSignal<Link>,
    /// A short message, read out by screen readers as well.
    pub(crate) notice: RwSignal<String>,
    /// Whether the wasm has taken over.
    pub(crate) hydrated: RwSignal<bool>,
    prefix: StoredValue<String>,
}

impl Shell {
    /// The shell as the server renders it.
    pub(crate) fn new(prefix: String, now_ms: i64) -> Self {
        Self {
            clock: RwSignal::new(now_ms),
            link: RwSignal::new(Link::Connecting),
            notice: RwSignal::default(),
            hydrated: RwSignal::new(false),
            prefix: StoredValue::new(prefix),
        }
    }

    /// An address on this server.
    pub(crate) fn url(self, path: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}{path}"))
    }

    /// Takes over from the server; called in an effect, whose end stops the clock.
    pub(crate) fn take_over(self) {
        let prefix = self.url("");
        if !prefix.is_empty() {
            leptos::server_fn::client::set_server_url(prefix.leak());
        }
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and small")]
        let tick = move || self.clock.set(js_sys::Date::now() as i64);
        tick();
        if let Ok(interval) = set_interval_with_handle(tick, TICK) {
            on_cleanup(move || interval.clear());
        }
        self.hydrated.set(true);
        if let Some(root) = document().document_element() {
            // For scripts outside and tests: the page answers from here on.
            let _ = root.set_attribute("data-hydrated", "");
        }
    }
}

/// The bar, the page, and the line for notices below it.
#[component]
pub(crate) fn Frame(
    /// Who is signed in.
    who: Who,
    /// Its place in the bar.
    here: NavPage,
    /// The page.
    children: Children,
) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let notice = shell.notice;
    // Effects run in the browser alone.
    Effect::new(move |timeout: Option<Option<TimeoutHandle>>| {
        if let Some(timeout) = timeout.flatten() {
            timeout.clear();
        }
        let shown = notice.with(|notice| !notice.is_empty());
        let clear = move || notice.set(String::new());
        if shown { set_timeout_with_handle(clear, NOTICE_FOR).ok() } else { None }
    });
    view! {
        <Header prefix=shell.url("") who here>
            <span role="status" class=move || format!("sign {}", shell.link.get().class())>
                {move || shell.link.get().words()}
            </span>
        </Header>
        <main>{children()}</main>
        <div class="message" aria-live="polite">
            {move || Some(notice.get()).filter(|notice| !notice.is_empty())}
        </div>
    }
}
