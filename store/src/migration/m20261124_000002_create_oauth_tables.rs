//! What the OAuth provider remembers: temporary credentials, and the nonces of requests that were accepted.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, blob, blob_null, integer, text},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
        // Every identifier below this one is forgotten, and therefore refused whatever the clock says.
        let forgotten = Table::create()
            .table("nonces_forgotten")
            .col(integer("id").primary_key())
            .col(blob("bound"))
            .to_owned();
        for table in [temporary_credentials, forgotten] {
            manager.create_table(table).await?;
        }
        for (table, column) in [
            ("temporary_credentials", "consumer_key"),
            ("temporary_credentials", "expires_at"),
            ("token_credentials", "user_id"),
        ] {
            let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        // The timestamp comes first in the identifier, so that inserts meet in the same few pages and what is too old
        // is one range. Nothing but the identifier is kept: SQLite needs no second tree for it.
        let without_rowid =
            if manager.get_database_backend() == sea_orm::DbBackend::Sqlite { " WITHOUT ROWID" } else { "" };
        let binary =
            if manager.get_database_backend() == sea_orm::DbBackend::Sqlite { "BLOB" } else { "BYTEA" };
        let nonces = format!("CREATE TABLE nonces (id {binary} NOT NULL PRIMARY KEY){without_rowid}");
        let connection = manager.get_connection();
        connection.execute_unprepared(&nonces).await?;
        let first = Query::insert()
            .into_table("nonces_forgotten")
            .columns(["id", "bound"])
            .values_panic([1.into(), 1_i64.to_be_bytes().to_vec().into()])
            .to_owned();
        connection.execute(&first).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
