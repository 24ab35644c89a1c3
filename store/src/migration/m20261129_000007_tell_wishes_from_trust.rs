//! A column for the wish to be trusted, and one for consumers that may administer Latchkey. What earlier versions took
//! from a stranger's request as trust becomes the wish that it was.
//!
//! Expands: older nodes insert consumers without the columns.

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, ExprTrait as _,
    sea_query::{Expr, Query, Table, UpdateStatement},
};

use super::columns::boolean;

/// The author of a consumer that asked for its key itself.
const BY_REQUEST: &str = "by request";

pub(super) async fn up(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    for column in ["trusted_wished", "may_administer"] {
        let column = boolean(column).default(false).take();
        transaction.execute(Table::alter().table("consumers").add_column(column)).await?;
    }
    // An approved one with a callback is kept: requests name none, so an administrator has edited it and has saved
    // Trusted with it. Without a callback, approving alone had granted the wish.
    let wished = no_longer_trusted()
        .value("trusted_wished", true)
        .and_where(Expr::col("created_by").eq(BY_REQUEST))
        .and_where(Expr::col("status").ne("approved").or(Expr::col("callback_url").is_null()))
        .take();
    transaction.execute(&wished).await?;
    // A verifier is sent to a registered callback, or the user is asked, no matter who trusted the consumer.
    let anywhere = no_longer_trusted().and_where(Expr::col("callback_url").is_null()).take();
    transaction.execute(&anywhere).await?;
    Ok(())
}

/// Takes the trust from trusted consumers.
fn no_longer_trusted() -> UpdateStatement {
    Query::update().table("consumers").value("trusted", false).and_where(Expr::col("trusted").eq(true)).take()
}
