//! The event stream: what others do, as it happens, and the sign that says whether it comes through.

use std::time::Duration;

use domain::{Consumer, ConsumerKey, Event};
use futures::{StreamExt as _, stream};
use gloo_net::eventsource::futures::EventSource;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use serde::Deserialize;
use web_sys::MessageEvent;

use super::{api, page::State};
use crate::AppError;

/// How many rows are loaded without being asked for.
const LOAD_BY_ITSELF: usize = 1000;
/// The first wait before connecting again; it doubles up to the longest.
const FIRST_WAIT_MS: u32 = 250;
const LONGEST_WAIT_MS: u32 = 4000;

/// Whether what others do comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Connecting,
    Live,
    Reconnecting,
    Offline,
    SignedOut,
}

impl Sign {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting…",
            Self::Live => "Live",
            Self::Reconnecting => "Reconnecting…",
            Self::Offline => "Offline",
            Self::SignedOut => "Signed out",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Connecting | Self::Reconnecting => "waiting",
            Self::Live => "live",
            Self::Offline | Self::SignedOut => "broken",
        }
    }
}

/// Takes over from the server: the clock, the remaining rows, the stream.
pub(super) fn start(state: State, seen: i64) {
    let prefix = state.prefix.get_value();
    if !prefix.is_empty() {
        leptos::server_fn::client::set_server_url(prefix.leak());
    }
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and small")]
    let tick = move || state.now.set(js_sys::Date::now() as i64);
    tick();
    set_interval(tick, Duration::from_secs(20));
    state.hydrated.set(true);
    if let Some(root) = document().document_element() {
        // For scripts outside and tests: the page answers from here on.
        let _ = root.set_attribute("data-hydrated", "");
    }
    spawn_local(load_rows(state, LOAD_BY_ITSELF));
    spawn_local(follow(state, seen));
}

/// Loads rows until this many are there.
pub(super) async fn load_rows(state: State, enough: usize) {
    loop {
        let cursor = state
            .table
            .with_untracked(|table| table.next_cursor().filter(|_| table.order().len() < enough).cloned());
        let Some(cursor) = cursor else { return };
        match api::list(Some(cursor)).await {
            Ok(listing) => state.table.update(|table| table.extend(listing.page)),
            Err(error) => {
                state.message.set(format!("Not every row could be loaded. {error}"));
                return;
            }
        }
    }
}

/// Follows the stream for as long as the page is open, connecting again after each break.
async fn follow(state: State, mut seen: i64) {
    let mut wait = FIRST_WAIT_MS;
    loop {
        if listen(state, &mut seen).await {
            wait = FIRST_WAIT_MS;
        }
        match api::who_am_i().await {
            Ok(Some(who)) if who.configure_server => state.sign.set(Sign::Reconnecting),
            Ok(_) | Err(AppError::SignedOut | AppError::NotPermitted) => {
                state.sign.set(Sign::SignedOut);
                // Signing in again in another tab brings this one back.
                wait = LONGEST_WAIT_MS;
            }
            Err(_) if window().navigator().on_line() => state.sign.set(Sign::Reconnecting),
            Err(_) => state.sign.set(Sign::Offline),
        }
        TimeoutFuture::new(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT_MS);
    }
}

/// One connection, until it breaks; true if anything came through it.
async fn listen(state: State, seen: &mut i64) -> bool {
    let Ok(mut source) = EventSource::new(&state.url(&format!("/events?after={seen}"))) else {
        return false;
    };
    let names = ["ready", "consumer", "removed", "resync", "error"];
    let subscriptions: Vec<_> = names.iter().filter_map(|name| source.subscribe(*name).ok()).collect();
    let broken = stream::once(Box::pin(until_offline())).map(|()| None);
    let mut events = stream::select(stream::select_all(subscriptions).map(Some), Box::pin(broken));
    let mut connected = false;
    while let Some(Some(Ok((name, message)))) = events.next().await {
        if name == "error" {
            break;
        }
        connected = true;
        state.sign.set(Sign::Live);
        if name == "resync" {
            match api::list(None).await {
                Ok(listing) => {
                    *seen = listing.seen;
                    state.table.update(|table| table.restart(listing.page));
                    load_rows(state, LOAD_BY_ITSELF).await;
                }
                Err(_) => break,
            }
            continue;
        }
        let Ok(id) = message.last_event_id().parse() else {
            continue;
        };
        if let Some(event) = read(&name, &message) {
            state.apply_live(event);
        }
        *seen = id;
    }
    connected
}

fn read(name: &str, message: &MessageEvent) -> Option<Event> {
    #[derive(Deserialize)]
    struct Gone {
        key: ConsumerKey,
    }
    let data = message.data().as_string()?;
    match name {
        "consumer" => serde_json::from_str::<Consumer>(&data).ok().map(Event::Consumer),
        "removed" => serde_json::from_str::<Gone>(&data).ok().map(|gone| Event::Removed(gone.key)),
        _ => None,
    }
}

/// Ends when the browser says that it has no network.
async fn until_offline() {
    let (tell, told) = futures::channel::oneshot::channel();
    let tell = std::cell::Cell::new(Some(tell));
    let listener = window_event_listener(ev::offline, move |_| {
        if let Some(tell) = tell.take() {
            let _ = tell.send(());
        }
    });
    let _ = told.await;
    listener.remove();
}
