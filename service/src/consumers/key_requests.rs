//! Consumer keys that programs request without signing in. They wait for an administrator, for 30 days at most.
//!
//! Each network has a rate and a share of its own, and requests that are alike are one: what some ask for keeps nobody
//! out, however many they are.

use std::{net::IpAddr, time::Duration};

use domain::{Actor, Consumer, ConsumerKey, key_request::UNDECIDED_FOR};
use store::{
    activity::By,
    key_requests::{Limits, Requested},
    random,
};
use tokio::time::{MissedTickBehavior, interval};

use crate::{consumers::register::check_new, error::ServiceError, service::Service};

/// Requests of one network that may wait for a decision at once: more friends than share an address in practice, and few
/// enough to be looked through.
const MOST_OF_NETWORK: u64 = 20;
/// `Retry-After` while that many wait: administrators do not decide by the minute.
const RETRY_AFTER: Duration = Duration::from_hours(1);
/// How often those that have ended are removed.
const END_EVERY: Duration = Duration::from_hours(1);

/// Why a request was refused. The durations are the time to wait before the next one.
#[derive(Debug, thiserror::Error)]
pub enum KeyRequestError {
    /// A setting turns requests off.
    #[error("This server takes no requests for keys. Ask its administrator for a key and secret.")]
    Off,
    /// This network has sent too many requests.
    #[error("Too many keys were asked for from this address. Try again in a minute.")]
    TooMany(Duration),
    /// Too many earlier requests of this network are undecided.
    #[error(
        "Too many keys that were asked for from this address wait for an administrator's decision. Ask one to decide about them, then try again."
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
    /// Whether programs may ask at all.
    pub fn are_on(self) -> bool {
        self.0.rules.key_requests
    }

    /// Admits a request unless its sender's network has sent too many. Call it before reading the request: invalid ones
    /// count, too.
    pub fn admit(self, address: IpAddr) -> Result<(), KeyRequestError> {
        if !self.are_on() {
            return Err(KeyRequestError::Off);
        }
        self.0.key_request_limit.count(address, self.0.clock.now()).map_err(KeyRequestError::TooMany)
    }

    /// Registers the requested consumer as Pending, or finds the undecided one that was requested alike. `trusted` is only
    /// a wish, which administrators see.
    pub async fn register(
        self,
        name: Option<&str>,
        secret: &str,
        trusted_wished: bool,
        address: IpAddr,
    ) -> Result<Consumer, KeyRequestError> {
        let (name, secret) = check_new(name.unwrap_or(&address.to_string()), secret)?;
        let now = self.0.clock.now();
        let key = ConsumerKey::from_random(random::bytes());
        let consumer = Consumer::register(key, name, trusted_wished, Actor::Request, now);
        let limits = Limits { of_network: MOST_OF_NETWORK, since: now - UNDECIDED_FOR };
        let requested = self.0.store.key_requests().request(consumer, &secret, address, limits).await;
        match requested.map_err(ServiceError::from)? {
            Requested::New(consumer) | Requested::Again(consumer) => Ok(consumer),
            Requested::TooMany => Err(KeyRequestError::TooManyUndecided(RETRY_AFTER)),
        }
    }

    /// Removes the requests whose time is over and that nobody has decided on; returns how many.
    pub async fn end_undecided(self) -> Result<u64, ServiceError> {
        let now = self.0.clock.now();
        let by = By { actor: Actor::Server, address: None, at: now, reason: None };
        Ok(self.0.store.key_requests().end_undecided(now - UNDECIDED_FOR, by).await?)
    }

    /// Ends requests and writes repetitions down while the process serves.
    pub async fn keep_up(self) {
        let mut end = interval(END_EVERY);
        end.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = async {
            loop {
                end.tick().await;
                match self.end_undecided().await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "requests for keys ended undecided and were removed"),
                    Err(error) => {
                        tracing::error!(error = %error.cause(), "requests for keys could not be ended; trying again in an hour");
                    }
                }
            }
        };
        tokio::join!(end, self.0.store.key_requests().keep_writing());
    }
}
