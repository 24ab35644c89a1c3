//! The only file that reads the system clock: everything else takes the time from a `Clock`, which tests can set.

pub(crate) mod steady;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::OffsetDateTime;

/// A source of the current time, in whole milliseconds: the precision of every stored time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    System,
    /// Milliseconds since 1970, set by a test.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The current time.
    ///
    /// # Panics
    /// If a manual clock is set beyond the year 9999.
    #[expect(clippy::disallowed_methods, reason = "the only caller of the system clock")]
    pub fn now(&self) -> OffsetDateTime {
        match self {
            Self::System => {
                let now = OffsetDateTime::now_utc();
                now.replace_millisecond(now.millisecond()).expect("the millisecond of a time is in range")
            }
            Self::Manual(milliseconds) => {
                let nanoseconds = i128::from(milliseconds.load(Ordering::SeqCst)) * 1_000_000;
                OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
                    .expect("a manual clock stays below the year 10,000")
            }
        }
    }
}
