//! Temporary credentials remember how often their user had been signed out when they were allowed, and which token was
//! issued for them.
//!
//! Expands: rows of older nodes have neither.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::{
    columns::{big_integer_null, text_null},
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in [big_integer_null("sign_outs"), text_null("issued_token")] {
        transaction.execute(Table::alter().table("temporary_credentials").add_column(column)).await?;
    }
    compare_bytes(transaction).await
}
