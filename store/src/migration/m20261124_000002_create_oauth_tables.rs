//! The OAuth provider's tables: temporary credentials, and the nonces of accepted requests.
//!
//! Expands.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr,
    sea_query::{ForeignKey, Index, Query, Table},
};

use super::{
    columns::{big_integer, big_integer_null, blob, blob_null, integer, pk_auto, text},
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let temporary_credentials = Table::create()
        .table("temporary_credentials")
        .col(text("token").primary_key())
        .col(integer("secret_key_id"))
        .col(blob("secret"))
        .col(text("consumer_key"))
        .col(text("callback"))
        .col(text("state"))
        .col(big_integer_null("user_id"))
        .col(blob_null("verifier_hash"))
        .col(integer("wrong_verifiers"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .foreign_key(ForeignKey::create().from("temporary_credentials", "user_id").to("users", "id"))
        .to_owned();
    // Many nonces to a row, in the order in which they were written; `newest` is the latest second among them.
    let nonces = Table::create()
        .table("nonces")
        .col(pk_auto("id").big_integer())
        .col(big_integer("newest"))
        .col(blob("ids"))
        .to_owned();
    // Nonces of this second and before are deleted, so requests with such a timestamp are refused, whatever the clock says.
    let forgotten = Table::create()
        .table("nonces_forgotten")
        .col(integer("id").primary_key())
        .col(big_integer("until"))
        .to_owned();
    for table in [temporary_credentials, nonces, forgotten] {
        transaction.execute(&table).await?;
    }
    for (table, column) in [
        ("temporary_credentials", "consumer_key"),
        ("temporary_credentials", "expires_at"),
        ("token_credentials", "user_id"),
    ] {
        let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
        transaction.execute(&index).await?;
    }
    let first = Query::insert()
        .into_table("nonces_forgotten")
        .columns(["id", "until"])
        .values_panic([1.into(), 0.into()])
        .to_owned();
    transaction.execute(&first).await?;
    compare_bytes(transaction).await
}
