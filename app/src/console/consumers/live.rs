//! Takes over from the server: the clock, the rows that are not on the page yet, what others do as it happens.

use std::time::Duration;

use domain::{Consumer, ConsumerKey, Event};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use web_sys::MessageEvent;

use super::{api, state::State};
use crate::console::{
    connection::Sign,
    stream::{Follower, follow},
};

/// How many rows are loaded without being asked for.
const LOAD_BY_ITSELF: usize = 1000;

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
    spawn_local(follow(state, state.url("/events"), seen));
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

impl Follower for State {
    const EVENTS: &'static [&'static str] = &["consumer", "removed"];

    fn show(self, sign: Sign) {
        self.sign.set(sign);
    }

    fn apply(self, name: &str, message: &MessageEvent) {
        if let Some(event) = read(name, message) {
            self.apply_live(event);
        }
    }

    async fn resync(self) -> Option<i64> {
        let listing = api::list(None).await.ok()?;
        self.table.update(|table| table.restart(listing.page));
        load_rows(self, LOAD_BY_ITSELF).await;
        Some(listing.seen)
    }
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
