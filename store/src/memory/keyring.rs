//! What verification asks of the database on every request, kept in memory: consumers, tokens and users.
//!
//! It answers only while the feed is alive, so that what another process changes is noticed within a second or the
//! database is asked; what this process changes is forgotten before the change is acknowledged (`Store::commit`).

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{Action, ConsumerKey, ConsumerName, Status, User};
use quick_cache::sync::Cache;
use tokio::time::timeout;

use crate::{error::StoreError, vault::Secret};

/// How long the keyring answers after the feed was last seen alive.
const ALIVE: Duration = Duration::from_secs(1);

/// How long the database may take over a row that is not in memory.
const READ_WITHIN: Duration = Duration::from_secs(3);

/// How many of each are kept; what is asked for least goes first. Some 40 MB when full.
const CONSUMERS: usize = 50_000;
const TOKENS: usize = 100_000;
const USERS: usize = 20_000;

/// A consumer as verification needs it.
#[derive(Debug)]
pub struct KnownConsumer {
    /// Its key.
    pub key: ConsumerKey,
    /// Its name.
    pub name: ConsumerName,
    /// Whether it may do anything.
    pub status: Status,
    /// What it signs with.
    pub secret: Secret,
    /// Or this, as PEM.
    pub rsa_public_key: Option<String>,
    /// The only callback it may ask for, where one is registered.
    pub callback_url: Option<String>,
    /// Whether its users are not asked for consent.
    pub trusted: bool,
    /// Tells this reading of the row from the next one, which tokens have to be read after.
    pub(crate) reading: u64,
    pub(crate) used: Used,
}

/// Token credentials (RFC 5849 section 2.3) as verification needs them.
#[derive(Debug)]
pub struct KnownToken {
    /// The identifier.
    pub token: String,
    /// Who holds them.
    pub consumer_key: ConsumerKey,
    /// What the holder signs with, besides its own secret.
    pub secret: Secret,
    /// For whom.
    pub user_id: i64,
    /// Milliseconds since 1970 at which they end; none: when they are revoked.
    pub expires_at: Option<i64>,
    /// Whether they were revoked.
    pub revoked: bool,
    pub(crate) reading: u64,
    pub(crate) used: Used,
}

/// When something was last used, until that is written down.
#[derive(Debug, Default)]
pub(crate) struct Used {
    at: AtomicI64,
    waiting: AtomicBool,
}

impl Used {
    /// Notes a use; true where nobody has put this on the list of what has to be written yet.
    fn note(&self, at: i64) -> bool {
        self.at.fetch_max(at, Ordering::Relaxed);
        self.again()
    }

    /// True where nobody has put this on the list meanwhile.
    fn again(&self) -> bool {
        !self.waiting.swap(true, Ordering::AcqRel)
    }

    /// Takes the time of the last use, so that the next use is put on the list again.
    pub(crate) fn take(&self) -> i64 {
        self.waiting.store(false, Ordering::Release);
        self.at.load(Ordering::Relaxed)
    }
}

/// What a change makes outdated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// A consumer and its tokens.
    Consumer(ConsumerKey),
    /// Who users are. Rare enough to forget all of them.
    Users,
    /// All of it: a later version did what this one does not know.
    Everything,
}

impl Outdated {
    /// What a line of activity makes outdated.
    pub(crate) fn by(action: &Action, key: Option<ConsumerKey>) -> Option<Self> {
        match action {
            Action::ConsumerRegistered
            | Action::ConsumerRequested
            | Action::ConsumerApproved
            | Action::ConsumerDisapproved
            | Action::ConsumerEdited
            | Action::ConsumerRemoved
            | Action::TokensRevoked => key.map(Self::Consumer),
            Action::UserDisabled | Action::UserEnabled | Action::UserPermitted | Action::UserForbidden => {
                Some(Self::Users)
            }
            Action::UserAdded
            | Action::PasswordChanged
            | Action::SignedIn
            | Action::SignedOut
            | Action::AccessAllowed
            | Action::AccessDenied
            | Action::TokenIssued
            | Action::VaultRotated => None,
            Action::Unknown(_) => Some(Self::Everything),
        }
    }
}

