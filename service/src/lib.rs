//! Use cases: who may, load, decide, save, tell. Every administrative one takes an `Admin`, which only `sign_in` makes.

pub mod clock;
pub mod consumers;
pub mod error;
mod fields;
mod passwords;
pub mod set_up;
pub mod sign_in;
mod slow_down;
mod token;
pub mod users;

use std::sync::Arc;

pub use clock::Clock;
pub use error::ServiceError;
pub use sign_in::{Admin, NotPermitted, SignedIn};
use store::Store;
pub use token::Token;

/// Everything the use cases share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    store: Arc<Store>,
    clock: Clock,
    passwords: passwords::Passwords,
    slow_down: slow_down::SlowDown,
}

impl Service {
    /// The use cases over a store, by a clock.
    pub fn new(store: Arc<Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            passwords: passwords::Passwords::new(),
            slow_down: slow_down::SlowDown::default(),
        }
    }

    /// What time it is, by the clock that every use case goes by.
    pub fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    /// What a line of activity means to the table of consumer keys, if anything.
    pub fn event(line: &store::feed::Line) -> Result<Option<domain::Event>, ServiceError> {
        Ok(store::feed::event(line)?)
    }

    /// Every line of activity from now on, for event streams.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<store::feed::Line> {
        self.store.listen()
    }
}
