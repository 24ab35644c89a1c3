//! Use cases: who may, load, decide, save, tell. Every administrative one takes an `Admin`, which only `sign_in` makes.

pub mod applications;
pub mod clock;
pub mod consumers;
pub mod error;
mod fields;
pub mod health;
pub mod key_requests;
mod passwords;
pub mod provider;
pub mod set_up;
pub mod sign_in;
mod slow_down;
mod steady_clock;
mod token;
pub mod users;
pub mod vault;
pub mod verify;

use std::sync::Arc;

pub use clock::Clock;
pub use error::ServiceError;
pub use sign_in::{Admin, NotPermitted, SignedIn};
use store::Store;
pub use token::Token;
pub use verify::{Rules, Verified, VerifyError};

/// Everything the use cases share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    store: Arc<Store>,
    clock: Clock,
    passwords: passwords::Passwords,
    turns: slow_down::Turns,
    key_requests: key_requests::KeyRequests,
    steady_clock: Arc<steady_clock::SteadyClock>,
    rules: Rules,
}

impl Service {
    /// The use cases over a store, by a clock and by what this server accepts.
    pub fn new(store: Arc<Store>, clock: Clock, rules: Rules) -> Self {
        Self {
            store,
            clock,
            passwords: passwords::Passwords::new(),
            turns: slow_down::Turns::default(),
            key_requests: key_requests::KeyRequests::default(),
            steady_clock: Arc::default(),
            rules,
        }
    }

    /// What time it is, by the clock that every use case goes by.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    /// Everything that happens from now on, for event streams.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<store::feed::News> {
        self.store.listen()
    }
}
