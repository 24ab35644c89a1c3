//! Consumers have an owner, a contact and a note, networks, an end and a functional user; decisions and lines of activity
//! have a reason.
//!
//! Expands: older nodes insert consumers and lines without the columns. They do not look at networks, end and functional
//! user, which hold once they have stopped.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::{
    columns::{big_integer_null, json_null, text_null},
    compare_bytes::compare_bytes,
};

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
    compare_bytes(transaction).await
}
