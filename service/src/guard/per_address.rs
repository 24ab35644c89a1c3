//! Rate limit of key requests, per address or IPv6 /64.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Network;
use quick_cache::unsync::Cache;
use time::OffsetDateTime;

/// Requests that an address may send within `WINDOW`, invalid ones included.
const MOST_IN_WINDOW: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Networks that are remembered; others are forgotten for them.
const MOST_NETWORKS: usize = 10_000;

/// The times of each network's requests within `WINDOW`.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit(Arc<Mutex<Cache<Network, VecDeque<OffsetDateTime>>>>);

impl Default for RateLimit {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Cache::new(MOST_NETWORKS))))
    }
}

impl RateLimit {
    /// Counts a request, or returns how long to wait.
    pub(crate) fn count(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = Network::of(address);
        let mut sent = all.remove(&network).map(|(_, sent)| sent).unwrap_or_default();
        // Unsigned: after the clock is set back, an address waits no longer than the window.
        sent.retain(|at| (now - *at).unsigned_abs() < WINDOW);
        let first = sent.front().filter(|_| sent.len() >= MOST_IN_WINDOW);
        let counted = first.map_or(Ok(()), |first| Err(WINDOW.saturating_sub((now - *first).unsigned_abs())));
        if counted.is_ok() {
            sent.push_back(now);
        }
        all.insert(network, sent);
        counted
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
    fn the_addresses_of_an_ipv6_64_share_their_requests() {
        let requests = RateLimit::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        let address = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
        (1..=10).for_each(|host| requests.count(address(host), now).unwrap());
        assert_eq!(requests.count(address(11), now), Err(WINDOW));
        assert_eq!(requests.count(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), now), Ok(()));
    }

    #[test]
    fn a_flood_from_many_addresses_does_not_fill_the_memory() {
        let requests = RateLimit::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for address in 0..3 * u32::try_from(MOST_NETWORKS).unwrap() {
            requests.count(IpAddr::from(address.to_be_bytes()), now).unwrap();
        }
        assert!(requests.0.lock().unwrap().len() <= MOST_NETWORKS);
    }

    #[test]
    fn setting_the_clock_back_locks_no_address_out() {
        let requests = RateLimit::default();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(2);
        (0..10).for_each(|_| requests.count(HERE, now).unwrap());
        assert_eq!(requests.count(HERE, now - Duration::from_hours(1)), Ok(()));
    }
}
