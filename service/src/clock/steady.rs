//! A lower bound of the wall clock that a step forward does not raise, for a decision that cannot be undone: deleting
//! nonces.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use time::OffsetDateTime;

/// A step forward is trusted once the clock has kept it for one to two periods of this length.
const PERIOD: Duration = Duration::from_mins(10);

/// Follows the wall clock, but advances no faster than the monotone clock (`Instant`) until a step is trusted.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    started: Instant,
    offset: Mutex<Offset>,
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self { started: Instant::now(), offset: Mutex::new(Offset::default()) }
    }
}

impl SteadyClock {
    /// The lower bound, in seconds since 1970, given what the wall clock shows.
    pub(crate) fn lower_bound(&self, clock: OffsetDateTime) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        offset.lower_bound(clock.unix_timestamp(), elapsed).saturating_add(elapsed)
    }
}

/// The least offset of the wall clock from the monotone one, in seconds, in the current period and in the previous one.
#[derive(Debug)]
struct Offset {
    previous: i64,
    current: i64,
    /// The start of the current period, in seconds of the monotone clock.
    period_start: i64,
}

/// The first period has no bound: the clock may have been wrong when the process started.
impl Default for Offset {
    fn default() -> Self {
        Self { previous: i64::MIN, current: i64::MAX, period_start: 0 }
    }
}

impl Offset {
    fn lower_bound(&mut self, clock: i64, elapsed: i64) -> i64 {
        let offset = clock.saturating_sub(elapsed);
        if elapsed - self.period_start >= PERIOD.as_secs().cast_signed() {
            self.previous = mem::replace(&mut self.current, offset);
            self.period_start = elapsed;
        }
        self.current = self.current.min(offset);
        self.previous.min(self.current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: i64 = PERIOD.as_secs().cast_signed();
    const NOON: i64 = 1_800_000_000;

    /// After a long time with a correct clock: its offset is `NOON`.
    fn settled() -> Offset {
        let mut offset = Offset::default();
        for elapsed in (0..=2 * SECONDS).step_by(60) {
            offset.lower_bound(NOON + elapsed, elapsed);
        }
        offset
    }

    #[test]
    fn a_correct_clock_is_trusted_after_its_first_period() {
        let mut offset = Offset::default();
        for elapsed in 0..SECONDS {
            assert_eq!(offset.lower_bound(NOON + elapsed, elapsed), i64::MIN);
        }
        for elapsed in SECONDS..3 * SECONDS {
            assert_eq!(offset.lower_bound(NOON + elapsed, elapsed), NOON);
        }
    }

    #[test]
    fn a_step_forward_is_trusted_once_the_clock_has_kept_it() {
        let (mut offset, hour) = (settled(), 3600);
        let step = 2 * SECONDS + 1;
        let bound = |offset: &mut Offset, elapsed| offset.lower_bound(NOON + hour + elapsed, elapsed);
        assert!((step..step + SECONDS).all(|elapsed| bound(&mut offset, elapsed) == NOON));
        assert_eq!(bound(&mut offset, step + 2 * SECONDS), NOON + hour);
    }

    #[test]
    fn a_step_forward_and_back_changes_nothing() {
        let mut offset = settled();
        let step = 2 * SECONDS;
        assert_eq!(offset.lower_bound(NOON + 3600 + step + 1, step + 1), NOON);
        assert!(
            (step + 2..step + 3 * SECONDS).all(|passed| offset.lower_bound(NOON + passed, passed) == NOON)
        );
    }

    #[test]
    fn a_step_is_not_trusted_because_the_last_call_was_long_ago() {
        let mut offset = settled();
        let later = 100 * SECONDS;
        assert_eq!(offset.lower_bound(NOON + 3600 + later, later), NOON);
    }

    #[test]
    fn a_step_back_counts_immediately() {
        let mut offset = settled();
        let elapsed = 2 * SECONDS + 1;
        assert_eq!(offset.lower_bound(NOON - 3600 + elapsed, elapsed), NOON - 3600);
    }
}
