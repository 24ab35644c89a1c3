//! An index of what was done to each user, whose name stands in a line's snapshots: no column, so that lines of earlier versions,
//! before and after this migration, are found alike.
//!
//! Expands.

use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr};

use crate::database::concerned::concerned;

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        // Of a long activity the index takes longer than a statement may otherwise.
        transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    }
    let user = concerned(backend);
    let index = format!(
        r#"CREATE INDEX IF NOT EXISTS "activity_by_user" ON "activity" (({user}), "id") WHERE {user} IS NOT NULL"#
    );
    transaction.execute_unprepared(&index).await?;
    Ok(())
}
