//! Consumer keys that programs request without signing in. They wait for an administrator; two limits keep the table
//! from being flooded.

use std::{net::IpAddr, time::Duration};

use domain::{Action, Actor, Consumer};
use store::activity::By;

use crate::{
    consumers::register::{check_new, insert},
    error::ServiceError,
    service::Service,
};

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

/// The requests of programs for a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequests<'a>(&'a Service);

impl Service {
    /// The requests of programs for a key.
    pub fn key_requests(&self) -> KeyRequests<'_> {
        KeyRequests(self)
    }
}

impl KeyRequests<'_> {
    /// Admits a request unless its sender's address has sent too many. Call it before reading the request: invalid ones
    /// count, too.
    pub fn admit(self, address: IpAddr) -> Result<(), KeyRequestError> {
        self.0.key_request_limit.count(address, self.0.clock.now()).map_err(KeyRequestError::TooMany)
    }

    /// Registers the requested consumer as Pending. To be trusted is only a wish, which administrators see.
    pub async fn register(
        self,
        name: Option<&str>,
        secret: &str,
        trusted_wished: bool,
        address: IpAddr,
    ) -> Result<Consumer, KeyRequestError> {
        let from = address.to_string();
        let (name, secret) = check_new(name.unwrap_or(&from), secret)?;
        if self.0.store.consumers().count_undecided_requests().await.map_err(ServiceError::from)?
            >= MOST_UNDECIDED
        {
            return Err(KeyRequestError::TooManyUndecided(RETRY_AFTER));
        }
        let now = self.0.clock.now();
        let by = By { actor: Actor::Request, address: Some(from), at: now };
        Ok(insert(&self.0.store, name, &secret, trusted_wished, by, Action::ConsumerRequested).await?)
    }
}
