//! Passkeys of accounts that have a second factor, and what browsers were asked to prove with one.
//!
//! Expands: to older nodes an account with a passkey has its codes, as before.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr,
    sea_query::{ForeignKey, Index, Table},
};

use super::columns::{big_integer, big_integer_null, blob, text};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let passkeys = Table::create()
        .table("passkeys")
        .col(blob("credential_id").primary_key())
        .col(big_integer("user_id"))
        .col(blob("user_handle"))
        .col(text("name"))
        .col(text("credential"))
        .col(big_integer("counter"))
        .col(big_integer("added_at"))
        .col(big_integer_null("used_at"))
        .foreign_key(ForeignKey::create().from("passkeys", "user_id").to("users", "id"))
        .to_owned();
    let challenges = Table::create()
        .table("passkey_challenges")
        .col(blob("token_hash").primary_key())
        .col(big_integer("user_id"))
        .col(text("ceremony"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("passkey_challenges", "user_id").to("users", "id"))
        .to_owned();
    for table in [passkeys, challenges] {
        transaction.execute(&table).await?;
    }
    for table in ["passkeys", "passkey_challenges"] {
        let index = Index::create().name(format!("{table}_user_id")).table(table).col("user_id").to_owned();
        transaction.execute(&index).await?;
    }
    let by_time = Index::create()
        .name("passkey_challenges_created_at")
        .table("passkey_challenges")
        .col("created_at")
        .to_owned();
    transaction.execute(&by_time).await?;
    Ok(())
}
