//! What the leading tab does: it has the connection, again after each break, and hands on what comes. Where events do not
//! come through though the server answers, it fetches the list again and again.

use std::pin::pin;

use futures::{
    future::{Either, select},
    stream::StreamExt as _,
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::{
    connection::{Connection, Told},
    election::SILENT_FOR_MS,
    recent::{Numbered, Recent},
    tab::{Follower, Tab},
    words::{Heard, Word},
};
use crate::{
    console::{link::Link, sign_in::ask_who},
    error::AppError,
    ui::browser,
};

/// The first wait before connecting again; it doubles up to the longest.
const FIRST_WAIT_MS: i64 = 250;
const LONGEST_WAIT_MS: i64 = 4000;

/// How long the first event may take: the server sends one at once.
const FIRST_EVENT_WITHIN_MS: i64 = 10_000;

/// After this many connections without an event the list is fetched instead, this often.
const FAILURES: u32 = 2;
const POLL_EVERY_MS: i64 = 10_000;

/// What comes first.
enum Next {
    Told(Option<Told>),
    Heard(Option<Heard>),
    Nothing,
}

impl<F: Follower> Tab<F> {
    /// Has the connection until another tab leads or this one rests.
    pub(super) async fn lead(&mut self) {
        self.recent = Recent::since(self.seen);
        let (mut failures, mut wait) = (0, FIRST_WAIT_MS);
        while self.election.leads() {
            let began = browser::now();
            if self.listen().await {
                (failures, wait) = (0, FIRST_WAIT_MS);
            } else {
                failures += 1;
            }
            if !self.election.leads() {
                return;
            }
            if self.shell.link.get_untracked() == Link::Live {
                self.show(Link::Reconnecting);
            }
            let link = why_not(failures >= FAILURES).await;
            self.show(link);
            let wait_ms = match link {
                Link::Polling => {
                    self.resync().await;
                    (began + POLL_EVERY_MS - browser::now()).max(FIRST_WAIT_MS)
                }
                // Signing in again in another tab brings this one back.
                Link::SignedOut | Link::NotPermitted => LONGEST_WAIT_MS,
                Link::Connecting | Link::Live | Link::Reconnecting | Link::Offline => wait,
            };
            self.pause(wait_ms).await;
            wait = (wait * 2).min(LONGEST_WAIT_MS);
        }
    }

    /// One connection, until it breaks, says nothing any more or is not this tab's to have; returns whether anything came
    /// through it.
    async fn listen(&mut self) -> bool {
        let url = self.shell.url(&format!("/events?after={}", self.seen));
        let Some(mut connection) = Connection::open(&url, F::EVENTS) else {
            return false;
        };
        let (mut last, mut patience) = (browser::now(), FIRST_EVENT_WITHIN_MS);
        let mut came = false;
        // By the clock: a machine that sleeps stops its timers, and is looked after when it wakes.
        while let left @ 1.. = last + patience - browser::now() {
            match self.next(&mut connection, left).await {
                Next::Told(Some(told)) => {
                    (came, last, patience) = (true, browser::now(), i64::from(SILENT_FOR_MS));
                    self.show(Link::Live);
                    if !self.tell(told).await {
                        break;
                    }
                }
                Next::Heard(Some(heard)) => {
                    if !self.stays(&heard) {
                        break;
                    }
                }
                Next::Told(None) | Next::Heard(None) => break,
                Next::Nothing => {}
            }
        }
        came
    }

    async fn next(&mut self, connection: &mut Connection, ms: i64) -> Next {
        let told = pin!(connection.next());
        let first = select(told, self.heard.next());
        match select(first, timeout(ms)).await {
            Either::Left((Either::Left((told, _)), _)) => Next::Told(told),
            Either::Left((Either::Right((heard, _)), _)) => Next::Heard(heard),
            Either::Right(_) => Next::Nothing,
        }
    }

    /// Waits, and looks after the other tabs meanwhile; ends early where there is reason to try again at once.
    async fn pause(&mut self, ms: i64) {
        let until = browser::now() + ms;
        while let left @ 1.. = until - browser::now() {
            match select(self.heard.next(), timeout(left)).await {
                Either::Left((Some(Heard::Look) | None, _)) | Either::Right(_) => return,
                Either::Left((Some(heard), _)) => {
                    // There is no connection to be kept.
                    let _ = self.stays(&heard);
                    let has_come = matches!(heard, Heard::Word(Word::Hello { .. }));
                    if !self.election.leads() || (has_come && self.is_signed_out()) {
                        return;
                    }
                }
            }
        }
    }

    /// Whether there was no session when it was asked for. A tab that has come since has one.
    fn is_signed_out(&self) -> bool {
        matches!(self.shell.link.get_untracked(), Link::SignedOut | Link::NotPermitted)
    }

    /// Takes in what came, and hands it on; returns whether the connection is still of use.
    async fn tell(&mut self, told: Told) -> bool {
        let Told { id, name, data } = told;
        match name.as_str() {
            "resync" => return self.resync().await,
            "ready" | "beat" => self.tabs.say(&Word::Beat { id: self.tabs.id() }),
            _ => {
                let id = id.unwrap_or(self.seen);
                if id < self.seen {
                    return true;
                }
                // What is no activity comes with the number of what came before it.
                let number = (id > self.seen).then_some(id);
                self.apply(number, &name, &data);
                if let Some(id) = number {
                    self.recent.push(Numbered { id, name: name.clone(), data: data.clone() });
                }
                self.tabs.say(&Word::Event { to: None, id: number, name, data });
            }
        }
        true
    }

    /// Fetches everything, here and in the other tabs; returns whether it could.
    async fn resync(&mut self) -> bool {
        let Some(seen) = self.page.resync().await else { return false };
        self.seen = seen;
        self.recent = Recent::since(seen);
        self.tabs.say(&Word::Resync { to: None });
        true
    }

    /// Takes in what a leading tab hears; returns whether its connection is still of use.
    fn stays(&mut self, heard: &Heard) -> bool {
        match *heard {
            Heard::Word(Word::Hello { from, seen }) => {
                self.say_that_it_leads();
                self.catch_up(from, seen);
                true
            }
            Heard::Word(Word::Leads { id, link }) => {
                let steps_back = self.election.another_leads(id);
                if steps_back {
                    self.follow(link);
                } else {
                    self.say_that_it_leads();
                }
                !steps_back
            }
            Heard::Hidden => {
                self.tabs.say(&Word::Gone { id: self.tabs.id() });
                self.rest();
                false
            }
            Heard::Offline => {
                self.show(Link::Offline);
                false
            }
            // Whether the connection is too old is seen by the clock.
            Heard::Look
            | Heard::Word(Word::Beat { .. } | Word::Event { .. } | Word::Resync { .. } | Word::Gone { .. }) => {
                true
            }
        }
    }

    /// Sends another tab what it has missed.
    fn catch_up(&self, to: u64, seen: i64) {
        let Some(missed) = self.recent.missed(seen) else {
            return self.tabs.say(&Word::Resync { to: Some(to) });
        };
        for Numbered { id, name, data } in missed.cloned() {
            self.tabs.say(&Word::Event { to: Some(to), id: Some(id), name, data });
        }
    }

    /// Shows the state of the link, here and in the other tabs.
    fn show(&self, link: Link) {
        if self.shell.link.get_untracked() != link {
            self.shell.link.set(link);
            self.say_that_it_leads();
        }
    }

    fn say_that_it_leads(&self) {
        self.tabs.say(&Word::Leads { id: self.tabs.id(), link: self.shell.link.get_untracked() });
    }
}

/// Why there are no events: asks who is signed in. Where the server answers, and events have failed often, the list has to
/// do.
async fn why_not(failed_often: bool) -> Link {
    match ask_who().await {
        Ok(Some(who)) if !who.configure_server => Link::NotPermitted,
        Ok(Some(_)) if failed_often => Link::Polling,
        Ok(Some(_)) => Link::Reconnecting,
        Err(AppError::NotPermitted) => Link::NotPermitted,
        Ok(None) | Err(AppError::SignedOut) => Link::SignedOut,
        Err(_) if window().navigator().on_line() => Link::Reconnecting,
        Err(_) => Link::Offline,
    }
}

fn timeout(ms: i64) -> TimeoutFuture {
    TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX))
}
