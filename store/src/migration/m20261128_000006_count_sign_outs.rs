//! Counts how often everything of an account was signed out, so that a session whose password was checked before cannot
//! begin after.
//!
//! Expands: older nodes insert accounts without it.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::columns::big_integer;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let sign_outs = big_integer("sign_outs").default(0).take();
    transaction.execute(Table::alter().table("users").add_column(sign_outs)).await?;
    Ok(())
}
