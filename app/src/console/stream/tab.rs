//! One tab of a browser: it follows the one that leads, or leads itself, or rests.

use futures::{
    channel::mpsc::{UnboundedReceiver, unbounded},
    future::{Either, select},
    stream::StreamExt as _,
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::{
    election::{Election, SILENT_FOR_MS, Step},
    page_events::PageEvents,
    recent::Recent,
    tabs::Tabs,
    words::{Heard, Word},
};
use crate::console::{link::Link, shell::Shell};

/// What a page does with its stream.
pub(in crate::console) trait Follower: Copy + 'static {
    /// The events that it listens to.
    const EVENTS: &'static [&'static str];

    /// Applies an event that it listens to; ignores others.
    fn apply(self, name: &str, data: &str);

    /// Fetches everything after a break too long to catch up from; returns the newest activity that it has seen.
    async fn resync(self) -> Option<i64>;
}

/// Follows the activity for as long as the page is open. The page is at least as new as the activity `seen`.
pub(in crate::console) async fn follow<F: Follower>(page: F, shell: Shell, seen: i64) {
    let (sender, heard) = unbounded();
    let tabs = Tabs::open(&shell.url(""), sender.clone());
    let _events = PageEvents::listen(&sender, &tabs);
    let election = Election::new(tabs.id());
    let tab = Tab { page, shell, seen, behind: false, recent: Recent::since(seen), election, tabs, heard };
    tab.run().await;
}

/// One tab: what it knows, and what it hears.
pub(super) struct Tab<F> {
    pub(super) page: F,
    pub(super) shell: Shell,
    /// The newest activity that the page has seen.
    pub(super) seen: i64,
    /// Whether it could not fetch what it has missed.
    pub(super) behind: bool,
    /// What it can tell tabs that come, while it leads.
    pub(super) recent: Recent,
    pub(super) election: Election,
    pub(super) tabs: Tabs,
    pub(super) heard: UnboundedReceiver<Heard>,
}

impl<F: Follower> Tab<F> {
    async fn run(mut self) {
        self.say_hello();
        loop {
            match self.election.step() {
                Step::Wait(ms) => {
                    if let Some(heard) = self.hear(ms).await {
                        self.take(heard).await;
                    } else {
                        if ms == SILENT_FOR_MS {
                            self.shell.link.set(Link::Reconnecting);
                        }
                        self.election.nothing_heard();
                    }
                }
                Step::Claim => {
                    self.tabs.say(&Word::Leads { id: self.tabs.id(), link: self.shell.link.get_untracked() });
                    self.election.claimed();
                }
                Step::Lead => self.lead().await,
                Step::Rest => match self.heard.next().await {
                    Some(Heard::Look) => self.ask_again(),
                    Some(_) => {}
                    None => return,
                },
            }
        }
    }

    /// What is heard within some milliseconds.
    async fn hear(&mut self, ms: u32) -> Option<Heard> {
        match select(self.heard.next(), TimeoutFuture::new(ms)).await {
            Either::Left((heard, _)) => heard,
            Either::Right(_) => None,
        }
    }

    fn say_hello(&self) {
        self.tabs.say(&Word::Hello { from: self.tabs.id(), seen: self.seen });
    }

    /// Asks which tab leads, after it was away or where the leader may be.
    fn ask_again(&mut self) {
        self.election.begin();
        self.say_hello();
    }

    /// Does nothing until it is seen again.
    pub(super) fn rest(&mut self) {
        self.election.rest();
        self.shell.link.set(Link::Reconnecting);
    }

    /// Follows another leader, which may not have told this tab all that it has missed.
    pub(super) fn follow(&self, link: Link) {
        self.shell.link.set(link);
        self.say_hello();
    }

    /// Takes in what a tab hears that does not lead.
    async fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Word(Word::Leads { id, link }) => {
                let knows_already = self.election.has_asked() || self.election.follows(id);
                if self.election.another_leads(id) {
                    if knows_already { self.shell.link.set(link) } else { self.follow(link) }
                }
            }
            Heard::Word(Word::Gone { id }) => self.election.gone(id),
            Heard::Word(Word::Beat { .. }) => {
                if self.behind {
                    self.say_hello();
                }
            }
            Heard::Word(Word::Event { to, id, name, data }) if self.is_for_me(to) => {
                self.apply(id, &name, &data);
            }
            Heard::Word(Word::Resync { to }) if self.is_for_me(to) => {
                let seen = self.page.resync().await;
                self.behind = seen.is_none();
                self.seen = seen.unwrap_or(self.seen);
            }
            Heard::Word(Word::Event { .. } | Word::Resync { .. } | Word::Hello { .. }) => {}
            Heard::Look => self.ask_again(),
            Heard::Hidden => self.rest(),
            Heard::Offline => self.shell.link.set(Link::Offline),
        }
    }

    fn is_for_me(&self, to: Option<u64>) -> bool {
        to.is_none_or(|to| to == self.tabs.id())
    }

    /// Applies an event, unless the page has seen its number. What is no activity has none.
    pub(super) fn apply(&mut self, id: Option<i64>, name: &str, data: &str) {
        if id.is_some_and(|id| id <= self.seen) {
            return;
        }
        self.page.apply(name, data);
        self.seen = id.unwrap_or(self.seen);
    }
}
