//! The order of a list of consumers: the columns that it can be sorted by, what each sorts by, and the two directions.

use serde::{Deserialize, Serialize};

use crate::{consumer::Consumer, search, time::milliseconds, words::Words};

/// The sort value of *Never*.
pub const NEVER: i64 = -1;

/// The columns' words, in addresses and cursors.
pub(crate) const SORTS: &Words<Sort> = &[
    ("created_at", Sort::CreatedAt),
    ("name", Sort::Name),
    ("key", Sort::Key),
    ("status", Sort::Status),
    ("updated_at", Sort::UpdatedAt),
    ("last_used_at", Sort::LastUsedAt),
];

/// The directions' words, in addresses and cursors.
pub(crate) const ORDERS: &Words<Order> = &[("asc", Order::Ascending), ("desc", Order::Descending)];

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

/// The value that a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// A time, in milliseconds since 1970.
    Number(i64),
    /// A text.
    Text(String),
}

/// The time of the last use, in milliseconds since 1970, or `NEVER`.
pub(crate) fn last_use(consumer: &Consumer) -> i64 {
    consumer.last_used_at.map_or(NEVER, milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_that_is_reversed_twice_is_the_same() {
        assert_eq!(Order::Ascending.reversed(), Order::Descending);
        assert_eq!(Order::Ascending.reversed().reversed(), Order::Ascending);
    }
}
