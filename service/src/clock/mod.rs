//! The one place that asks what time it is, so that tests can say so.

pub(crate) mod steady;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::OffsetDateTime;

/// Tells the time, to the millisecond: the precision of every stored time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// Milliseconds since 1970, as a test sets them.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// What time it is.
    ///
    /// # Panics
    /// When a manual clock is set beyond the year 9999.
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
    pub fn now(&self) -> OffsetDateTime {
        match self {
            Self::System => {
                let now = OffsetDateTime::now_utc();
                now.replace_millisecond(now.millisecond()).expect("a millisecond of a time is one")
            }
            Self::Manual(milliseconds) => {
                let nanoseconds = i128::from(milliseconds.load(Ordering::SeqCst)) * 1_000_000;
                OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
                    .expect("a manual clock stays within years")
            }
        }
    }
}
