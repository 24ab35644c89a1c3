//! Why PostgreSQL cannot be reached, which a pool of connections hides, and which of several servers takes over.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    database::{location::Location, reach},
    error::StoreError,
    store::Store,
};

/// How long the feed may be kept from trying again, where there is no other server to be found.
const BRIEFLY: Duration = Duration::from_millis(700);

impl Store {
    /// The cause of an error that says that the database does not answer, if the server names one. Where a server can be
    /// written to, new connections lead to it.
    pub(crate) async fn cause(&self, error: StoreError) -> StoreError {
        let Location::Postgres(url) = &self.location else { return error };
        if !matches!(error, StoreError::Unreachable(_) | StoreError::TookTooLong | StoreError::Standby) {
            return error;
        }
        let finding = async {
            let options = reach::options(url).await?;
            let listening =
                if url.is_pooled() { reach::options(url.listening()).await? } else { options.clone() };
            Ok::<_, reach::NotReached>((options, listening))
        };
        let found = if url.has_several_servers() || url.listening().has_several_servers() {
            finding.await
        } else {
            let Ok(found) = timeout(BRIEFLY, finding).await else { return error };
            found
        };
        match found {
            Ok((options, listening)) => {
                for pool in [&self.read, &self.write, &self.nonce_writer] {
                    pool.get_postgres_connection_pool().set_connect_options(options.clone());
                }
                self.watch.get_postgres_connection_pool().set_connect_options(listening);
                error
            }
            Err(failure) => failure.error,
        }
    }
}
