//! Opens either database: creates, migrates and checks it, and refuses one that is not ours.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Mutex,
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait as _, PaginatorTrait as _, TransactionTrait,
};
use tokio::sync::OnceCell;

use crate::{
    database::{
        connect, files::Files, location::Location, log, original::OriginalFiles, pooling, postgres, sqlite,
        url::PostgresUrl, values::has_table,
    },
    entity::vault_check,
    error::StoreError,
    memory::{feed::Feed, keyring::Keyring, repeats::Repeats, unreadable::Unreadable},
    migration,
    nonces::queue::NonceQueue,
    store::{Opened, Store},
    tables::{counts, vault_checks},
    upkeep::{tasks::Tasks, trigrams},
    vault::Vault,
};

/// How many connections read.
const READERS: u32 = 4;

impl Store {
    /// Opens a database and the vault key beside it; creates and migrates them as needed.
    pub async fn open(location: &Location, vault_key_file: &Path) -> Result<Self, StoreError> {
        Self::open_and_migrate(location, vault_key_file, true).await
    }

    /// Opens and migrates a database that exists; creates neither a database nor a vault key.
    pub async fn open_made(location: &Location, vault_key_file: &Path) -> Result<Self, StoreError> {
        Self::open_and_migrate(location, vault_key_file, false).await
    }

    async fn open_and_migrate(
        location: &Location,
        vault_key_file: &Path,
        may_create: bool,
    ) -> Result<Self, StoreError> {
        let open = async {
            examine(location).await?;
            let in_use = enter(location)?;
            let write =
                if may_create { connect(location, 1, true).await? } else { connect_made(location).await? };
            match prepare(&write, location, vault_key_file, may_create).await {
                Ok((vault, opened)) => Self::with_vault(location, write, vault, opened, in_use).await,
                Err(error) => Err(closed_after(error, &write).await),
            }
        };
        open.await.map_err(|error| error.at_opening(&location.to_string()))
    }

    /// Opens an existing database without creating or migrating anything, for commands that only read.
    pub async fn open_existing(location: &Location, vault_key_file: &Path) -> Result<Self, StoreError> {
        let open = async {
            examine(location).await?;
            let in_use = enter(location)?;
            let write = connect_made(location).await?;
            let prepared = async {
                refuse_newer(&write, location).await?;
                let vault = Vault::open(vault_key_file, false)?;
                vault_checks::proven(&write, &vault).await?;
                Ok::<_, StoreError>(vault)
            };
            match prepared.await {
                Ok(vault) => Self::with_vault(location, write, vault, Opened::default(), in_use).await,
                Err(error) => Err(closed_after(error, &write).await),
            }
        };
        open.await.map_err(|error| error.at_opening(&location.to_string()))
    }

    /// Whether a start could make a database that is not there, as far as can be seen without making it.
    pub async fn try_making(location: &Location) -> Result<(), StoreError> {
        let tried = async {
            match location {
                Location::Sqlite(file) => Files::of(file).refuse_unmakeable(),
                Location::Postgres(url) => {
                    let connection = postgres::connect(url, 1).await?;
                    let refused = postgres::refuse_without_create(&connection).await;
                    connection.close().await?;
                    refused
                }
            }
        };
        tried.await.map_err(|error| error.at_opening(&location.to_string()))
    }

    async fn with_vault(
        location: &Location,
        write: DatabaseConnection,
        vault: Vault,
        opened: Opened,
        in_use: Option<File>,
    ) -> Result<Self, StoreError> {
        let (nonce_writer, watch) = match location {
            Location::Sqlite(file) => (write.clone(), sqlite::connect(file, 1, false).await?),
            Location::Postgres(url) => {
                refuse_astray(&write, url).await?;
                (postgres::connect(url, 1).await?, postgres::connect_later(url.listening()).await?)
            }
        };
        Ok(Self {
            read: connect(location, READERS, false).await?,
            watch,
            write,
            nonce_writer,
            vault,
            feed: Feed::new(),
            keyring: Keyring::new(),
            nonce_queue: NonceQueue::default(),
            repeats: Repeats::default(),
            unreadable: Unreadable::default(),
            request_key: OnceCell::new(),
            location: location.clone(),
            files: location.file().map(OriginalFiles::opened),
            tasks: Tasks::default(),
            opened,
            in_use: Mutex::new(in_use),
        })
    }
}

/// Locks SQLite's database against a restore, and refuses one that cannot be written to, and a log that is not its own, before
/// SQLite opens it.
fn enter(location: &Location) -> Result<Option<File>, StoreError> {
    let Some(files) = location.file().map(Files::of) else { return Ok(None) };
    let in_use = files.share()?;
    files.refuse_read_only()?;
    log::refuse_foreign(&files)?;
    Ok(in_use)
}

