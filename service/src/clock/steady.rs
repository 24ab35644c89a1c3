//! What the clock may be taken to say where believing a clock that was stepped cannot be undone: forgetting nonces.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use time::OffsetDateTime;

/// A clock that went forward by a step is believed when it has stayed so for this long, or twice as long at most.
const BELIEVED_AFTER: Duration = Duration::from_mins(10);

/// Follows a clock, but goes forward no faster than time really passes, as the machine counts it from its start on.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    begin: Instant,
    ahead: Mutex<Ahead>,
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self { begin: Instant::now(), ahead: Mutex::new(Ahead::default()) }
    }
}

impl SteadyClock {
    /// The second since 1970 that it is by now for certain, when the clock says this.
    pub(crate) fn at_least(&self, clock: OffsetDateTime) -> i64 {
        let passed = i64::try_from(self.begin.elapsed().as_secs()).unwrap_or(i64::MAX);
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        ahead.least(clock.unix_timestamp(), passed).saturating_add(passed)
    }
}

/// How many seconds the clock was ahead of what had passed: the least, in this period and the one before.
#[derive(Debug)]
struct Ahead {
    before: i64,
    now: i64,
    /// When the period began.
    since: i64,
}

/// In the first period nobody can tell whether the clock was right at the start.
impl Default for Ahead {
    fn default() -> Self {
        Self { before: i64::MIN, now: i64::MAX, since: 0 }
    }
}

impl Ahead {
    fn least(&mut self, clock: i64, passed: i64) -> i64 {
        let ahead = clock.saturating_sub(passed);
        if passed - self.since >= BELIEVED_AFTER.as_secs().cast_signed() {
            self.before = mem::replace(&mut self.now, ahead);
            self.since = passed;
        }
        self.now = self.now.min(ahead);
        self.before.min(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: i64 = 600;
    const NOON: i64 = 1_800_000_000;

    /// A clock that was right for long; what it says is how far `NOON` is off.
    fn right() -> Ahead {
        let mut ahead = Ahead::default();
        for passed in (0..=2 * PERIOD).step_by(60) {
            ahead.least(NOON + passed, passed);
        }
        ahead
    }

    #[test]
    fn a_clock_that_is_right_is_believed_after_its_first_period() {
        let mut ahead = Ahead::default();
        for passed in 0..PERIOD {
            assert_eq!(ahead.least(NOON + passed, passed), i64::MIN);
        }
        for passed in PERIOD..3 * PERIOD {
            assert_eq!(ahead.least(NOON + passed, passed), NOON);
        }
    }

    #[test]
    fn a_step_forward_is_believed_when_the_clock_has_stayed_there() {
        let (mut ahead, hour) = (right(), 3600);
        let begin = 2 * PERIOD + 1;
        let said = |ahead: &mut Ahead, passed| ahead.least(NOON + hour + passed, passed);
        assert!((begin..begin + PERIOD).all(|passed| said(&mut ahead, passed) == NOON));
        assert_eq!(said(&mut ahead, begin + 2 * PERIOD), NOON + hour);
    }

    #[test]
    fn a_step_forward_and_back_changes_nothing() {
        let mut ahead = right();
        let begin = 2 * PERIOD;
        assert_eq!(ahead.least(NOON + 3600 + begin + 1, begin + 1), NOON);
        assert!((begin + 2..begin + 3 * PERIOD).all(|passed| ahead.least(NOON + passed, passed) == NOON));
    }

    #[test]
    fn a_step_is_not_believed_because_nobody_asked_for_long_before() {
        let mut ahead = right();
        let later = 100 * PERIOD;
        assert_eq!(ahead.least(NOON + 3600 + later, later), NOON);
    }

    #[test]
    fn a_step_back_counts_at_once() {
        let mut ahead = right();
        let passed = 2 * PERIOD + 1;
        assert_eq!(ahead.least(NOON - 3600 + passed, passed), NOON - 3600);
    }
}
