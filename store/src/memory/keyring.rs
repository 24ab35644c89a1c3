//! The cache of the rows that verification reads on every request: consumers, tokens and users.
//!
//! It answers only while the feed is alive: a change by another process is noticed within a second, or else the
//! database is asked. A change by this process evicts its rows before it is acknowledged (`Store::commit`).

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{Action, Cidr, ConsumerKey, ConsumerName, Status, User, cidr};
use quick_cache::sync::Cache;
use time::OffsetDateTime;
use tokio::{sync::Notify, time::timeout};

use crate::{error::StoreError, memory::pace::Pace, vault::Secret};

/// How long the cache may answer after the feed was last known to be alive.
const ALIVE: Duration = Duration::from_secs(1);

/// The time limit for reading an uncached row.
const READ_WITHIN: Duration = Duration::from_secs(3);

/// Capacities; the least used rows are evicted first. About 50 MB when full.
const CONSUMERS: usize = 50_000;
const TOKENS: usize = 100_000;
const USERS: usize = 20_000;

/// A consumer as verification needs it.
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
#[derive(Debug)]
pub struct CachedConsumer {
    /// Its key.
    pub key: ConsumerKey,
    /// Its name.
    pub name: ConsumerName,
    /// Its status; only an Approved consumer may do anything.
    pub status: Status,
    /// The shared secret it signs with; without `has_secret` one that nobody knows.
    pub secret: Secret,
    /// Whether it may sign with a shared secret.
    pub has_secret: bool,
    /// The key its RSA signatures are verified with instead, as PEM.
    pub rsa_public_key: Option<String>,
    /// The callbacks that are registered for it, the first one first. It may use no others, unless none is.
    pub callback_urls: Vec<String>,
    /// Whether it may leave out `oauth_callback` and `oauth_verifier`.
    pub allow_oauth_1_0: bool,
    /// The user for whom it acts when it signs without a token.
    pub functional_user_id: Option<i64>,
    /// The networks from which it may be used; empty: from anywhere.
    pub networks: Vec<Cidr>,
    /// The time from which on it is refused.
    pub ends_at: Option<OffsetDateTime>,
    /// Whether its users are not asked before it acts for them (`Consumer::skips_consent`).
    pub skips_consent: bool,
    /// Whether its requests may administer this server in the name of a user who may.
    pub may_administer: bool,
    /// Which read of the row this is. A cached token counts only beside the read of its consumer that it followed.
    pub(crate) generation: u64,
    pub(crate) last_use: LastUse,
}

impl CachedConsumer {
    /// The callbacks that are registered for it, the first one first.
    pub fn callbacks(&self) -> impl Iterator<Item = &str> {
        self.callback_urls.iter().map(String::as_str)
    }

    /// Whether what another read of it signs with still holds: its shared secret, or its RSA key.
    pub fn signs_as(&self, earlier: &Self, is_rsa: bool) -> bool {
        if is_rsa {
            self.rsa_public_key == earlier.rsa_public_key
        } else {
            self.has_secret && self.secret.expose() == earlier.secret.expose()
        }
    }

    /// Whether its end has passed.
    pub fn has_ended(&self, now: OffsetDateTime) -> bool {
        self.ends_at.is_some_and(|at| at <= now)
    }

    /// Whether it may be used from an address, which is `None` if it is not known.
    pub fn may_be_used_from(&self, address: Option<IpAddr>) -> bool {
        cidr::admits(&self.networks, address)
    }
}

/// Token credentials (RFC 5849 section 2.3) as verification needs them.
#[derive(Debug)]
pub struct CachedToken {
    /// The identifier.
    pub token: String,
    /// The consumer that holds them.
    pub consumer_key: ConsumerKey,
    /// The token secret; the holder signs with it and its own secret.
    pub secret: Secret,
    /// The user for whom they act.
    pub user_id: i64,
    /// When they expire, in milliseconds since 1970; `None`: not before they are revoked.
    pub expires_at: Option<i64>,
    /// Whether they were revoked.
    pub revoked: bool,
    pub(crate) generation: u64,
    pub(crate) last_use: LastUse,
}

