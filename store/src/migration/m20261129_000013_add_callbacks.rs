//! Consumers have callbacks beside the first, and may be allowed what OAuth 1.0 left out.
//!
//! Expands: older nodes read and write the first callback alone, and insert consumers without the columns.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::columns::{boolean, json_null};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in [json_null("other_callback_urls"), boolean("allow_oauth_1_0").default(false).take()] {
        transaction.execute(Table::alter().table("consumers").add_column(column)).await?;
    }
    Ok(())
}
