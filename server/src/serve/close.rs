//! What the process still knows is written, and the database closed, so that SQLite's is one file again.

use std::time::Duration;

use store::Store;
use tokio::time::timeout;

/// How long it may take to close the database: another process can be in the way, and a request that was cut off may still
/// hold a connection.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);

/// Writes what is in memory alone, and closes the database also where that fails. A stop is in good order all the same, so
/// failures are only logged: every acknowledged change was written before its answer.
pub(super) async fn write_and_close(store: &Store) {
    if let Err(error) = store.uses().write().await {
        tracing::error!(%error, "when consumers were last used could not be written down before the stop");
    }
    if let Err(error) = store.key_requests().write_repeats().await {
        tracing::error!(%error, "repeated requests for keys could not be written down before the stop");
    }
    match timeout(CLOSE_WITHIN, store.close_whole()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database was not closed in good order"),
        Err(_) => tracing::warn!("the database was not closed within {CLOSE_WITHIN:?}; nothing is lost"),
    }
}
