//! What became of a change whose dialog was closed before the answer came: found out and told, since the request may have
//! been on its way already. Where a proxy holds it, it arrives only later: for a while it is looked for in what events bring.

use domain::{Consumer, ConsumerKey, Event};
use leptos::{prelude::*, task::spawn_local};

use super::{
    asked::{Asked, Found, Late},
    calls, elements,
    state::PageState,
};
use crate::{error::AppError, ui::browser};

/// How long a request is looked for that may still be on its way, in milliseconds: proxies that hold a request give it up, or
/// hand it on, by then.
const ON_ITS_WAY_FOR: i64 = 30_000;

/// Asks the server what the consumer is like now, shows it and tells it.
pub(super) fn find_out(state: PageState, asked: Asked) {
    spawn_local(async move {
        let found = calls::find(asked.key, asked.revision).await;
        let done = asked.done(&found);
        let (key, is_open) = (asked.key, done.is_none());
        tell(state, key, done.unwrap_or_else(|| asked.open(&found)));
        if is_open {
            look_for(state, asked, &found, browser::now() + ON_ITS_WAY_FOR);
        }
        if let Ok((consumer, _)) = found {
            state.apply_own(Event::Consumer(consumer));
        }
        look_at_row(state, key);
    });
}

/// Looks for what came while the server was asked, which brings no other event.
fn look_at_row(state: PageState, key: ConsumerKey) {
    if state.rows.read(|table| table.is_removed(key)) {
        look(state, &Event::Removed(key));
    } else if let Some(now) = state.rows.get(key) {
        look(state, &Event::Consumer(Consumer::clone(&now)));
    }
}

/// Tells a change that may still have come, where an event brings it.
pub(super) fn look(state: PageState, event: &Event) {
    let late = state.late.try_update_value(|late| {
        let now = browser::now();
        late.retain(|late| late.until > now);
        let at = late.iter().position(|late| is_news_of(event, &late.asked))?;
        Some(late.swap_remove(at))
    });
    if let Some(late) = late.flatten() {
        ask_again(state, late);
    }
}

/// The same where no events come through, and the rows were fetched in their place.
pub(super) fn look_again(state: PageState) {
    let now = browser::now();
    let late = state.late.try_update_value(std::mem::take).unwrap_or_default();
    for late in late.into_iter().filter(|late| late.until > now) {
        ask_again(state, late);
    }
}

fn ask_again(state: PageState, Late { asked, until }: Late) {
    spawn_local(async move {
        let found = calls::find(asked.key, asked.revision).await;
        if let Some(words) = asked.done(&found) {
            return tell(state, asked.key, words);
        }
        let key = asked.key;
        look_for(state, asked, &found, until);
        // Without an answer the row says nothing new.
        if found.is_ok() {
            look_at_row(state, key);
        }
    });
}

fn tell(state: PageState, key: ConsumerKey, words: String) {
    state.shell.tell_of(elements::beside(key), words, None);
}

fn is_news_of(event: &Event, asked: &Asked) -> bool {
    match event {
        Event::Consumer(Consumer { key, revision, .. }) => *key == asked.key && *revision > asked.revision,
        Event::Removed(key) => *key == asked.key,
    }
}

/// Waits for it, and looks no more at what another administrator has done by now.
fn look_for(state: PageState, asked: Asked, found: &Result<Found, AppError>, until: i64) {
    let revision = found.as_ref().map_or(asked.revision, |(now, _)| now.revision);
    let asked = Asked { revision, ..asked };
    state.late.update_value(|late| late.push(Late { asked, until }));
}
