//! The queue of strangers: attempts from browsers that the account has not signed in from before. It decides who may wait
//! and whose password is checked next. Pure: the time is a parameter, and `turns.rs` does the waiting.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::Network;
use quick_cache::unsync::Cache;
use store::attempts::Failed;
use tokio::sync::oneshot;

use crate::guard::pace::{FORGOTTEN_AFTER, OF_ACCOUNT, OF_NETWORK, Pace};

/// Attempts that may wait for each thread. A check takes 20 to 40 ms, so the last of them waits for up to 4 s.
const ROOM_PER_THREAD: usize = 100;
/// The limit for all threads: each waiting attempt keeps a connection and some KiB.
const ROOM: usize = 500;
/// `Retry-After` where there is no room at all.
const ROOM_RETRY_AFTER: Duration = Duration::from_secs(4);
/// How long a refused or wrong attempt makes others of the same party give way.
const TROUBLE_LASTS: Duration = Duration::from_mins(1);
/// How long the refusal of one who goes on after many others is held back.
const PAUSE: Duration = Duration::from_secs(1);
/// After how many refused and wrong attempts of a connection that begins, and of a network, which many people may share.
const PAUSE_AFTER: [u32; 2] = [10, 50];
/// Accounts, addresses and connections that are remembered; others are forgotten for them.
const MOST_PARTIES: usize = 10_000;

/// `Ok` once the password may be checked, or how long to stay away.
pub(crate) type Verdict = Result<(), Duration>;

/// Something that attempts have in common, and that they are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Party {
    Connection(SocketAddr),
    Network(Network),
    Account(String),
}

/// Places in `Stranger`.
const CONNECTION: usize = 0;
const NETWORK: usize = 1;
const ACCOUNT: usize = 2;

/// What is slowed down by wrong passwords, in the order in which they are counted.
const SLOWED: [(usize, &Pace); 2] = [(ACCOUNT, &OF_ACCOUNT), (NETWORK, &OF_NETWORK)];

/// An attempt's parties: connection, network and account.
#[derive(Clone, Debug)]
pub(crate) struct Stranger([Party; 3]);

impl Stranger {
    pub(crate) fn new(network: Network, account: &str, connection: SocketAddr) -> Self {
        Self([Party::Connection(connection), Party::Network(network), Party::Account(account.to_owned())])
    }
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    stranger: Stranger,
    verdict: oneshot::Sender<Verdict>,
}

/// A party that is slowed down.
#[derive(Debug)]
struct Slowed {
    delay: Duration,
    not_before: Instant,
    until: Instant,
    /// The count that this follows from.
    failed: Failed,
}

/// Refused and wrong attempts of a party.
#[derive(Debug)]
struct Trouble {
    times: u32,
    latest: Instant,
}

#[derive(Debug)]
pub(crate) struct Queue {
    threads: usize,
    numbers: u64,
    waiting: Vec<Waiting>,
    /// The numbers of the attempts whose password is being checked.
    checking: Vec<u64>,
    slowed: Cache<Party, Slowed>,
    troubles: Cache<Party, Trouble>,
    alarm: Option<Instant>,
}

