//! What the browser reports about the page itself: seen or hidden, with or without a network, gone or back.

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::channel::mpsc::UnboundedSender;
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, WindowListenerHandle},
    prelude::*,
};
use wasm_bindgen::JsCast as _;

use super::{
    tabs::Tabs,
    words::{Heard, Word},
};
use crate::console::sign_in::SIGNED_IN;

/// How long a hidden page goes on.
const HIDDEN_FOR: Duration = Duration::from_mins(1);

/// A page that is still there so long after a form was sent was not left.
const LEFT_WITHIN: Duration = Duration::from_secs(5);

/// Listens for as long as it is there.
pub(super) struct PageEvents(Vec<WindowListenerHandle>);

impl PageEvents {
    pub(super) fn listen(heard: &UnboundedSender<Heard>, tabs: &Tabs) -> Self {
        let hear = |heard: &UnboundedSender<Heard>, what: Heard| {
            let heard = heard.clone();
            // Fails only when this page follows no more.
            move || _ = heard.unbounded_send(what.clone())
        };
        let (look, hidden, offline) =
            (hear(heard, Heard::Look), hear(heard, Heard::Hidden), hear(heard, Heard::Offline));
        let until_rest: Rc<Cell<Option<TimeoutHandle>>> = Rc::default();
        let changed = {
            let (look, hidden) = (look.clone(), hidden.clone());
            move || {
                if let Some(timeout) = until_rest.take() {
                    timeout.clear();
                }
                if document().hidden() {
                    until_rest.set(set_timeout_with_handle(hidden.clone(), HIDDEN_FOR).ok());
                } else {
                    look();
                }
            }
        };
        // A page that was opened in the background may never be seen.
        if document().hidden() {
            changed();
        }
        // Said at once: nothing that waits for its turn runs in a page that goes.
        let leaving = {
            let tabs = tabs.clone();
            move || {
                tabs.say(&Word::Gone { id: tabs.id() });
                hidden();
            }
        };
        // **Sign out** leads out of the session: a page that asked for events before it is left would be refused.
        let sent = {
            let (look, leaving) = (look.clone(), leaving.clone());
            move |event: web_sys::Event| {
                let form = event.target().and_then(|form| form.dyn_into::<web_sys::Element>().ok());
                let address = form.and_then(|form| form.get_attribute("action")).unwrap_or_default();
                if address.ends_with("/sign-out") {
                    leaving();
                    set_timeout(look.clone(), LEFT_WITHIN);
                }
            }
        };
        Self(vec![
            window_event_listener_untyped("submit", sent),
            window_event_listener_untyped("visibilitychange", move |_| changed()),
            window_event_listener_untyped("pageshow", {
                let look = look.clone();
                move |_| look()
            }),
            window_event_listener_untyped(SIGNED_IN, {
                let look = look.clone();
                move |_| look()
            }),
            window_event_listener_untyped("online", move |_| look()),
            window_event_listener_untyped("offline", move |_| offline()),
            window_event_listener_untyped("pagehide", move |_| leaving()),
        ])
    }
}

impl Drop for PageEvents {
    fn drop(&mut self) {
        self.0.drain(..).for_each(WindowListenerHandle::remove);
    }
}
