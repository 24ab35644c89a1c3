//! Loads the rows that the server left out, and follows what others do.

use domain::{ConsumerKey, Event, Page, Use, Uses};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{calls, data::Listing, state::PageState};
use crate::{
    console::stream::{Follower, follow},
    json,
};

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
        let cursor = state.rows.next_cursor().filter(|_| state.rows.counted().shown < enough);
        let Some(cursor) = cursor else { return };
        match calls::list(Some(&cursor)).await {
            Ok(listing) => state.rows.extend(listing.page),
            Err(error) => {
                let words = format!("Not every row could be loaded. {error} Show more tries again.");
                state.shell.notice.set(words);
                return;
            }
        }
    }
}

impl Follower for PageState {
    const EVENTS: &'static [&'static str] = &["consumer", "removed", "used", "access"];

    fn apply(self, name: &str, data: &str) {
        match read(name, data) {
            Some(News::Event(event)) => self.apply_live(*event),
            Some(News::Uses(uses)) => self.apply_uses(uses),
            Some(News::Access(key)) => self.panel.changed(key, self.shell),
            None => {}
        }
    }

    async fn resync(self) -> Option<i64> {
        // All that were there before, so that none is missing meanwhile.
        let enough = self.rows.counted().shown.min(LOAD_BY_ITSELF);
        let Listing { mut page, seen } = calls::list(None).await.ok()?;
        while let Some(cursor) = page.next_cursor.take_if(|_| page.items.len() < enough) {
            let next = calls::list(Some(&cursor)).await.ok()?.page;
            page = Page { items: [page.items, next.items].concat(), ..next };
        }
        self.rows.restart(page);
        self.panel.refresh(self.shell);
        Some(seen)
    }
}

enum News {
    Event(Box<Event>),
    Uses(Vec<Use>),
    /// Somebody began or ended to be signed in through this consumer.
    Access(ConsumerKey),
}

/// `None` for what this version of the page cannot read.
fn read(name: &str, data: &str) -> Option<News> {
    #[derive(Deserialize)]
    struct Keyed {
        key: ConsumerKey,
    }
    let key = || Some(json::parse::<Keyed>(data).ok()?.key);
    let event = match name {
        "consumer" => Event::Consumer(json::parse(data).ok()?),
        "removed" => Event::Removed(key()?),
        "access" => return Some(News::Access(key()?)),
        "used" => return Some(News::Uses(json::parse::<Uses>(data).ok()?.consumers)),
        _ => return None,
    };
    Some(News::Event(Box::new(event)))
}
