//! How many keys each address may ask for.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

/// How many an address may send in `WINDOW`, wrong ones included.
const MOST: usize = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// When more addresses than this are remembered, the quiet ones are forgotten.
const SWEEP_ABOVE: usize = 10_000;

/// When each address sent its latest requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRequests(Arc<Mutex<HashMap<IpAddr, VecDeque<OffsetDateTime>>>>);

impl KeyRequests {
    /// Counts a request, or says how long to wait.
    pub(crate) fn count(&self, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
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
