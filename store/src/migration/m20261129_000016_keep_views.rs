//! What views of the consumers are answered from: an index for each order, the folded names, the texts that searches look
//! through, and how many consumers have each status.
//!
//! Expands. Triggers keep all of it, so that older nodes, which know nothing of it, cannot leave it behind.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, sea_query::Table};

use super::{columns::text, compare_bytes::compare_bytes};

/// The orders of the list, by themselves and inside a status, and the filters. Each order ends with the key, as pages do.
const INDEXES: [(&str, &str); 11] = [
    ("consumers_by_name", "folded_name, key"),
    ("consumers_by_change", "updated_at, key"),
    ("consumers_by_use", "COALESCE(last_used_at, -1), key"),
    ("consumers_of_status_by_key", "status, key"),
    ("consumers_of_status_by_name", "status, folded_name, key"),
    ("consumers_of_status_by_time", "status, created_at, key"),
    ("consumers_of_status_by_change", "status, updated_at, key"),
    ("consumers_of_status_by_use", "status, COALESCE(last_used_at, -1), key"),
    ("consumers_of_author", "created_by, created_at, key"),
    ("consumers_trusted", "trusted, created_at, key"),
    ("consumers_ending", "ends_at"),
];

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        // Of a million consumers it takes longer than a statement may otherwise.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    let folded_name = text("folded_name").default("").take();
    transaction.execute(Table::alter().table("consumers").add_column(folded_name)).await?;
    // Before there are triggers: a column that one of them names cannot be altered.
    compare_bytes(transaction).await?;
    transaction.execute_unprepared("UPDATE consumers SET folded_name = lower(name)").await?;
    for (name, columns) in INDEXES {
        transaction.execute_unprepared(&format!("CREATE INDEX {name} ON consumers ({columns})")).await?;
    }
    let kept = match backend {
        DbBackend::Postgres => include_str!("views/postgres.sql"),
        _ => include_str!("views/sqlite.sql"),
    };
    transaction.execute_unprepared(kept).await?;
    Ok(())
}
