//! How wrong passwords slow down further attempts: those at an account, whatever address they come from, and those from an
//! address, whatever the account.

use std::time::Duration;

/// Wrong passwords stop counting this long after the last one.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_mins(15);

/// By what one account, or one address, is slowed down.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Wrong passwords that cause no delay.
    free: u32,
    /// The first delay between two attempts; it doubles with each further wrong password.
    first: Duration,
    /// The delay stops doubling here.
    longest: Duration,
    /// Attempts that may wait at once, so that the last of them waits for about 5 s.
    pub(crate) most_waiting: usize,
}

/// An account, for all addresses together.
pub(crate) const OF_ACCOUNT: Pace =
    Pace { free: 3, first: Duration::from_millis(250), longest: Duration::from_secs(1), most_waiting: 5 };

/// An address, for all accounts together: many people may share it behind a proxy.
pub(crate) const OF_NETWORK: Pace =
    Pace { free: 5, first: Duration::from_millis(50), longest: Duration::from_millis(150), most_waiting: 32 };

impl Pace {
    /// The delay after this many wrong passwords.
    pub(crate) fn delay_after(&self, wrong: u32) -> Duration {
        match wrong.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(over) => self.first.saturating_mul(1 << over.min(10)).min(self.longest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wrong_passwords_cause_no_delay_and_then_it_doubles_up_to_a_limit() {
        let delays = [0, 2, 3, 4, 5, 50, u32::MAX].map(|wrong| OF_ACCOUNT.delay_after(wrong).as_millis());
        assert_eq!(delays, [0, 0, 250, 500, 1000, 1000, 1000]);
        let delays = [4, 5, 6, 7, u32::MAX].map(|wrong| OF_NETWORK.delay_after(wrong).as_millis());
        assert_eq!(delays, [0, 50, 100, 150, 150]);
    }

    #[test]
    fn the_last_that_may_wait_waits_for_five_seconds_at_most() {
        for pace in [OF_ACCOUNT, OF_NETWORK] {
            let wait = pace.longest * u32::try_from(pace.most_waiting).unwrap();
            assert!(wait <= Duration::from_secs(5), "{pace:?}");
        }
    }
}
