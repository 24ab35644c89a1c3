//! Which rows are requests for a key that nobody has decided on, by the index of status, author and time.

use domain::{Actor, Status, query::milliseconds};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use time::OffsetDateTime;

use crate::{database::values::word, entity::consumer, error::StoreError, tables::readable::Row};

/// Requests that nobody has decided on, however old.
pub(crate) fn undecided() -> Condition {
    Condition::all()
        .add(consumer::Column::Status.eq(word(Status::Pending)))
        .add(consumer::Column::CreatedBy.eq(Actor::Request.to_string()))
}

/// Those that still wait: made after this time.
pub(super) fn waiting(since: OffsetDateTime) -> Condition {
    undecided().add(consumer::Column::CreatedAt.gt(milliseconds(since)))
}

/// Those that have ended: made at this time or before.
pub(crate) fn ended(since: OffsetDateTime) -> Condition {
    undecided().add(consumer::Column::CreatedAt.lte(milliseconds(since)))
}

/// Whether any has ended and is still in the table.
pub(super) async fn any_ended(
    connection: &impl ConnectionTrait,
    since: OffsetDateTime,
) -> Result<bool, StoreError> {
    // One that cannot be read has ended as well.
    let ended = consumer::Entity::find().filter(ended(since)).into_model::<Row<consumer::Model>>();
    Ok(ended.one(connection).await?.is_some())
}
