//! Loads the rows that the server left out, and follows what others do.

use domain::{Consumer, ConsumerKey, Event};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use web_sys::MessageEvent;

use super::{api, state::PageState};
use crate::console::stream::{Follower, follow};

/// How many rows are loaded without being asked for.
const LOAD_BY_ITSELF: usize = 1000;

/// Takes over from the server. The page is at least as new as the activity `seen`.
pub(super) fn start(state: PageState, seen: i64) {
    state.shell.take_over();
    spawn_local(load_rows(state, LOAD_BY_ITSELF));
    spawn_local(follow(state, state.shell, seen));
}

/// Loads rows until this many are there.
pub(super) async fn load_rows(state: PageState, enough: usize) {
    loop {
        let cursor = state
            .rows
            .with_untracked(|rows| rows.next_cursor().filter(|_| rows.order().len() < enough).cloned());
        let Some(cursor) = cursor else { return };
        match api::list(Some(cursor)).await {
            Ok(listing) => state.rows.update(|rows| rows.extend(listing.page)),
            Err(error) => {
                state.shell.notice.set(format!("Not every row could be loaded. {error}"));
                return;
            }
        }
    }
}

impl Follower for PageState {
    const EVENTS: &'static [&'static str] = &["consumer", "removed"];

    fn apply(self, name: &str, message: &MessageEvent) {
        if let Some(event) = read(name, message) {
            self.apply_live(event);
        }
    }

    async fn resync(self) -> Option<i64> {
        let listing = api::list(None).await.ok()?;
        self.rows.update(|rows| rows.restart(listing.page));
        load_rows(self, LOAD_BY_ITSELF).await;
        Some(listing.seen)
    }
}

fn read(name: &str, message: &MessageEvent) -> Option<Event> {
    #[derive(Deserialize)]
    struct Removed {
        key: ConsumerKey,
    }
    let data = message.data().as_string()?;
    match name {
        "consumer" => serde_json::from_str::<Consumer>(&data).ok().map(Event::Consumer),
        "removed" => serde_json::from_str::<Removed>(&data).ok().map(|removed| Event::Removed(removed.key)),
        _ => None,
    }
}