/// When a row was last used, and whether that still has to be written to the database.
#[derive(Debug, Default)]
pub(crate) struct LastUse {
    at: AtomicI64,
    waiting: AtomicBool,
}

impl LastUse {
    /// Records a use. Returns `true` if the caller must put the row on the list of pending writes.
    fn note(&self, at: i64) -> bool {
        self.at.fetch_max(at, Ordering::Relaxed);
        self.again()
    }

    /// Marks the row as pending. Returns `true` if it was not.
    fn again(&self) -> bool {
        !self.waiting.swap(true, Ordering::AcqRel)
    }

    /// Takes the time of the last use; the next use puts the row on the list again.
    pub(crate) fn take(&self) -> i64 {
        // A swap, so that a use which found the row on the list is among those that are read here.
        _ = self.waiting.swap(false, Ordering::AcqRel);
        self.at.load(Ordering::Relaxed)
    }
}

/// The cached rows that a change makes stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// A consumer and its tokens.
    Consumer(ConsumerKey),
    /// All users: this is rare enough to evict every one.
    Users,
    /// All of it: a later version did what this one does not know.
    Everything,
}

impl Outdated {
    /// What an activity line makes stale.
    pub(crate) fn by(action: &Action, key: Option<ConsumerKey>) -> Option<Self> {
        match action {
            Action::ConsumerRegistered
            | Action::ConsumerRequested
            | Action::ConsumerApproved
            | Action::ConsumerDisapproved
            | Action::ConsumerEdited
            | Action::ConsumerRemoved
            | Action::TokensRevoked => key.map(Self::Consumer),
            Action::UserDisabled
            | Action::UserEnabled
            | Action::UserPermitted
            | Action::UserForbidden
            | Action::SecondFactorAdded
            | Action::SecondFactorRemoved => Some(Self::Users),
            Action::UserAdded
            | Action::PasswordChanged
            | Action::PasswordLinkMade
            | Action::RecoveryCodesRenewed
            | Action::RecoveryCodeUsed
            | Action::PasskeyAdded
            | Action::PasskeyRemoved
            | Action::SignedIn
            | Action::SignedOut
            | Action::SessionEnded
            | Action::AccessAllowed
            | Action::AccessDenied
            | Action::TokenIssued
            | Action::VaultRotated
            | Action::ActivityPruned => None,
            Action::Unknown(_) => Some(Self::Everything),
        }
    }
}

/// The cached rows, and whether they may be used.
#[derive(Debug)]
pub(crate) struct Keyring {
    pub(crate) consumers: Cache<ConsumerKey, Option<Arc<CachedConsumer>>>,
    pub(crate) tokens: Cache<Box<str>, Arc<CachedToken>>,
    pub(crate) users: Cache<i64, Arc<User>>,
    /// Counts evictions, so that a row read before one is not cached after it. Locked while rows are inserted or
    /// evicted; lookups do not take the lock.
    evictions: Mutex<u64>,
    generations: AtomicU64,
    begin: Instant,
    /// When the feed was last alive, in milliseconds since `begin`; 0: never.
    beat: AtomicU64,
    /// Wakes those who wait for a beat.
    beaten: Notify,
    /// Rows with a use that is not written to the database yet.
    pub(crate) used_consumers: Mutex<Vec<Arc<CachedConsumer>>>,
    pub(crate) used_tokens: Mutex<Vec<Arc<CachedToken>>>,
    /// Of the writer of both.
    pub(crate) uses_pace: Pace,
}

impl Keyring {
    pub(crate) fn new() -> Self {
        Self {
            consumers: Cache::new(CONSUMERS),
            tokens: Cache::new(TOKENS),
            users: Cache::new(USERS),
            evictions: Mutex::new(0),
            generations: AtomicU64::new(0),
            begin: Instant::now(),
            beat: AtomicU64::new(0),
            beaten: Notify::new(),
            used_consumers: Mutex::new(Vec::new()),
            used_tokens: Mutex::new(Vec::new()),
            uses_pace: Pace::default(),
        }
    }

