//! Times as they are stored and compared.

use time::OffsetDateTime;

/// Milliseconds since 1970; all stored times have this precision.
pub fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("OffsetDateTime spans years -9999 to 9999")
}
