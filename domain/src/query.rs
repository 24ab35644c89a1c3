//! Paged lists: which rows are in one, in which order, and behind which one a page begins.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    activity::Actor,
    consumer::{Consumer, Status},
    order::last_use,
    search,
};
pub use crate::{
    cursor::{Cursor, NotACursor},
    order::{NEVER, Order, Sort, SortValue},
    time::milliseconds,
};

/// The maximal page size.
pub const MOST_ROWS: u64 = 500;

/// When a consumer was last used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// Not once.
    Never,
    /// After this time.
    After(OffsetDateTime),
    /// Not after this time, though it was registered by then.
    NotAfter(OffsetDateTime),
}

impl Used {
    fn fits(self, consumer: &Consumer) -> bool {
        match self {
            Self::Never => consumer.last_used_at.is_none(),
            Self::After(at) => last_use(consumer) > milliseconds(at),
            Self::NotAfter(at) => {
                Ord::max(last_use(consumer), milliseconds(consumer.created_at)) <= milliseconds(at)
            }
        }
    }
}

/// The times after one, up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The time before the first of them.
    pub after: OffsetDateTime,
    /// The last of them.
    pub until: OffsetDateTime,
}

impl Span {
    fn holds(self, at: OffsetDateTime) -> bool {
        let at = milliseconds(at);
        at > milliseconds(self.after) && at <= milliseconds(self.until)
    }
}

/// Filter and order of a list of consumers at a given time. The default is all of them, newest first. What a page's address
/// says of it is a `View`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerQuery {
    /// Only consumers with this status.
    pub status: Option<Status>,
    /// Only consumers with this text in one of the texts of `search_text`, ignoring case.
    pub text: Option<String>,
    /// Only consumers that were last used then.
    pub used: Option<Used>,
    /// Only consumers that this author registered.
    pub registered_by: Option<Actor>,
    /// Only consumers that are trusted, or only those that are not.
    pub trusted: Option<bool>,
    /// Only consumers that end then.
    pub ends: Option<Span>,
    /// Leaves out requests for a key that were made at this time or before and are undecided: they have ended.
    pub undecided_since: Option<OffsetDateTime>,
    /// The column to sort by.
    pub sort: Sort,
    /// The direction; `None` is the column's default.
    pub order: Option<Order>,
    /// Start after this row.
    pub after: Option<Cursor>,
}

impl ConsumerQuery {
    /// Whether its status alone says which consumers are in the list: how many they are is known without counting.
    pub fn is_of_status_alone(&self) -> bool {
        let has_text = self.text.as_ref().is_some_and(|text| !text.is_empty());
        let is_filtered = self.used.is_some() || self.registered_by.is_some() || self.trusted.is_some();
        !has_text && !is_filtered && self.ends.is_none()
    }

    /// Whether a consumer is in the list, on whichever page.
    pub fn fits(&self, consumer: &Consumer) -> bool {
        let has_ended = |since| {
            consumer.ends_undecided_at().is_some() && milliseconds(consumer.created_at) <= milliseconds(since)
        };
        self.status.is_none_or(|status| status == consumer.status)
            && self.used.is_none_or(|used| used.fits(consumer))
            && self.registered_by.as_ref().is_none_or(|by| *by == consumer.created_by)
            && self.trusted.is_none_or(|trusted| trusted == consumer.trusted)
            && self.ends.is_none_or(|ends| consumer.ends_at.is_some_and(|at| ends.holds(at)))
            && !self.undecided_since.is_some_and(has_ended)
            && self.text.as_ref().is_none_or(|text| search::finds(text, consumer))
    }

    /// The direction, with the default applied.
    pub fn order(&self) -> Order {
        self.order.unwrap_or(self.sort.usual_order())
    }
}

/// How many consumers have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts {
    /// Pending.
    pub pending: u64,
    /// Approved.
    pub approved: u64,
    /// Disapproved.
    pub disapproved: u64,
}

impl StatusCounts {
    /// The number with this status.
    pub fn of(self, status: Status) -> u64 {
        match status {
            Status::Pending => self.pending,
            Status::Approved => self.approved,
            Status::Disapproved => self.disapproved,
        }
    }

    /// The number with any.
    pub fn all(self) -> u64 {
        self.pending + self.approved + self.disapproved
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last one.
    pub next_cursor: Option<String>,
    /// The number of rows on all pages.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sorted_newest_first_and_texts_from_a_on_unless_told_otherwise() {
        assert_eq!(ConsumerQuery::default().order(), Order::Descending);
        assert_eq!(Sort::Name.usual_order(), Order::Ascending);
        let other_way = ConsumerQuery { order: Some(Order::Ascending), ..ConsumerQuery::default() };
        assert_eq!(other_way.order(), Order::Ascending);
    }
}