impl Queue {
    /// An empty queue before this many threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            numbers: 0,
            waiting: Vec::new(),
            checking: Vec::new(),
            slowed: Cache::new(MOST_PARTIES),
            troubles: Cache::new(MOST_PARTIES),
            alarm: None,
        }
    }

    /// Lets an attempt wait and returns its number, or returns how long to stay away. Where the account, the network or the
    /// whole queue has no room, the attempt takes the place of one whose parties have caused more trouble.
    pub(crate) fn enter(
        &mut self,
        stranger: &Stranger,
        verdict: oneshot::Sender<Verdict>,
        now: Instant,
    ) -> Result<u64, Duration> {
        for scope in [Some(SLOWED[0]), Some(SLOWED[1]), None] {
            let Some((most, retry_after)) = self.limit(scope, stranger, now) else { continue };
            let Some(worst) = self.worst_beyond(most.saturating_sub(1), scope, stranger, now) else {
                continue;
            };
            if self.trouble(stranger, now) >= self.trouble(&self.waiting[worst].stranger, now) {
                self.note_trouble(stranger, now);
                return Err(retry_after);
            }
            self.refuse(worst, retry_after, now);
        }
        self.numbers += 1;
        self.waiting.push(Waiting { number: self.numbers, stranger: stranger.clone(), verdict });
        Ok(self.numbers)
    }

    /// How many may wait in a scope, and how long to stay away from one that is full; `None` where it has no limit of its
    /// own, since nobody has sent wrong passwords there.
    fn limit(
        &self,
        scope: Option<(usize, &Pace)>,
        stranger: &Stranger,
        now: Instant,
    ) -> Option<(usize, Duration)> {
        match scope {
            None => Some(((self.threads * ROOM_PER_THREAD).min(ROOM), ROOM_RETRY_AFTER)),
            Some((party, pace)) => {
                let slowed = self.slowed(&stranger.0[party], now)?;
                let all = u32::try_from(pace.most_waiting).unwrap_or(u32::MAX);
                Some((pace.most_waiting, slowed.delay.saturating_mul(all)))
            }
        }
    }

    /// Of the attempts that wait in a scope, if they are more than this, the one with the most trouble, and of equals the
    /// latest.
    fn worst_beyond(
        &self,
        most: usize,
        scope: Option<(usize, &Pace)>,
        stranger: &Stranger,
        now: Instant,
    ) -> Option<usize> {
        let is_inside =
            |waiting: &Waiting| scope.is_none_or(|(party, _)| waiting.stranger.0[party] == stranger.0[party]);
        let inside = self.waiting.iter().enumerate().filter(|(_, waiting)| is_inside(waiting));
        if inside.clone().count() <= most {
            return None;
        }
        inside.max_by_key(|(_, other)| (self.trouble(&other.stranger, now), other.number)).map(|(at, _)| at)
    }

    /// Tells as many attempts as there are free threads that they may check their passwords: those with the least trouble,
    /// and of equals the earliest.
    pub(crate) fn dispatch(&mut self, now: Instant) {
        while self.checking.len() < self.threads {
            let ready = self
                .waiting
                .iter()
                .enumerate()
                .filter(|(_, waiting)| self.ready_at(&waiting.stranger, now) <= now);
            let next = ready.min_by_key(|(_, other)| (self.trouble(&other.stranger, now), other.number));
            let Some((at, _)) = next else { break };
            let Waiting { number, stranger, verdict } = self.waiting.remove(at);
            // Otherwise its client has hung up.
            if verdict.send(Ok(())).is_ok() {
                self.checking.push(number);
                for (party, _) in SLOWED {
                    if let Some(mut slowed) = self.slowed.get_mut(&stranger.0[party]) {
                        slowed.not_before = now + slowed.delay;
                    }
                }
            }
        }
    }

    /// When `dispatch` has to be called next, if that is earlier than was said before: an attempt may be checked by then.
    pub(crate) fn next_alarm(&mut self, now: Instant) -> Option<Instant> {
        if self.checking.len() >= self.threads {
            return None;
        }
        let earliest = self.waiting.iter().map(|waiting| self.ready_at(&waiting.stranger, now)).min()?;
        if self.alarm.is_some_and(|set| set <= earliest) {
            return None;
        }
        self.alarm = Some(earliest);
        self.alarm
    }

    /// An alarm went off.
    pub(crate) fn alarm_rang(&mut self, at: Instant) {
        if self.alarm == Some(at) {
            self.alarm = None;
        }
    }

    /// Ends an attempt, wherever it is.
    pub(crate) fn leave(&mut self, number: u64) {
        self.checking.retain(|other| *other != number);
        self.waiting.retain(|other| other.number != number);
    }

    /// Slows an attempt's account and network down by what the database counts of each, as far as that is news here; returns
    /// how long this attempt has to wait for it. `ago` is the age of each count.
    pub(crate) fn learn(
        &mut self,
        stranger: &Stranger,
        counts: [Option<(Failed, Duration)>; 2],
        now: Instant,
    ) -> Duration {
        let mut wait = Duration::ZERO;
        for ((party, pace), count) in SLOWED.into_iter().zip(counts) {
            let Some((failed, age)) = count else {
                // Forgotten, or reset by a right password elsewhere.
                self.slowed.remove(&stranger.0[party]);
                continue;
            };
            if self.slowed(&stranger.0[party], now).is_some_and(|slowed| slowed.failed == failed) {
                continue;
            }
            let left = pace.delay_after(failed.times).saturating_sub(age);
            self.slow_down((party, pace), stranger, failed, left, now);
            wait = wait.max(left);
        }
        wait
    }

    /// Slows an attempt's account and network down after a wrong password.
    pub(crate) fn was_wrong(&mut self, stranger: &Stranger, counts: [Failed; 2], now: Instant) {
        self.note_trouble(stranger, now);
        for ((party, pace), failed) in SLOWED.into_iter().zip(counts) {
            self.slow_down((party, pace), stranger, failed, pace.delay_after(failed.times), now);
        }
    }

    /// A right password: resets the account's back-off, and the connection no longer counts as guessing.
    pub(crate) fn was_right(&mut self, stranger: &Stranger) {
        self.slowed.remove(&stranger.0[ACCOUNT]);
        self.troubles.remove(&stranger.0[ACCOUNT]);
        self.troubles.remove(&stranger.0[CONNECTION]);
    }

    fn slow_down(
        &mut self,
        scope: (usize, &Pace),
        stranger: &Stranger,
        failed: Failed,
        left: Duration,
        now: Instant,
    ) {
        let (party, pace) = scope;
        let delay = pace.delay_after(failed.times);
        if delay.is_zero() {
            return;
        }
        let slowed = Slowed { delay, not_before: now + left, until: now + FORGOTTEN_AFTER, failed };
        self.slowed.insert(stranger.0[party].clone(), slowed);
        // While it was not slowed down, more than these may have begun to wait.
        while let Some(worst) = self.worst_beyond(pace.most_waiting, Some(scope), stranger, now) {
            self.refuse(worst, delay, now);
        }
    }

    fn slowed(&self, party: &Party, now: Instant) -> Option<&Slowed> {
        self.slowed.get(party).filter(|slowed| now < slowed.until)
    }

    fn ready_at(&self, stranger: &Stranger, now: Instant) -> Instant {
        let slowed = SLOWED.iter().filter_map(|(party, _)| self.slowed(&stranger.0[*party], now));
        slowed.map(|slowed| slowed.not_before).fold(now, Instant::max)
    }

    fn refuse(&mut self, at: usize, retry_after: Duration, now: Instant) {
        let Waiting { stranger, verdict, .. } = self.waiting.remove(at);
        self.note_trouble(&stranger, now);
        // Its client may have hung up.
        let _ = verdict.send(Err(retry_after));
    }

    /// The recent trouble of an attempt's connection, network and account, in this order: what attempts have in common
    /// decides nothing between them.
    fn trouble(&self, stranger: &Stranger, now: Instant) -> [u32; 3] {
        stranger.0.each_ref().map(|party| {
            let trouble = self.troubles.get(party);
            trouble.filter(|trouble| now - trouble.latest < TROUBLE_LASTS).map_or(0, |trouble| trouble.times)
        })
    }

    /// How long to hold back a refusal: a client that tries again at once must not keep the cores busy with refusals. One that
    /// is held back takes a connection and some KiB.
    pub(crate) fn pause(&self, stranger: &Stranger, now: Instant) -> Duration {
        let trouble = self.trouble(stranger, now);
        let goes_on = trouble.iter().zip(PAUSE_AFTER).any(|(times, after)| *times > after);
        if goes_on { PAUSE } else { Duration::ZERO }
    }

    /// Makes further attempts of the same network, account and connection give way to others for a while.
    pub(crate) fn note_trouble(&mut self, stranger: &Stranger, now: Instant) {
        let counts = self.trouble(stranger, now);
        for (party, times) in stranger.0.iter().zip(counts) {
            self.troubles.insert(party.clone(), Trouble { times: times.saturating_add(1), latest: now });
        }
    }
}

#[cfg(test)]
mod tests;
