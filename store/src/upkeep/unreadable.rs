//! The rows that this version cannot read, for `latchkey check`: all that lists leave out.

use std::fmt;

use domain::Consumer;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::{
    entity::{consumer, user},
    error::StoreError,
    migration,
    store::Store,
    tables::{
        readable::{Listed, Row},
        users::Account,
    },
};

/// How many rows one query reads.
const AT_ONCE: u64 = 1_000;

/// A row that this version cannot read. Displays which one it is, and why.
#[derive(Debug)]
pub struct UnreadableRow {
    kind: &'static str,
    name: String,
    error: StoreError,
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, error } = self;
        match error {
            StoreError::Unreadable(what) => write!(f, "the {kind} {name:?} has {what} that cannot be read"),
            other => write!(f, "the {kind} {name:?} cannot be read: {other}"),
        }
    }
}

impl Store {
    /// All of them; none in a database that lacks migrations, whose tables are of another form.
    pub(crate) async fn unreadable_rows(&self) -> Result<Vec<UnreadableRow>, StoreError> {
        let mut found = Vec::new();
        if migration::missing(&self.read).await?.is_some() {
            return Ok(found);
        }
        let mut last: Option<String> = None;
        loop {
            let rows = consumer::Entity::find()
                .filter(
                    Condition::all().add_option(last.as_deref().map(|last| consumer::Column::Key.gt(last))),
                )
                .order_by_asc(consumer::Column::Key)
                .limit(AT_ONCE)
                .into_model::<Row<consumer::Model>>()
                .all(&self.read)
                .await?;
            let newest = rows.last().map(|row| row.name().to_owned());
            // A key that is no text comes after every text, again and again.
            if newest.is_none() || newest == last {
                break;
            }
            last = newest;
            found.extend(rows.into_iter().filter_map(unreadable::<_, Consumer>));
        }
        let users = user::Entity::find().order_by_asc(user::Column::Folded).into_model::<Row<user::Model>>();
        let users = users.all(&self.read).await?;
        found.extend(users.into_iter().filter_map(unreadable::<_, Account>));
        Ok(found)
    }
}

/// The row, if it cannot be read.
fn unreadable<M, T>(row: Row<M>) -> Option<UnreadableRow>
where
    M: Listed,
    T: TryFrom<M, Error = StoreError>,
{
    let name = row.name().to_owned();
    row.read::<T>().err().map(|error| UnreadableRow { kind: M::KIND, name, error })
}
