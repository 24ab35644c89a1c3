//! Requests for a key: where each came from, how often it was made, and what finds one that is alike.
//!
//! Expands: older nodes insert requests without these columns. Requests that were made before get their address from
//! the activity; nothing finds them as alike, since that is computed from their secrets.

use std::net::IpAddr;

use domain::Network;
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, ExprTrait as _,
    sea_query::{Expr, Index, Query, Table},
};

use super::{
    columns::{big_integer, blob, blob_null, integer, text, text_null},
    compare_bytes::compare_bytes,
};

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in [
        text_null("requested_from"),
        text_null("requested_network"),
        big_integer("requested_times").default(0).take(),
        blob_null("request_digest"),
        text_null("request_fingerprint"),
    ] {
        transaction.execute(Table::alter().table("consumers").add_column(column)).await?;
    }
    let sealed_keys = Table::create()
        .table("sealed_keys")
        .col(text("name").primary_key())
        .col(integer("secret_key_id"))
        .col(blob("secret"))
        .to_owned();
    transaction.execute(&sealed_keys).await?;
    for columns in [&["request_digest"][..], &["requested_network"], &["status", "created_by", "created_at"]]
    {
        let mut index = Index::create();
        index.name(format!("consumers_{}", columns.join("_"))).table("consumers");
        for column in columns {
            index.col(*column);
        }
        transaction.execute(&index).await?;
    }
    compare_bytes(transaction).await?;
    note_addresses(transaction).await
}

/// Notes where earlier requests came from.
async fn note_addresses(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let once = Query::update()
        .table("consumers")
        .value("requested_times", 1)
        .and_where(Expr::col("created_by").eq("by request"))
        .to_owned();
    transaction.execute(&once).await?;
    let requested = Query::select()
        .columns([("activity", "consumer_key"), ("activity", "address")])
        .from("activity")
        .inner_join("consumers", Expr::col(("consumers", "key")).equals(("activity", "consumer_key")))
        .and_where(Expr::col(("consumers", "created_by")).eq("by request"))
        .and_where(Expr::col(("activity", "action")).eq("consumer_requested"))
        .to_owned();
    for row in transaction.query_all(&requested).await? {
        let key: String = row.try_get_by_index(0)?;
        let address: Option<String> = row.try_get_by_index(1)?;
        let network = address.as_ref().and_then(|address| address.parse::<IpAddr>().ok()).map(Network::of);
        let note = Query::update()
            .table("consumers")
            .values([
                ("requested_from", address.into()),
                ("requested_network", network.map(|network| network.to_string()).into()),
            ])
            .and_where(Expr::col("key").eq(key))
            .to_owned();
        transaction.execute(&note).await?;
    }
    Ok(())
}
