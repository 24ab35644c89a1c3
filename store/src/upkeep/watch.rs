//! Notices writes by other processes on this machine, or by other nodes.

use std::time::Duration;

use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    sqlx::{self, postgres::PgListener},
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    database::{postgres::CHANNEL, values::number},
    error::StoreError,
    store::Store,
};

/// How often SQLite is polled for other processes' writes; this process's own wake the feed at once.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How often PostgreSQL is polled although it notifies: this is how a broken connection is noticed.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// What is polled, and how.
pub(crate) enum Watch {
    /// `PRAGMA data_version` changes when another connection has written.
    Sqlite { connection: DatabaseConnection, seen: i64, latest: i64 },
    /// `LISTEN` wakes; the newest line's number, queried on the same connection, proves that it is still alive.
    Postgres { listener: Box<PgListener>, seen: i64, latest: i64 },
}

impl Watch {
    pub(crate) async fn open(store: &Store) -> Result<Self, StoreError> {
        if store.backend() == DbBackend::Postgres {
            // A pool of its own each time: a listener gives its connection back even where it cannot listen, and from a
            // shared pool the next one would get the same.
            let model = store.watch.get_postgres_connection_pool();
            let pool = model.options().clone().connect_lazy_with((*model.connect_options()).clone());
            // Boxed, as is each query below: they would enlarge the feed's future.
            let mut listener = Box::pin(PgListener::connect_with(&pool)).await.map_err(failed)?;
            listener.eager_reconnect(false);
            Box::pin(listener.listen(CHANNEL)).await.map_err(failed)?;
            Ok(Self::Postgres { listener: Box::new(listener), seen: 0, latest: 0 })
        } else {
            Ok(Self::Sqlite { connection: store.watch.clone(), seen: 0, latest: 0 })
        }
    }

    /// Polls; `true` if something was written since `mark_seen`.
    pub(crate) async fn look(&mut self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite { connection, seen, latest } => {
                *latest = number(connection, "PRAGMA data_version").await?;
                Ok(latest != seen)
            }
            Self::Postgres { listener, seen, latest } => {
                let newest = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM activity");
                *latest = Box::pin(newest.fetch_one(&mut **listener)).await.map_err(failed)?;
                Ok(latest != seen)
            }
        }
    }

    /// Marks what the last poll found as processed.
    pub(crate) fn mark_seen(&mut self) {
        let (Self::Sqlite { seen, latest, .. } | Self::Postgres { seen, latest, .. }) = self;
        *seen = *latest;
    }

    /// Waits for the next poll; `true` if a change was signalled.
    pub(crate) async fn wait(&mut self, wake: &Notify) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(timeout(LOOK_EVERY, wake.notified()).await.is_ok()),
            Self::Postgres { listener, .. } => tokio::select! {
                () = wake.notified() => Ok(true),
                notification = listener.try_recv() => match notification.map_err(failed)? {
                    Some(_) => Ok(true),
                    None => Err(StoreError::Unreachable("the connection that tells of changes was closed".to_owned())),
                },
                () = sleep(ASK_EVERY) => Ok(false),
            },
        }
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    DbErr::Conn(RuntimeErr::SqlxError(std::sync::Arc::new(error))).into()
}
