//! The rows that this version can read. One that it cannot, since a later version has written it or somebody by hand, must not
//! take a list down with it: it is left out, and named in the log. A lookup of that row alone fails.

use sea_orm::{DbErr, FromQueryResult, QueryResult};

use crate::{
    database::values::text,
    entity::{consumer, user},
    error::StoreError,
    memory::unreadable::Unreadable,
};

/// A row of a list.
pub(crate) trait Listed: FromQueryResult {
    /// What the row is.
    const KIND: &'static str;
    /// The column that names it.
    const NAME: &'static str;
}

impl Listed for consumer::Model {
    const KIND: &'static str = "consumer";
    const NAME: &'static str = "key";
}

impl Listed for user::Model {
    const KIND: &'static str = "user";
    const NAME: &'static str = "username";
}

/// A row by its name, whether or not its columns hold values of their kinds.
#[derive(Debug)]
pub(crate) struct Row<M> {
    name: String,
    columns: Result<M, StoreError>,
}

impl<M: Listed> FromQueryResult for Row<M> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let columns = M::from_query_result(row, prefix);
        Ok(Self {
            name: text(row, prefix, M::NAME).unwrap_or_default(),
            columns: columns.map_err(|_| StoreError::Unreadable("a value of another kind")),
        })
    }
}

impl<M: Listed> Row<M> {
    /// What names the row.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its columns.
    pub(crate) fn columns(self) -> Result<M, StoreError> {
        self.columns
    }

    /// What the row is about.
    pub(crate) fn read<T: TryFrom<M, Error = StoreError>>(self) -> Result<T, StoreError> {
        self.columns.and_then(T::try_from)
    }
}

/// What the rows are about that can be read.
pub(crate) fn readable<M, T>(rows: Vec<Row<M>>, unreadable: &Unreadable) -> Vec<T>
where
    M: Listed,
    T: TryFrom<M, Error = StoreError>,
{
    let read = rows.into_iter().filter_map(|Row { name, columns }| {
        let read = columns.and_then(T::try_from);
        read.inspect_err(|error| unreadable.note(M::KIND, &name, error)).ok()
    });
    read.collect()
}

/// How many rows to ask for again, where rows that were left out keep a page short though there are more; `None`: it is as full
/// as it gets.
pub(crate) fn ask_again(asked: u64, found: usize, read: usize, wanted: u64) -> Option<u64> {
    let is_short = (read as u64) < wanted && found as u64 >= asked;
    is_short.then(|| asked.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::ask_again;

    #[test]
    fn more_rows_are_asked_for_until_the_page_is_full_or_there_are_no_more() {
        assert_eq!(ask_again(11, 11, 11, 11), None, "it is full");
        assert_eq!(ask_again(11, 7, 6, 11), None, "there are no more");
        assert_eq!(ask_again(11, 11, 10, 11), Some(22));
        assert_eq!(ask_again(22, 22, 0, 11), Some(44), "none of them can be read");
        assert_eq!(ask_again(0, 0, 0, 0), None);
    }
}
