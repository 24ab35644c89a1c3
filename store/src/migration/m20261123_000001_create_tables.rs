//! The first tables.
//!
//! Expands.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr,
    sea_query::{ForeignKey, Index, Table},
};

use super::{
    columns::{
        big_integer, big_integer_null, blob, boolean, integer, json_null, pk_auto, text, text_null, text_uniq,
    },
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let users = Table::create()
        .table("users")
        .col(pk_auto("id").big_integer())
        .col(text("username"))
        .col(text_uniq("folded"))
        .col(text("display_name"))
        .col(text("password_hash"))
        .col(boolean("configure_server"))
        .col(boolean("disabled"))
        .col(big_integer("created_at"))
        .to_owned();
    let sessions = Table::create()
        .table("sessions")
        .col(blob("token_hash").primary_key())
        .col(big_integer("user_id"))
        .col(big_integer("created_at"))
        .col(big_integer("last_seen_at"))
        .foreign_key(ForeignKey::create().from("sessions", "user_id").to("users", "id"))
        .to_owned();
    let set_up_links = Table::create()
        .table("set_up_links")
        .col(blob("token_hash").primary_key())
        .col(big_integer("created_at"))
        .to_owned();
    let consumers = Table::create()
        .table("consumers")
        .col(text("key").primary_key())
        .col(text("name"))
        .col(integer("secret_key_id"))
        .col(blob("secret"))
        .col(text("status"))
        .col(boolean("trusted"))
        .col(text_null("callback_url"))
        .col(text_null("rsa_public_key"))
        .col(big_integer("created_at"))
        .col(text("created_by"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer("revision"))
        .to_owned();
    let token_credentials = Table::create()
        .table("token_credentials")
        .col(text("token").primary_key())
        .col(integer("secret_key_id"))
        .col(blob("secret"))
        .col(text("consumer_key"))
        .col(big_integer("user_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("expires_at"))
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("revoked_at"))
        .foreign_key(ForeignKey::create().from("token_credentials", "user_id").to("users", "id"))
        .to_owned();
    let activity = Table::create()
        .table("activity")
        .col(pk_auto("id").big_integer())
        .col(big_integer("at"))
        .col(text("actor"))
        .col(text("action"))
        .col(text_null("consumer_key"))
        .col(big_integer_null("consumer_revision"))
        .col(text_null("address"))
        .col(json_null("before"))
        .col(json_null("after"))
        .to_owned();
    let vault_checks = Table::create()
        .table("vault_checks")
        .col(integer("key_id").primary_key())
        .col(blob("sealed"))
        .to_owned();
    for table in [users, sessions, set_up_links, consumers, token_credentials, activity, vault_checks] {
        transaction.execute(&table).await?;
    }
    for (table, columns) in [
        ("sessions", &["user_id"][..]),
        ("consumers", &["created_at", "key"]),
        ("consumers", &["name"]),
        ("token_credentials", &["consumer_key", "user_id"]),
        ("activity", &["consumer_key", "consumer_revision"]),
    ] {
        let mut index = Index::create();
        index.name(format!("{table}_{}", columns.join("_"))).table(table);
        for column in columns {
            index.col(*column);
        }
        transaction.execute(&index).await?;
    }
    compare_bytes(transaction).await
}