/// What is kept, and whether it may answer.
#[derive(Debug)]
pub(crate) struct Keyring {
    pub(crate) consumers: Cache<ConsumerKey, Option<Arc<KnownConsumer>>>,
    pub(crate) tokens: Cache<Box<str>, Arc<KnownToken>>,
    pub(crate) users: Cache<i64, Arc<User>>,
    /// Counts what was forgotten, so that a row read before a change is not kept after it. Held while rows are put in or
    /// taken out, so that nobody sees one in between; whoever finds a row does not need it.
    forgotten: Mutex<u64>,
    readings: AtomicU64,
    begin: Instant,
    /// When the feed was last seen alive, in milliseconds after `begin`; 0: never.
    beat: AtomicU64,
    /// What was used since that was last written down.
    pub(crate) used_consumers: Mutex<Vec<Arc<KnownConsumer>>>,
    pub(crate) used_tokens: Mutex<Vec<Arc<KnownToken>>>,
}

impl Keyring {
    pub(crate) fn new() -> Self {
        Self {
            consumers: Cache::new(CONSUMERS),
            tokens: Cache::new(TOKENS),
            users: Cache::new(USERS),
            forgotten: Mutex::new(0),
            readings: AtomicU64::new(0),
            begin: Instant::now(),
            beat: AtomicU64::new(0),
            used_consumers: Mutex::new(Vec::new()),
            used_tokens: Mutex::new(Vec::new()),
        }
    }

    /// How long the process has been running, for `beat`.
    pub(crate) fn milliseconds(&self) -> u64 {
        // One more, so that 0 stands for never.
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The feed has read everything that was done before `at`, as `milliseconds` tells it.
    pub(crate) fn beat(&self, at: u64) {
        self.beat.store(at, Ordering::Release);
    }

    /// What others do is not known from here on, until the next beat.
    pub(crate) fn is_cut_off(&self) {
        self.beat.store(0, Ordering::Release);
    }

    /// Whether the keyring may answer.
    pub(crate) fn is_alive(&self) -> bool {
        let beat = self.beat.load(Ordering::Acquire);
        beat != 0 && u128::from(self.milliseconds().saturating_sub(beat)) <= ALIVE.as_millis()
    }

    pub(crate) fn forget(&self, outdated: Outdated) {
        let mut forgotten = self.forgotten();
        *forgotten += 1;
        match outdated {
            // The tokens go with it: they count only beside the reading of the consumer they were read after.
            Outdated::Consumer(key) => _ = self.consumers.remove(&key),
            Outdated::Users => self.users.clear(),
            Outdated::Everything => {
                self.consumers.clear();
                self.tokens.clear();
                self.users.clear();
            }
        }
    }

    /// Forgets everything: what was done since it was read is not known.
    pub(crate) fn forget_all(&self) {
        self.beat.store(0, Ordering::Release);
        let mut forgotten = self.forgotten();
        *forgotten += 1;
        self.consumers.clear();
        self.tokens.clear();
        self.users.clear();
    }

    /// Keeps what `read` gives, unless something was forgotten while it read.
    pub(crate) async fn keep<T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
        insert: impl FnOnce(&T),
    ) -> Result<T, StoreError> {
        let before = *self.forgotten();
        let read = timeout(READ_WITHIN, read).await.unwrap_or(Err(StoreError::TookTooLong))?;
        let forgotten = self.forgotten();
        if *forgotten == before && self.is_alive() {
            insert(&read);
        }
        Ok(read)
    }

    pub(crate) fn next_reading(&self) -> u64 {
        self.readings.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes a use (milliseconds since 1970) of a consumer, and of its token where there is one.
    pub(crate) fn note_use(&self, consumer: &Arc<KnownConsumer>, token: Option<&Arc<KnownToken>>, at: i64) {
        if consumer.used.note(at) {
            push(&self.used_consumers, consumer);
        }
        if let Some(token) = token
            && token.used.note(at)
        {
            push(&self.used_tokens, token);
        }
    }

    /// Puts what could not be written down on the lists again.
    pub(crate) fn note_again(&self, consumers: &[Arc<KnownConsumer>], tokens: &[Arc<KnownToken>]) {
        for known in consumers.iter().filter(|known| known.used.again()) {
            push(&self.used_consumers, known);
        }
        for known in tokens.iter().filter(|known| known.used.again()) {
            push(&self.used_tokens, known);
        }
    }

    fn forgotten(&self) -> MutexGuard<'_, u64> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push<T>(list: &Mutex<Vec<Arc<T>>>, used: &Arc<T>) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(used.clone());
}