/// Migrates and marks the database, and opens the vault; makes what is missing if it may.
async fn prepare(
    write: &DatabaseConnection,
    location: &Location,
    vault_key_file: &Path,
    may_create: bool,
) -> Result<(Vault, Opened), StoreError> {
    refuse_foreign(write, location).await?;
    refuse_newer(write, location).await?;
    // Another program's write then keeps no command from reading.
    if !may_create && is_up_to_date(write).await? {
        let vault = Vault::open(vault_key_file, false)?;
        vault_checks::proven(write, &vault).await?;
        return Ok((vault, Opened::default()));
    }
    // One transaction: of two processes that open a new database at once, the second one finds it migrated.
    let transaction = if write.get_database_backend() == DbBackend::Postgres {
        postgres::warn_of_old(write).await?;
        let transaction = write.begin().await?;
        postgres::lock_changes(&transaction).await?;
        transaction
    } else {
        sqlite::write_ahead(write).await?;
        let transaction = write.begin_with_options(sqlite::immediate()).await?;
        sqlite::mark(&transaction).await?;
        transaction
    };
    // Checked again: a newer version may have migrated while this one waited for the lock.
    refuse_newer(&transaction, location).await?;
    let migrated = migration::apply(&transaction).await?;
    // A start and `latchkey migrate` also put right what the database keeps for views.
    if may_create {
        counts::recount(&transaction).await?;
        trigrams::make(&transaction).await?;
    }
    let made = vault_check::Entity::find().count(&transaction).await? == 0;
    let vault = Vault::open(vault_key_file, made && may_create)?;
    if made {
        vault_checks::insert(&transaction, &vault, vault.newest()).await?;
    }
    transaction.commit().await?;
    vault_checks::proven(write, &vault).await?;
    Ok((vault, Opened { made, migrated }))
}

/// Whether there is nothing to make, mark or migrate.
async fn is_up_to_date(write: &DatabaseConnection) -> Result<bool, StoreError> {
    let has_its_log =
        write.get_database_backend() == DbBackend::Postgres || sqlite::is_write_ahead(write).await?;
    Ok(has_its_log
        && has_table(write, migration::TABLE).await?
        && migration::missing(write).await?.is_none()
        && vault_check::Entity::find().count(write).await? > 0)
}

/// Closes the connection of an opening that failed, so that it leaves no log behind; returns the error.
async fn closed_after(error: StoreError, write: &DatabaseConnection) -> StoreError {
    if let Err(unclosed) = write.close_by_ref().await {
        tracing::warn!(error = %unclosed, "the database was not closed in good order");
    }
    error
}

/// Refuses a PostgreSQL that would not do, with what to do about it.
async fn examine(location: &Location) -> Result<(), StoreError> {
    match location {
        Location::Sqlite(_) => Ok(()),
        Location::Postgres(url) => pooling::examine(url).await.map_err(|failure| failure.error),
    }
}

/// Refuses a `LATCHKEY_LISTEN_DATABASE_URL` that leads to another database.
async fn refuse_astray(write: &DatabaseConnection, url: &PostgresUrl) -> Result<(), StoreError> {
    if !url.is_pooled() {
        return Ok(());
    }
    let listening = postgres::connect(url.listening(), 1).await?;
    let are_the_same = vault_checks::are_the_same(write, &listening).await;
    listening.close().await?;
    if are_the_same? {
        return Ok(());
    }
    let reason = "LATCHKEY_LISTEN_DATABASE_URL leads to another database";
    let advice = "Give it the address of the same PostgreSQL database, without the pooler.";
    Err(StoreError::of_server(reason, advice))
}

/// Connects to a database that has our tables, and leaves a file or database without them as it is.
async fn connect_made(location: &Location) -> Result<DatabaseConnection, StoreError> {
    let not_made = || StoreError::NotMade(location.to_string());
    let is_missing =
        |file: &Path| matches!(fs::metadata(file), Err(error) if error.kind() == io::ErrorKind::NotFound);
    if location.file().is_some_and(is_missing) {
        return Err(not_made());
    }
    let write = connect(location, 1, false).await?;
    let recognised = async {
        refuse_foreign(&write, location).await?;
        if has_table(&write, "vault_checks").await? { Ok(()) } else { Err(not_made()) }
    };
    match recognised.await {
        Ok(()) => Ok(write),
        Err(error) => Err(closed_after(error, &write).await),
    }
}

async fn refuse_foreign(connection: &DatabaseConnection, location: &Location) -> Result<(), StoreError> {
    let name = location.to_string();
    match location {
        Location::Sqlite(_) => sqlite::refuse_foreign(connection, &name).await,
        Location::Postgres(_) => postgres::refuse_foreign(connection, &name).await,
    }
}

async fn refuse_newer(connection: &impl ConnectionTrait, location: &Location) -> Result<(), StoreError> {
    if !has_table(connection, migration::TABLE).await? {
        return Ok(());
    }
    match migration::unknown(connection).await? {
        Some(version) => Err(StoreError::Newer(location.to_string(), version)),
        None => Ok(()),
    }
}
