//! Rate limit of key requests, per IPv4 address or IPv6 /64. Each request costs the same, however many are remembered.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Network;
use time::OffsetDateTime;

/// Requests that a network may send within `WINDOW`, invalid ones included.
const MOST_IN_WINDOW: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Requests that are remembered, about 20 MB. Past it, the requests of networks that are not known yet are not counted:
/// forgetting others for them would free those, and refusing them would keep newcomers out. What each network may have
/// undecided is limited all the same, in the database.
const MOST_REMEMBERED: usize = 200_000;

/// The requests within `WINDOW`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimit(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    /// The times of each network's requests, oldest first.
    sent: HashMap<Network, VecDeque<OffsetDateTime>>,
    /// All of them in order, to forget each as it leaves the window.
    in_order: VecDeque<(OffsetDateTime, Network)>,
}

/// Unsigned: after the clock is set back, a network waits no longer than the window.
fn is_in_window(at: OffsetDateTime, now: OffsetDateTime) -> bool {
    (now - at).unsigned_abs() < WINDOW
}

impl RateLimit {
    /// Counts a request, or returns how long to wait.
    pub(crate) fn count(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.forget_old(now);
        remembered.count(Network::of(address), now)
    }
}

impl Remembered {
    /// Forgets what has left the window. Each request is forgotten once, so this costs each of them the same.
    fn forget_old(&mut self, now: OffsetDateTime) {
        while let Some((_, network)) = self.in_order.pop_front_if(|(at, _)| !is_in_window(*at, now)) {
            let Some(sent) = self.sent.get_mut(&network) else { continue };
            sent.retain(|at| is_in_window(*at, now));
            if sent.is_empty() {
                self.sent.remove(&network);
            }
        }
    }

    fn count(&mut self, network: Network, now: OffsetDateTime) -> Result<(), Duration> {
        if self.in_order.len() >= MOST_REMEMBERED && !self.sent.contains_key(&network) {
            return Ok(());
        }
        let sent = self.sent.entry(network).or_default();
        // Where the clock was set back, `in_order` is not in the order of time.
        sent.retain(|at| is_in_window(*at, now));
        if let Some(first) = sent.front().filter(|_| sent.len() >= MOST_IN_WINDOW) {
            return Err(WINDOW.saturating_sub((now - *first).unsigned_abs()));
        }
        sent.push_back(now);
        self.in_order.push_back((now, network));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    /// One request of each of the first networks of 10.0.0.0/8.
    fn flood(requests: &RateLimit, networks: usize, now: OffsetDateTime) {
        for n in 0..u32::try_from(networks).unwrap() {
            let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            requests.count(address, now).unwrap();
        }
    }

    /// How many requests and networks are remembered.
    fn remembered(requests: &RateLimit) -> (usize, usize) {
        let remembered = requests.0.lock().unwrap();
        (remembered.in_order.len(), remembered.sent.len())
    }

    #[test]
    fn an_address_may_send_ten_requests_a_minute_and_others_are_not_affected() {
        let requests = RateLimit::default();
        for second in 0..10 {
            assert_eq!(requests.count(HERE, NOW + Duration::from_secs(second)), Ok(()));
        }
        let later = NOW + Duration::from_secs(20);
        assert_eq!(requests.count(HERE, later), Err(Duration::from_secs(40)));
        assert_eq!(requests.count(THERE, later), Ok(()));
        assert_eq!(requests.count(HERE, NOW + Duration::from_mins(1)), Ok(()));
    }

    #[test]
    fn the_addresses_of_an_ipv6_64_share_their_requests() {
        let requests = RateLimit::default();
        let address = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
        (1..=10).for_each(|host| requests.count(address(host), NOW).unwrap());
        assert_eq!(requests.count(address(11), NOW), Err(WINDOW));
        assert_eq!(requests.count(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), NOW), Ok(()));
    }

    #[test]
    fn what_has_left_the_window_is_forgotten_by_whichever_request_comes_next() {
        let requests = RateLimit::default();
        flood(&requests, 100_000, NOW);
        assert_eq!(remembered(&requests), (100_000, 100_000));
        // A step of the clock inside the window forgets nothing, so a request has nothing to go through.
        requests.count(HERE, NOW + Duration::from_secs(59)).unwrap();
        assert_eq!(remembered(&requests), (100_001, 100_001));
        requests.count(THERE, NOW + WINDOW).unwrap();
        assert_eq!(remembered(&requests), (2, 2));
    }

    #[test]
    fn a_flood_of_addresses_neither_grows_without_bound_nor_frees_nor_refuses_another_address() {
        let requests = RateLimit::default();
        (0..MOST_IN_WINDOW).for_each(|_| requests.count(HERE, NOW).unwrap());
        flood(&requests, MOST_REMEMBERED + 1_000, NOW);
        assert_eq!(remembered(&requests).0, MOST_REMEMBERED);
        assert_eq!(requests.count(HERE, NOW), Err(WINDOW));
        assert_eq!(requests.count(THERE, NOW), Ok(()));
        assert_eq!(requests.count(HERE, NOW + WINDOW), Ok(()));
        assert_eq!(remembered(&requests), (1, 1));
    }

    #[test]
    fn setting_the_clock_back_locks_no_address_out() {
        let requests = RateLimit::default();
        let now = NOW + Duration::from_hours(2);
        (0..10).for_each(|_| requests.count(HERE, now).unwrap());
        assert_eq!(requests.count(HERE, now - Duration::from_hours(1)), Ok(()));
    }
}
