//! Conversions between column and domain values, and queries with one result cell.

use sea_orm::{
    ConnectionTrait, DbBackend, Statement,
    sea_query::{Expr, ExprTrait as _, Query},
};
use serde_json::Value;

use crate::error::StoreError;

/// A time from milliseconds since 1970, as `domain::query::milliseconds` stores it.
pub(crate) fn time_from(milliseconds: i64) -> Result<time::OffsetDateTime, StoreError> {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .map_err(|_| StoreError::Unreadable("a time"))
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
