//! Paged lists: filter, order, and the cursor at which the next page begins.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use crate::time::milliseconds;
use crate::{
    activity::Actor,
    consumer::{Consumer, Status},
    consumer_key::ConsumerKey,
    search,
};

/// The maximal page size.
pub const MOST_ROWS: u64 = 500;

/// The column to sort consumers by; ties are broken by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(default = "created_at"))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The time of registration.
    #[default]
    CreatedAt,
    /// The name, ignoring case.
    Name,
    /// The key.
    Key,
    /// The status, alphabetically.
    Status,
    /// The time of the last change.
    UpdatedAt,
    /// The time of the last use; *Never* sorts before all times.
    LastUsedAt,
}

impl Sort {
    /// The default order: times newest first, texts from A to Z.
    pub fn usual_order(self) -> Order {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::LastUsedAt => Order::Descending,
            Self::Name | Self::Key | Self::Status => Order::Ascending,
        }
    }

    /// The value that this consumer is sorted by.
    pub fn value(self, consumer: &Consumer) -> SortValue {
        match self {
            Self::CreatedAt => SortValue::Number(milliseconds(consumer.created_at)),
            Self::Name => SortValue::Text(search::fold(consumer.name.as_str())),
            Self::Key => SortValue::Text(consumer.key.to_string()),
            Self::Status => SortValue::Text(consumer.status.word().to_ascii_lowercase()),
            Self::UpdatedAt => SortValue::Number(milliseconds(consumer.updated_at)),
            Self::LastUsedAt => SortValue::Number(last_use(consumer)),
        }
    }
}

/// The sort value of *Never*.
pub const NEVER: i64 = -1;

fn last_use(consumer: &Consumer) -> i64 {
    consumer.last_used_at.map_or(NEVER, milliseconds)
}

/// The direction of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Order {
    /// From A to Z, oldest first.
    #[serde(rename = "asc")]
    Ascending,
    /// From Z to A, newest first.
    #[serde(rename = "desc")]
    Descending,
}

impl Order {
    /// The other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

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

/// The value that a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// A time, in milliseconds since 1970.
    Number(i64),
    /// A text.
    Text(String),
}

/// The last row of a page; the next page starts after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its sort value.
    pub value: SortValue,
    /// Its key, which breaks ties.
    pub key: ConsumerKey,
}

impl Cursor {
    /// The position of a consumer in a list sorted by this column.
    pub fn of(consumer: &Consumer, sort: Sort) -> Self {
        Self { value: sort.value(consumer), key: consumer.key }
    }

    /// The position of a key in a list sorted by it.
    pub fn by_key(key: ConsumerKey) -> Self {
        Self { value: SortValue::Text(key.to_string()), key }
    }

    /// Whether the cursor belongs to a list sorted by this column.
    pub fn fits(&self, sort: Sort) -> bool {
        let is_number = matches!(self.value, SortValue::Number(_));
        is_number == matches!(sort, Sort::CreatedAt | Sort::UpdatedAt | Sort::LastUsedAt)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key comes first, with a slash for each dot: no key holds a slash, so the first dot ends it. Older nodes read
        // and write the same where the key is a UUID.
        let key = self.key.as_str().replace('.', "/");
        match &self.value {
            SortValue::Number(number) => write!(f, "{key}.n{number}"),
            SortValue::Text(text) => write!(f, "{key}.t{text}"),
        }
    }
}

/// The text is not a cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no cursor of this list; take next_cursor of the page before, as it is.")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (key, value) = text.split_once('.').ok_or(NotACursor)?;
        let value = match (value.strip_prefix('n'), value.strip_prefix('t')) {
            (Some(number), _) => SortValue::Number(number.parse().map_err(|_| NotACursor)?),
            (_, Some(text)) => SortValue::Text(text.to_owned()),
            _ => return Err(NotACursor),
        };
        Ok(Self { value, key: key.replace('/', ".").parse().map_err(|_| NotACursor)? })
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
    fn a_cursor_reads_back_as_itself_and_nothing_else_is_one() {
        let nil = "00000000-0000-0000-0000-000000000000";
        for key in [nil, "OauthKey", "a.n1", "...", "~:@+=!-._", &"k".repeat(64)] {
            let key: ConsumerKey = key.parse().unwrap();
            for value in
                [SortValue::Number(-5), SortValue::Text("a.b/n".to_owned()), SortValue::Text(String::new())]
            {
                let cursor = Cursor { value, key };
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
        for wrong in [
            "",
            ".",
            "1",
            "x y.n1",
            ".n1",
            nil,
            &format!("{nil}."),
            &format!("{nil}.nx"),
            &format!("{nil}.5"),
        ] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NotACursor), "{wrong:?}");
        }
    }

    #[test]
    fn the_cursor_of_a_uuid_is_spelt_as_earlier_versions_do() {
        let cursor = "00000000-0000-0000-0000-000000000000.tmy app";
        assert_eq!(cursor.parse::<Cursor>().unwrap().to_string(), cursor);
    }

    #[test]
    fn times_are_sorted_newest_first_and_texts_from_a_on_unless_told_otherwise() {
        assert_eq!(ConsumerQuery::default().order(), Order::Descending);
        assert_eq!(Sort::Name.usual_order(), Order::Ascending);
        let other_way = ConsumerQuery { order: Some(Order::Ascending), ..ConsumerQuery::default() };
        assert_eq!(other_way.order(), Order::Ascending);
    }

    #[test]
    fn a_direction_that_is_reversed_twice_is_the_same() {
        assert_eq!(Order::Ascending.reversed(), Order::Descending);
        assert_eq!(Order::Ascending.reversed().reversed(), Order::Ascending);
    }
}
