//! Consumer keys that programs request without signing in. They wait for an administrator; two limits keep the table
//! from being flooded.

use std::{net::IpAddr, time::Duration};

use domain::{Action, Actor, Consumer};
use store::activity::By;

use crate::{consumers::check_new, error::ServiceError, service::Service};

/// Requests that may wait for a decision at once.
const MOST_UNDECIDED: u64 = 100;
/// `Retry-After` while too many wait: administrators do not decide by the minute.
const RETRY_AFTER: Duration = Duration::from_hours(1);

/// Why a request was refused. The durations are the time to wait before the next one.
#[derive(Debug, thiserror::Error)]
pub enum KeyRequestError {
    /// This address has sent too many requests.
    #[error("Too many keys were asked for from this address. Try again in a minute.")]
    TooMany(Duration),
    /// Too many earlier requests are undecided.
    #[error(
        "Too many keys wait for an administrator's decision. Ask one to decide about them, then try again."
    )]
    TooManyUndecided(Duration),
    /// The request is invalid, or it could not be saved.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Service {
    /// Counts a key request for its sender's address. Call it before reading the request: invalid ones count, too.
    pub fn count_key_request(&self, address: IpAddr) -> Result<(), KeyRequestError> {
        self.key_requests.count(address, self.clock.now()).map_err(KeyRequestError::TooMany)
    }

    /// Registers the requested consumer as Pending. `trusted` is only a wish, which administrators see.
    pub async fn request_key(
        &self,
        name: Option<&str>,
        secret: &str,
        trusted: bool,
        address: IpAddr,
    ) -> Result<Consumer, KeyRequestError> {
        let from = address.to_string();
        let (name, secret) = check_new(name.unwrap_or(&from), secret)?;
        if self.store.consumers().count_undecided_requests().await.map_err(ServiceError::from)?
            >= MOST_UNDECIDED
        {
            return Err(KeyRequestError::TooManyUndecided(RETRY_AFTER));
        }
        let now = self.clock.now();
        let by = By { actor: Actor::Request, address: Some(from), at: now };
        Ok(self.insert_consumer(name, &secret, trusted, by, Action::ConsumerRequested).await?)
    }
}
