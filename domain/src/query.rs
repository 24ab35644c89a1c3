//! Lists come in pages: what to show, in which order, and a cursor that says where the next page begins.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use crate::time::milliseconds;
use crate::{
    consumer::{Consumer, Status},
    consumer_key::ConsumerKey,
};

/// The most rows of one page.
pub const MOST_ROWS: u64 = 500;

/// What consumers are sorted by; rows that are alike in it are sorted by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// When it was registered.
    #[default]
    CreatedAt,
    /// Its name, whatever the case of ASCII letters.
    Name,
    /// Its key.
    Key,
    /// Its status, by the word.
    Status,
    /// When it last changed.
    UpdatedAt,
    /// When it was last used; never is before everything.
    LastUsedAt,
}

impl Sort {
    /// The direction that people expect where they do not say: what is newest first, names from A on.
    pub fn usual_order(self) -> Order {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::LastUsedAt => Order::Descending,
            Self::Name | Self::Key | Self::Status => Order::Ascending,
        }
    }

    /// What a consumer is sorted by.
    pub fn value(self, consumer: &Consumer) -> SortValue {
        match self {
            Self::CreatedAt => SortValue::Number(milliseconds(consumer.created_at)),
            Self::Name => SortValue::Text(consumer.name.as_str().to_ascii_lowercase()),
            Self::Key => SortValue::Text(consumer.key.to_string()),
            Self::Status => SortValue::Text(consumer.status.word().to_ascii_lowercase()),
            Self::UpdatedAt => SortValue::Number(milliseconds(consumer.updated_at)),
            Self::LastUsedAt => SortValue::Number(consumer.last_used_at.map_or(NEVER, milliseconds)),
        }
    }
}

/// The time that stands for *Never* in an order.
pub const NEVER: i64 = -1;

/// Which way a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// From A to Z, from old to new.
    #[serde(rename = "asc")]
    Ascending,
    /// The other way.
    #[serde(rename = "desc")]
    Descending,
}

/// Which consumers a list shows, and how. The default: all, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerQuery {
    /// Of this status alone.
    pub status: Option<Status>,
    /// With this text in name or key, whatever the case of ASCII letters.
    pub text: Option<String>,
    /// Sorted by.
    pub sort: Sort,
    /// In which direction; where it is not said, the usual one.
    pub order: Option<Order>,
    /// After this row.
    pub after: Option<Cursor>,
}

impl ConsumerQuery {
    /// All of them, newest first, after a row.
    pub fn newest_first(after: Option<Cursor>) -> Self {
        Self { after, ..Self::default() }
    }

    /// In which direction.
    pub fn order(&self) -> Order {
        self.order.unwrap_or(self.sort.usual_order())
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// A time, in milliseconds since 1970.
    Number(i64),
    /// A text.
    Text(String),
}

/// The last row of a page; the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What it was sorted by.
    pub value: SortValue,
    /// Tells rows that are alike apart.
    pub key: ConsumerKey,
}

impl Cursor {
    /// The place of a consumer in a list.
    pub fn of(consumer: &Consumer, sort: Sort) -> Self {
        Self { value: sort.value(consumer), key: consumer.key }
    }

    /// Whether it can be the cursor of a list sorted so.
    pub fn fits(&self, sort: Sort) -> bool {
        let is_number = matches!(self.value, SortValue::Number(_));
        is_number == matches!(sort, Sort::CreatedAt | Sort::UpdatedAt | Sort::LastUsedAt)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key first: it is the one part that cannot hold the separator.
        match &self.value {
            SortValue::Number(number) => write!(f, "{}.n{number}", self.key),
            SortValue::Text(text) => write!(f, "{}.t{text}", self.key),
        }
    }
}

/// The text is no cursor of ours.
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
        Ok(Self { value, key: key.parse().map_err(|_| NotACursor)? })
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
        let key = ConsumerKey(uuid::Uuid::max());
        for value in
            [SortValue::Number(-5), SortValue::Text("a.b n".to_owned()), SortValue::Text(String::new())]
        {
            let cursor = Cursor { value, key };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        let nil = "00000000-0000-0000-0000-000000000000";
        for wrong in
            ["", ".", "1", "x.n1", nil, &format!("{nil}."), &format!("{nil}.nx"), &format!("{nil}.5")]
        {
            assert_eq!(wrong.parse::<Cursor>(), Err(NotACursor), "{wrong:?}");
        }
    }

    #[test]
    fn times_are_sorted_newest_first_and_texts_from_a_on_unless_told_otherwise() {
        assert_eq!(ConsumerQuery::default().order(), Order::Descending);
        assert_eq!(Sort::Name.usual_order(), Order::Ascending);
        let other_way = ConsumerQuery { order: Some(Order::Ascending), ..ConsumerQuery::default() };
        assert_eq!(other_way.order(), Order::Ascending);
    }
}
