//! Whether the password that began a session, or a sign-in that waits for its code, is shorter than an administrator's has to
//! be: only its hash is kept, which does not tell.
//!
//! Expands: of what older nodes begin it is unknown. They open everything to an administrator, whatever the password.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, sea_query::Table};

use super::columns::boolean_null;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for table in ["sessions", "sign_in_steps"] {
        let short_password = boolean_null("short_password");
        transaction.execute(Table::alter().table(table).add_column(short_password)).await?;
    }
    Ok(())
}
