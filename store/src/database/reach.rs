//! Connects to PostgreSQL once, without a pool: a pool tries again until its time is up, and hides why. Of several servers it
//! finds the one that can be written to.

use std::{fmt::Display, io, sync::Arc, time::Duration};

use sea_orm::{
    DbErr, RuntimeErr, SqlxError,
    sqlx::{
        ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _,
        postgres::PgConnectOptions,
    },
};
use tokio::{fs::File, io::AsyncReadExt as _, time::timeout};

use crate::{
    database::url::{PostgresUrl, shown_host},
    error::StoreError,
};

/// How long a server has to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What has to be known of a server before it is used: its encoding, whether it refuses writes, whether commits wait for
/// the disk.
const QUESTION: &str = "SELECT current_setting('server_encoding'), \
    (pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean)::text, current_setting('synchronous_commit')";

/// What begins everything that may stand in the files of TLS.
const PEM: &[u8] = b"-----BEGIN ";

/// They are shorter, though all the authorities of a system may stand in one.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Why a database cannot be used.
#[derive(Debug)]
pub(crate) struct NotReached {
    pub(crate) error: StoreError,
    /// It may only not be there yet: nothing listens, it is starting up, its name is not known.
    pub(crate) may_come: bool,
}

impl NotReached {
    pub(crate) fn for_good(error: StoreError) -> Self {
        Self { error, may_come: false }
    }

    /// The same of the server at which changes are listened for.
    pub(crate) fn where_it_listens(self) -> Self {
        let named = |reason: String| format!("at LATCHKEY_LISTEN_DATABASE_URL, {reason}");
        let error = match self.error {
            StoreError::Unreachable(reason) => StoreError::Unreachable(named(reason)),
            StoreError::CannotUse { database, reason, advice } => {
                StoreError::CannotUse { database, reason: named(reason), advice }
            }
            other => other,
        };
        Self { error, ..self }
    }
}

impl From<SqlxError> for NotReached {
    fn from(error: SqlxError) -> Self {
        let may_come = match &error {
            // A certificate that is not trusted is reported as invalid data.
            SqlxError::Io(error) => error.kind() != io::ErrorKind::InvalidData,
            SqlxError::Database(reported) => {
                // PgBouncer has its servers' absence under a code that means anything.
                let code = reported.code().unwrap_or_default();
                code.starts_with("57P0") || reported.message().contains("server_login_retry")
            }
            _ => false,
        };
        Self { error: DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))).into(), may_come }
    }
}

/// A server that was reached.
pub(crate) struct Reached {
    pub(crate) connection: PgConnection,
    /// How it was connected to.
    pub(crate) options: PgConnectOptions,
    encoding: String,
    /// A standby, or one that was made so.
    is_read_only: bool,
    /// Whether a commit is answered before it is on the disk, unless the session says otherwise.
    pub(crate) may_forget_commits: bool,
}

/// How the first server that can be written to is connected to.
pub(crate) async fn options(url: &PostgresUrl) -> Result<PgConnectOptions, NotReached> {
    let reached = connect(url).await?;
    reached.connection.close().await?;
    Ok(reached.options)
}

/// Connects to the first server that can be written to.
pub(crate) async fn connect(url: &PostgresUrl) -> Result<Reached, NotReached> {
    for (parameter, file) in url.files() {
        check_file(parameter, file).await?;
    }
    let mut failures = Vec::new();
    for server in url.servers() {
        match connect_to(url, &server).await {
            Ok(reached) => return Ok(reached),
            Err(NotReached { error, may_come }) => {
                let error = match error {
                    StoreError::Unreachable(reason) => {
                        let (host, port) = (shown_host(&server), server.get_port());
                        StoreError::Unreachable(format!("{host}:{port}: {reason}"))
                    }
                    other => other,
                };
                failures.push(NotReached { error, may_come });
            }
        }
    }
    // What waiting cannot mend says more.
    let worst = failures.iter().position(|failure| !failure.may_come).unwrap_or(0);
    Err(failures.swap_remove(worst))
}

/// Connects to a server by its `sslmode`, of which some have two ways.
async fn connect_to(url: &PostgresUrl, server: &PgConnectOptions) -> Result<Reached, NotReached> {
    let (mode, other) = url.modes(server);
    let reached = match (attempt(server.clone().ssl_mode(mode)).await, other) {
        (Err(error), Some(other)) if is_about_encryption(&error) => {
            attempt(server.clone().ssl_mode(other)).await?
        }
        (reached, _) => reached?,
    };
    if reached.encoding != "UTF8" {
        let reason = format!("its encoding is {}, in which not every name can be stored", reached.encoding);
        let advice =
            "Make a database with the encoding UTF8: createdb --encoding=UTF8 --template=template0 NAME.";
        return Err(NotReached::for_good(StoreError::of_server(reason, advice)));
    }
    if reached.is_read_only {
        // Of several, one may be about to be promoted.
        return Err(NotReached { error: StoreError::Standby, may_come: url.has_several_servers() });
    }
    Ok(reached)
}

/// Connects, and asks what has to be known.
async fn attempt(options: PgConnectOptions) -> Result<Reached, SqlxError> {
    let asked = async {
        let mut connection = options.connect().await?;
        let row = connection.fetch_one(QUESTION).await?;
        let (encoding, read_only): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let synchronous: String = row.try_get(2)?;
        Ok(Reached {
            connection,
            encoding,
            is_read_only: read_only == "true",
            may_forget_commits: synchronous == "off",
            options: options.clone(),
        })
    };
    // Boxed: it would enlarge the future of everything that opens a database.
    in_time(Box::pin(asked)).await
}

/// What a server answers, if it does so soon.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T, SqlxError>>) -> Result<T, SqlxError> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| {
        let reason = format!("it did not answer within {} seconds", PATIENCE.as_secs());
        Err(SqlxError::Io(io::Error::new(io::ErrorKind::TimedOut, reason)))
    })
}

/// Whether the same server may answer with TLS where it did not without, or the other way round.
fn is_about_encryption(error: &SqlxError) -> bool {
    match error {
        SqlxError::Tls(_) => true,
        SqlxError::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        // No entry in pg_hba.conf for this user and host with, or without, encryption.
        SqlxError::Database(reported) => reported.code().as_deref() == Some("28000"),
        _ => false,
    }
}

/// Names the file that the driver would only say is not there.
async fn check_file(parameter: &str, file: &str) -> Result<(), NotReached> {
    let advice = "See to it that the file is there and that the user that runs latchkey may read it.";
    let told = |reason: &dyn Display| {
        let reason = format!("{parameter}={file} cannot be used: {reason}");
        NotReached::for_good(StoreError::of_server(reason, advice))
    };
    let opened = File::open(file).await.map_err(|error| told(&error))?;
    let mut text = Vec::new();
    opened.take(MOST_BYTES + 1).read_to_end(&mut text).await.map_err(|error| told(&error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(told(&"it is longer than 4 MiB"));
    }
    let is_pem = text.windows(PEM.len()).any(|window| window == PEM);
    if is_pem { Ok(()) } else { Err(told(&"it is no PEM file")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_never_ends_is_refused() {
        let refused = check_file("sslrootcert", "/dev/zero").await.unwrap_err().error.to_string();
        assert!(refused.contains("sslrootcert=/dev/zero cannot be used: it is longer than"), "{refused}");
    }
}