    /// The age of this cache in milliseconds: the clock of `beat`.
    pub(crate) fn milliseconds(&self) -> u64 {
        // Starts at 1, since 0 stands for never.
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The feed has processed every change before `at` (on the clock of `milliseconds`).
    pub(crate) fn beat(&self, at: u64) {
        self.beat.store(at, Ordering::Release);
        self.beaten.notify_waiters();
    }

    /// Changes by others may be missed from now on, until the next beat: the cache stops answering.
    pub(crate) fn cut_off(&self) {
        self.beat.store(0, Ordering::Release);
    }

    /// Whether the cache may answer.
    pub(crate) fn is_alive(&self) -> bool {
        let beat = self.beat.load(Ordering::Acquire);
        beat != 0 && u128::from(self.milliseconds().saturating_sub(beat)) <= ALIVE.as_millis()
    }

    /// Waits until the cache may answer.
    pub(crate) async fn until_alive(&self) {
        loop {
            // Made before the look, so that a beat in between wakes it.
            let beaten = self.beaten.notified();
            if self.is_alive() {
                return;
            }
            beaten.await;
        }
    }

    pub(crate) fn evict(&self, outdated: Outdated) {
        let mut evictions = self.evictions();
        *evictions += 1;
        match outdated {
            // Its tokens become useless with it: they count only beside the read of the consumer that they followed.
            Outdated::Consumer(key) => _ = self.consumers.remove(&key),
            Outdated::Users => self.users.clear(),
            Outdated::Everything => {
                self.consumers.clear();
                self.tokens.clear();
                self.users.clear();
            }
        }
    }

    /// Evicts everything, since changes may have been missed.
    pub(crate) fn evict_all(&self) {
        self.cut_off();
        self.evict(Outdated::Everything);
    }

    /// Caches what `read` returns, unless something was evicted while it ran.
    pub(crate) async fn cache<T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
        insert: impl FnOnce(&T),
    ) -> Result<T, StoreError> {
        let before = *self.evictions();
        let read = timeout(READ_WITHIN, read).await.unwrap_or(Err(StoreError::TookTooLong))?;
        let evictions = self.evictions();
        if *evictions == before && self.is_alive() {
            insert(&read);
        }
        Ok(read)
    }

    pub(crate) fn next_generation(&self) -> u64 {
        self.generations.fetch_add(1, Ordering::Relaxed)
    }

    /// Records a use of a consumer, and of its token if there is one; `at` is in milliseconds since 1970.
    pub(crate) fn note_use(&self, consumer: &Arc<CachedConsumer>, token: Option<&Arc<CachedToken>>, at: i64) {
        let is_new = consumer.last_use.note(at);
        if is_new {
            push(&self.used_consumers, consumer);
        }
        let new_token = token.filter(|token| token.last_use.note(at));
        if let Some(token) = new_token {
            push(&self.used_tokens, token);
        }
        // After both: the writer takes them together.
        if is_new || new_token.is_some() {
            self.uses_pace.note();
        }
    }

    /// Puts rows whose uses could not be written back on the lists.
    pub(crate) fn note_again(&self, consumers: &[Arc<CachedConsumer>], tokens: &[Arc<CachedToken>]) {
        for cached in consumers.iter().filter(|cached| cached.last_use.again()) {
            push(&self.used_consumers, cached);
        }
        for cached in tokens.iter().filter(|cached| cached.last_use.again()) {
            push(&self.used_tokens, cached);
        }
        self.uses_pace.note();
    }

    fn evictions(&self) -> MutexGuard<'_, u64> {
        self.evictions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push<T>(list: &Mutex<Vec<Arc<T>>>, used: &Arc<T>) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(used.clone());
}
