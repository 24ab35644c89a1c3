//! The event stream of a page: connected for as long as the page is open, again after each break.

use futures::{StreamExt as _, stream};
use gloo_net::eventsource::futures::EventSource;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*};
use web_sys::MessageEvent;

use super::{link::Link, shell::Shell};
use crate::{error::AppError, frame::who::who_am_i};

/// The first wait before connecting again; it doubles up to the longest.
const FIRST_WAIT_MS: u32 = 250;
const LONGEST_WAIT_MS: u32 = 4000;

/// What a page does with its stream.
pub(super) trait Follower: Copy {
    /// The events that it listens to.
    const EVENTS: &'static [&'static str];

    /// Applies an event that it listens to; ignores others.
    fn apply(self, name: &str, message: &MessageEvent);

    /// Fetches everything after a break too long to catch up from; returns the newest activity that it has seen.
    async fn resync(self) -> Option<i64>;
}

/// Follows the stream for as long as the page is open, connecting again after each break. The page is at least as new as the
/// activity `seen`.
pub(super) async fn follow(page: impl Follower, shell: Shell, mut seen: i64) {
    let mut wait = FIRST_WAIT_MS;
    loop {
        if listen(page, shell, &mut seen).await {
            wait = FIRST_WAIT_MS;
        }
        match who_am_i().await {
            Ok(Some(who)) if who.configure_server => shell.link.set(Link::Reconnecting),
            Ok(_) | Err(AppError::SignedOut | AppError::NotPermitted) => {
                shell.link.set(Link::SignedOut);
                // Signing in again in another tab brings this one back.
                wait = LONGEST_WAIT_MS;
            }
            Err(_) if window().navigator().on_line() => shell.link.set(Link::Reconnecting),
            Err(_) => shell.link.set(Link::Offline),
        }
        TimeoutFuture::new(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT_MS);
    }
}

/// One connection, until it breaks; returns whether anything came through it.
async fn listen<F: Follower>(page: F, shell: Shell, seen: &mut i64) -> bool {
    let Ok(mut source) = EventSource::new(&shell.url(&format!("/events?after={seen}"))) else {
        return false;
    };
    let names = ["ready", "resync", "error"].iter().chain(F::EVENTS);
    let subscriptions: Vec<_> = names.filter_map(|name| source.subscribe(*name).ok()).collect();
    let broken = stream::once(Box::pin(until_offline())).map(|()| None);
    let mut events = stream::select(stream::select_all(subscriptions).map(Some), Box::pin(broken));
    let mut connected = false;
    while let Some(Some(Ok((name, message)))) = events.next().await {
        if name == "error" {
            break;
        }
        connected = true;
        shell.link.set(Link::Live);
        if name == "resync" {
            match page.resync().await {
                Some(newest) => *seen = newest,
                None => break,
            }
            continue;
        }
        let Ok(id) = message.last_event_id().parse() else {
            continue;
        };
        page.apply(&name, &message);
        *seen = id;
    }
    connected
}

/// Resolves when the browser reports that it has no network.
async fn until_offline() {
    let (sender, offline) = futures::channel::oneshot::channel();
    let sender = std::cell::Cell::new(Some(sender));
    let listener = window_event_listener(ev::offline, move |_| {
        if let Some(sender) = sender.take() {
            let _ = sender.send(());
        }
    });
    let _ = offline.await;
    listener.remove();
}
