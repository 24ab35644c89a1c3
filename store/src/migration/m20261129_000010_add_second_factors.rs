//! What users see and keep of their own account: where each session was begun and when its user last proved who they
//! are; second factors, recovery codes, and sign-ins that wait for a code.
//!
//! Expands: older nodes begin sessions without the new columns, and know nothing of second factors, so they must be gone
//! before one is relied on.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr,
    sea_query::{ForeignKey, Index, Table},
};

use super::{
    columns::{big_integer, big_integer_null, blob, boolean, integer, text, text_null},
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in [big_integer_null("proved_at"), text_null("address"), text_null("agent")] {
        transaction.execute(Table::alter().table("sessions").add_column(column)).await?;
    }
    let second_factor = boolean("second_factor").default(false).take();
    transaction.execute(Table::alter().table("users").add_column(second_factor)).await?;
    let second_factors = Table::create()
        .table("second_factors")
        .col(text("owner").primary_key())
        .col(big_integer("user_id").unique_key())
        .col(integer("secret_key_id"))
        .col(blob("secret"))
        .col(blob("begun_by"))
        .col(big_integer("begun_at"))
        .col(big_integer_null("confirmed_at"))
        .col(big_integer("last_step"))
        .col(big_integer("wrong_codes"))
        .col(big_integer("wrong_at"))
        .foreign_key(ForeignKey::create().from("second_factors", "user_id").to("users", "id"))
        .to_owned();
    let recovery_codes = Table::create()
        .table("recovery_codes")
        .col(blob("code_hash").primary_key())
        .col(big_integer("user_id"))
        .foreign_key(ForeignKey::create().from("recovery_codes", "user_id").to("users", "id"))
        .to_owned();
    let sign_in_steps = Table::create()
        .table("sign_in_steps")
        .col(blob("token_hash").primary_key())
        .col(big_integer("user_id"))
        .col(big_integer("sign_outs"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("sign_in_steps", "user_id").to("users", "id"))
        .to_owned();
    for table in [second_factors, recovery_codes, sign_in_steps] {
        transaction.execute(&table).await?;
    }
    let index =
        Index::create().name("recovery_codes_user_id").table("recovery_codes").col("user_id").to_owned();
    transaction.execute(&index).await?;
    compare_bytes(transaction).await
}
