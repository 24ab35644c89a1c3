//! Keys that somebody asks for: they wait for an administrator, and nobody can flood the table with them.

use std::{net::IpAddr, time::Duration};

use domain::{Action, Actor, Consumer};
use store::activity::By;

use crate::{consumers::check_new, error::ServiceError, service::Service};

/// How many may wait for a decision at once.
const MOST_UNDECIDED: u64 = 100;
/// When to ask again where too many wait: administrators do not decide by the minute.
const AGAIN: Duration = Duration::from_hours(1);

/// Why a key was not made.
#[derive(Debug, thiserror::Error)]
pub enum KeyRequestError {
    /// This address has sent too many.
    #[error("Too many keys were asked for from this address. Try again in a minute.")]
    TooMany(Duration),
    /// Administrators have not decided about those before.
    #[error(
        "Too many keys wait for an administrator's decision. Ask one to decide about them, then try again."
    )]
    TooManyUndecided(Duration),
    /// What was sent cannot be accepted, or could not be saved.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Service {
    /// Counts a request for a key by its sender's address. Called before anything of it is read: wrong ones count too.
    pub fn count_key_request(&self, address: IpAddr) -> Result<(), KeyRequestError> {
        self.key_requests.count(address, self.clock.now()).map_err(KeyRequestError::TooMany)
    }

    /// Registers a consumer that somebody asked for. It is Pending; `trusted` is a wish that an administrator sees.
    pub async fn request_key(
        &self,
        name: Option<&str>,
        secret: &str,
        trusted: bool,
        address: IpAddr,
    ) -> Result<Consumer, KeyRequestError> {
        let from = address.to_string();
        let (name, secret) = check_new(name.unwrap_or(&from), secret)?;
        if self.store.undecided_requests().await.map_err(ServiceError::from)? >= MOST_UNDECIDED {
            return Err(KeyRequestError::TooManyUndecided(AGAIN));
        }
        let now = self.clock.now();
        let by = By { actor: Actor::Request, address: Some(from), at: now };
        Ok(self.insert_consumer(name, &secret, trusted, by, Action::ConsumerRequested).await?)
    }
}
