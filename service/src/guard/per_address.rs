//! Rate limit of key requests, per address.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

/// Requests that an address may send within `WINDOW`, invalid ones included.
const MOST_IN_WINDOW: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Above this many addresses, those without a request within `WINDOW` are removed.
const SWEEP_ABOVE: usize = 10_000;

/// The times of each address's requests within `WINDOW`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimit(Arc<Mutex<HashMap<IpAddr, VecDeque<OffsetDateTime>>>>);

impl RateLimit {
    /// Counts a request, or returns how long to wait.
    pub(crate) fn count(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > SWEEP_ABOVE {
            all.retain(|_, sent| sent.back().is_some_and(|last| now - *last < WINDOW));
        }
        let sent = all.entry(address).or_default();
        // Unsigned: after the clock is set back, an address waits no longer than the window.
        sent.retain(|at| (now - *at).unsigned_abs() < WINDOW);
        if let Some(first) = sent.front().filter(|_| sent.len() >= MOST_IN_WINDOW) {
            return Err(WINDOW.saturating_sub((now - *first).unsigned_abs()));
        }
        sent.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    #[test]
    fn an_address_may_send_ten_requests_a_minute_and_others_are_not_affected() {
        let requests = RateLimit::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for second in 0..10 {
            assert_eq!(requests.count(HERE, now + Duration::from_secs(second)), Ok(()));
        }
        let later = now + Duration::from_secs(20);
        assert_eq!(requests.count(HERE, later), Err(Duration::from_secs(40)));
        assert_eq!(requests.count(THERE, later), Ok(()));
        assert_eq!(requests.count(HERE, now + Duration::from_mins(1)), Ok(()));
    }

    #[test]
    fn setting_the_clock_back_locks_no_address_out() {
        let requests = RateLimit::default();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(2);
        (0..10).for_each(|_| requests.count(HERE, now).unwrap());
        assert_eq!(requests.count(HERE, now - Duration::from_hours(1)), Ok(()));
    }
}
