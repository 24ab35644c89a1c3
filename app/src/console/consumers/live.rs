//! Takes over from the server, and follows what others do.

use domain::{ConsumerKey, Event, Use, Uses};
use leptos::{ev, prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{
    closed, counting, intact, place::Place, rows::Table, scroll, selection, sight::Sight, state::PageState,
    toolbar, window,
};
use crate::{
    console::stream::{Follower, follow},
    json,
};

/// Takes over from the server. The page is at least as new as the activity `seen`.
pub(super) fn start(state: PageState, seen: i64) {
    state.shell.take_over();
    window::start(state);
    intact::watch(state);
    let shortcuts = window_event_listener(ev::keydown, move |event| {
        toolbar::shortcut(&event);
        selection::escape(state, &event);
    });
    on_cleanup(move || shortcuts.remove());
    spawn_local(follow(state, state.shell, seen));
}

impl Follower for PageState {
    const EVENTS: &'static [&'static str] = &["consumer", "removed", "used", "access"];

    fn apply(self, name: &str, data: &str) {
        match read(name, data) {
            Some(News::Event(event)) => {
                closed::look(self, &event);
                self.apply_live(*event);
            }
            Some(News::Uses(uses)) => self.apply_uses(uses),
            Some(News::Access(key)) => self.panel.accessed(key, self.shell),
            None => {}
        }
    }

    async fn resync(self) -> Option<i64> {
        // The rows that are looked at, from somewhat before them.
        let place = |table: &Table| Place::of(table, scroll::first_row()?.0, 0);
        let view = self.view();
        let before = self.rows.read(|table| {
            if *table.view() == view { place(table).map_or(table.above(), |place| place.index) } else { 0 }
        });
        let seen = window::load(self, view, before.saturating_sub(Sight::NEAR), || true).await?.ok()?;
        self.rows.write(Table::doubt);
        counting::count(self);
        self.panel.refresh(self.shell);
        closed::look_again(self);
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
