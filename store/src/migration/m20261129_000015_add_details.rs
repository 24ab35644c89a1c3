//! Consumers have an owner, a contact and a note, networks, an end and a functional user; decisions and lines of activity
//! have a reason; and names are found by what they look like.
//!
//! Expands: older nodes insert consumers and lines without the columns. They do not look at networks, end and functional
//! user, which hold once they have stopped.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, ExprTrait as _,
    sea_query::{Expr, Index, Order, Query, Table},
};

use super::{
    columns::{big_integer_null, json_null, text_null},
    compare_bytes::compare_bytes,
};
use crate::database::looks::looks;

/// Rows that are in memory at once.
const ROWS: u64 = 1_000;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in [
        text_null("owner"),
        text_null("contact"),
        text_null("note"),
        text_null("functional_user"),
        json_null("networks"),
        big_integer_null("ends_at"),
        text_null("reason"),
        text_null("reason_of"),
    ] {
        transaction.execute(Table::alter().table("consumers").add_column(column)).await?;
    }
    transaction.execute(Table::alter().table("activity").add_column(text_null("reason"))).await?;
    for column in [text_null("name_looks"), text_null("resembles")] {
        transaction.execute(Table::alter().table("consumers").add_column(column)).await?;
    }
    compare_bytes(transaction).await?;
    note_looks(transaction).await?;
    let by_looks =
        Index::create().name("consumers_name_looks").table("consumers").col("name_looks").to_owned();
    transaction.execute(&by_looks).await?;
    Ok(())
}

/// Notes what each name looks like, some rows at a time.
async fn note_looks(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let mut last = String::new();
    loop {
        let rows = Query::select()
            .columns(["key", "name"])
            .from("consumers")
            .and_where(Expr::col("key").gt(last.as_str()))
            .order_by("key", Order::Asc)
            .limit(ROWS)
            .take();
        let rows = transaction.query_all(&rows).await?;
        for row in &rows {
            let (key, name): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let noted = Query::update()
                .table("consumers")
                .value("name_looks", looks(&name))
                .and_where(Expr::col("key").eq(key.as_str()))
                .take();
            transaction.execute(&noted).await?;
            last = key;
        }
        if rows.len() < usize::try_from(ROWS).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}
