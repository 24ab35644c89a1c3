//! Conversions between column and domain values, and queries with one result cell.

use std::ops::RangeInclusive;

use sea_orm::{
    ConnectionTrait, DbBackend, QueryResult, Statement,
    sea_query::{Expr, ExprTrait as _, Query},
};
use serde_json::Value;

use crate::error::StoreError;

/// The times that RFC 3339 writes, in milliseconds since 1970: those of the years 0000 to 9999.
const WRITTEN: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// A time from milliseconds since 1970, as `domain::query::milliseconds` stores it.
pub(crate) fn time_from(milliseconds: i64) -> Result<time::OffsetDateTime, StoreError> {
    if WRITTEN.contains(&milliseconds) {
        Ok(nearest_time(milliseconds))
    } else {
        Err(StoreError::Unreadable("a time"))
    }
}

/// The same, or the nearest time that can be written: for what has to be shown, whatever its row holds.
pub(crate) fn nearest_time(milliseconds: i64) -> time::OffsetDateTime {
    let written = milliseconds.clamp(*WRITTEN.start(), *WRITTEN.end());
    time::OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(written)
}

/// The text in a column, also where it is none of UTF-8; `None` for NULL and for what is no text at all.
pub(crate) fn text(row: &QueryResult, prefix: &str, column: &str) -> Option<String> {
    row.try_get::<Option<String>>(prefix, column).unwrap_or_else(|_| {
        let bytes = row.try_get::<Option<Vec<u8>>>(prefix, column).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    })
}

/// Whether a text can be stored at all. PostgreSQL cannot store NUL, so no row matches a text with one.
pub(crate) fn can_be_kept(text: &str) -> bool {
    !text.contains('\0')
}

/// A domain enum as the word that its column holds.
pub(crate) fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        other => unreachable!("a domain word is a string, not {other:?}"),
    }
}

/// A domain enum from the word in its column.
pub(crate) fn from_word<T: serde::de::DeserializeOwned>(
    word: String,
    what: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_value(Value::String(word)).map_err(|_| StoreError::Unreadable(what))
}

/// The number in a query's single cell.
pub(crate) async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, StoreError> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    Ok(row.ok_or(StoreError::Unreadable("no answer"))?.try_get_by_index(0)?)
}

/// Whether the database has a table of this name.
pub(crate) async fn has_table(connection: &impl ConnectionTrait, name: &str) -> Result<bool, StoreError> {
    let mut tables = Query::select();
    if connection.get_database_backend() == DbBackend::Postgres {
        tables
            .from(("information_schema", "tables"))
            .and_where(Expr::cust("table_schema = current_schema()"))
            .and_where(Expr::col("table_name").eq(name));
    } else {
        tables
            .from("sqlite_master")
            .and_where(Expr::col("type").eq("table"))
            .and_where(Expr::col("name").eq(name));
    }
    Ok(connection.query_one(tables.expr(Expr::val(1))).await?.is_some())
}

#[cfg(test)]
mod tests {
    use domain::time::timestamp;

    use super::*;

    #[test]
    fn a_time_beyond_the_calendar_is_the_nearest_that_can_be_written_or_none() {
        for (stored, nearest) in [
            (999_999_999_999_999, "9999-12-31T23:59:59.999Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(nearest_time(stored)), nearest, "{stored}");
            assert!(matches!(time_from(stored), Err(StoreError::Unreadable(_))), "{stored}");
        }
        for stored in [*WRITTEN.start(), -1, 0, 1_700_000_000_123, *WRITTEN.end()] {
            assert_eq!(time_from(stored).map(domain::query::milliseconds).ok(), Some(stored));
            assert_eq!(nearest_time(stored), time_from(stored).unwrap());
        }
    }
}
