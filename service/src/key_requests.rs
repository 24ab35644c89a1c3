//! Keys that somebody asks for: they wait for an administrator, and nobody can flood the table with them.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{Action, Actor, Consumer};
use store::activity::By;
use time::OffsetDateTime;

use crate::{Service, ServiceError, consumers::check_new};

/// How many an address may send in `WINDOW`, wrong ones included.
const MOST: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// How many may wait for a decision at once.
const MOST_UNDECIDED: u64 = 100;
/// When to ask again where too many wait: administrators do not decide by the minute.
const AGAIN: Duration = Duration::from_hours(1);
/// When more addresses than this are remembered, the quiet ones are forgotten.
const SWEEP_ABOVE: usize = 10_000;

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

/// When each address sent its latest requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRequests(Arc<Mutex<HashMap<IpAddr, VecDeque<OffsetDateTime>>>>);

impl KeyRequests {
    /// Counts a request, or says how long to wait.
    fn count(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > SWEEP_ABOVE {
            all.retain(|_, sent| sent.back().is_some_and(|last| now - *last < WINDOW));
        }
        let sent = all.entry(address).or_default();
        // A clock that was turned back does not shut anybody out for longer than the window.
        sent.retain(|at| (now - *at).unsigned_abs() < WINDOW);
        if let Some(first) = sent.front().filter(|_| sent.len() >= MOST) {
            return Err(WINDOW.saturating_sub((now - *first).unsigned_abs()));
        }
        sent.push_back(now);
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    #[test]
    fn an_address_may_ask_ten_times_a_minute_and_others_do_not_wait_for_it() {
        let requests = KeyRequests::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for second in 0..10 {
            assert_eq!(requests.count(HERE, now + Duration::from_secs(second)), Ok(()));
        }
        let then = now + Duration::from_secs(20);
        assert_eq!(requests.count(HERE, then), Err(Duration::from_secs(40)));
        assert_eq!(requests.count(THERE, then), Ok(()));
        assert_eq!(requests.count(HERE, now + Duration::from_mins(1)), Ok(()));
    }

    #[test]
    fn a_clock_turned_back_shuts_nobody_out() {
        let requests = KeyRequests::default();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(2);
        (0..10).for_each(|_| requests.count(HERE, now).unwrap());
        assert_eq!(requests.count(HERE, now - Duration::from_hours(1)), Ok(()));
    }
}
