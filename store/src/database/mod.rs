//! The two supported databases, and where they differ.

pub(crate) mod concerned;
pub(crate) mod content;
pub(crate) mod files;
pub(crate) mod head;
pub(crate) mod location;
pub(crate) mod log;
pub(crate) mod looks;
pub(crate) mod original;
pub(crate) mod pooling;
pub(crate) mod postgres;
pub(crate) mod reach;
pub(crate) mod sqlite;
pub(crate) mod url;
pub(crate) mod values;
pub(crate) mod wait;

use sea_orm::DatabaseConnection;

use crate::{database::location::Location, error::StoreError};

/// Opens a pool of connections to either database.
pub(crate) async fn connect(
    location: &Location,
    connections: u32,
    create: bool,
) -> Result<DatabaseConnection, StoreError> {
    match location {
        Location::Sqlite(file) => sqlite::connect(file, connections, create).await,
        Location::Postgres(url) => postgres::connect(url, connections).await,
    }
}
