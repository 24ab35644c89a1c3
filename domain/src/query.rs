//! Lists come in pages, newest first; a cursor says where the next one begins.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Consumer, ConsumerKey};

/// The most rows of one page.
pub const MOST_ROWS: u64 = 500;

/// The last row of a page; the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds since 1970 of the row's registration.
    pub created_at_ms: i64,
    /// Tells rows of the same millisecond apart.
    pub key: ConsumerKey,
}

impl From<&Consumer> for Cursor {
    fn from(consumer: &Consumer) -> Self {
        Self { created_at_ms: milliseconds(consumer.created_at), key: consumer.key }
    }
}

/// Milliseconds since 1970, the precision of every stored time.
pub fn milliseconds(at: time::OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).expect("OffsetDateTime spans years -9999 to 9999")
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at_ms, self.key)
    }
}

/// The text is no cursor of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no cursor of this list; take next_cursor of the page before, as it is.")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (created_at_ms, key) = text.split_once('.').ok_or(NotACursor)?;
        Ok(Self {
            created_at_ms: created_at_ms.parse().map_err(|_| NotACursor)?,
            key: key.parse().map_err(|_| NotACursor)?,
        })
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next_cursor: Option<String>,
    /// How many rows there are in all.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_itself_and_nothing_else_is_one() {
        let cursor = Cursor { created_at_ms: -5, key: ConsumerKey(uuid::Uuid::max()) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", ".", "1", "1.x", "x.00000000-0000-0000-0000-000000000000"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NotACursor), "{wrong:?}");
        }
    }
}
