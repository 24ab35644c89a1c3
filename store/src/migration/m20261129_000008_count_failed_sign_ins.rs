//! Counts the failed attempts at each account since its last successful sign-in: the next one shows them to the user.
//!
//! Expands: older nodes insert accounts without it, and count nothing.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::columns::{big_integer, big_integer_null};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let failed_sign_ins = big_integer("failed_sign_ins").default(0).take();
    let signed_in_at = big_integer_null("signed_in_at");
    // SQLite adds one column at a time.
    for column in [failed_sign_ins, signed_in_at] {
        transaction.execute(Table::alter().table("users").add_column(column)).await?;
    }
    Ok(())
}
