//! The lane of known browsers: those that the account has signed in from before. It has places for each account and passes
//! every queue of strangers.

use std::sync::{Arc, Mutex, PoisonError};

/// Wrong passwords that a known browser may send until it counts as a stranger.
const WRONG_PER_DEVICE: u32 = 10;
/// Places of an account; its further attempts queue as strangers do.
const AT_ONCE_PER_ACCOUNT: usize = 8;

/// The attempts of known browsers that run on this node: the account's number and the device.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownBrowsers(Arc<Mutex<Vec<(i64, String)>>>);

/// Held while an attempt runs.
#[derive(Debug)]
pub(crate) struct Place {
    lane: KnownBrowsers,
    account: i64,
    device: String,
}

impl KnownBrowsers {
    /// A place for an attempt from this device; `None` if it has sent too many wrong passwords, counting its attempts that
    /// still run, or if the account's places are taken.
    pub(crate) fn enter(&self, account: i64, device: &str, wrong: u32) -> Option<Place> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = running.iter().filter(|(other, _)| *other == account).count();
        let of_device = running.iter().filter(|(other, name)| *other == account && name == device).count();
        let left = usize::try_from(WRONG_PER_DEVICE.saturating_sub(wrong)).unwrap_or(usize::MAX);
        if of_account >= AT_ONCE_PER_ACCOUNT || of_device >= left {
            return None;
        }
        running.push((account, device.to_owned()));
        Some(Place { lane: self.clone(), account, device: device.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.lane.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own =
            running.iter().position(|(account, device)| *account == self.account && *device == self.device);
        own.map(|at| running.swap_remove(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_a_budget_of_wrong_passwords_and_parallel_attempts_do_not_exceed_it() {
        let lane = KnownBrowsers::default();
        assert!(lane.enter(1, "laptop", WRONG_PER_DEVICE).is_none());
        let last = lane.enter(1, "laptop", WRONG_PER_DEVICE - 1);
        assert!(last.is_some());
        assert!(lane.enter(1, "laptop", WRONG_PER_DEVICE - 1).is_none(), "the one that runs may be wrong");
        assert!(lane.enter(1, "phone", 0).is_some());
        drop(last);
        assert!(lane.enter(1, "laptop", WRONG_PER_DEVICE - 1).is_some());
    }

    #[test]
    fn an_account_has_its_places_and_takes_none_of_another() {
        let lane = KnownBrowsers::default();
        let places: Vec<_> = (0..20).filter_map(|n| lane.enter(1, &format!("device {n}"), 0)).collect();
        assert_eq!(places.len(), AT_ONCE_PER_ACCOUNT);
        assert!(lane.enter(2, "laptop", 0).is_some());
        drop(places);
        assert!(lane.0.lock().unwrap().is_empty());
    }
}
