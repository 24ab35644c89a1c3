//! Puts a backup in the place of the database, while nothing works on it (SQLite; PostgreSQL has its own tools for that).
//!
//! The backup is copied, proven and marked as restored beside the database, and only then put in its place. Whatever moment
//! a crash comes at, the database before is there, or the restored one is; and where its old log still lies beside the
//! restored one, it is refused there (`database::log`) until the restore is repeated.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rustix::process::geteuid;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TransactionTrait as _};
use time::{OffsetDateTime, macros::format_description};

use crate::{
    database::{
        files::{BESIDE, Files, with_ending},
        log::{self, Beside},
        sqlite,
        values::has_table,
    },
    error::StoreError,
    migration,
    nonces::forgotten::mark_restored,
    private_file, random,
    tables::{activity::newest, vault_checks},
    upkeep::backup::OF_THE_MOMENT,
    vault::{
        Vault,
        file::{beside, remove_if_there, sync_folder},
    },
};

/// A database that was put in the place of another one.
#[derive(Debug)]
pub struct Restored {
    /// The numbers of the vault keys that open it.
    pub key_ids: Vec<i32>,
    /// Where the database before is kept; `None` if there was none.
    pub kept: Option<PathBuf>,
    /// The number of the newest activity in it.
    pub newest_line: Option<i64>,
    /// When that happened.
    pub newest_activity: Option<OffsetDateTime>,
}

/// Puts a copy of `backup` in the place of `database`, which is kept beside it under a name with the time `now`. The
/// backup may be the database itself: then it is marked as restored, and a log that is not its own is left out.
pub async fn restore(
    backup: &Path,
    database: &Path,
    vault_key_file: &Path,
    now: OffsetDateTime,
) -> Result<Restored, StoreError> {
    let files = Files::of(database);
    let _alone = files.lock()?;
    // An unpredictable name, created exclusively: no file and no link of another user can stand there.
    let draft = beside(files.database(), &format!("{:016x}.draft", u64::from_ne_bytes(random::bytes())));
    let placed = async {
        copy(backup, &draft, &files)?;
        let mut restored = prove(&draft, backup, vault_key_file).await?;
        File::open(&draft).and_then(|draft| draft.sync_all()).map_err(|source| failed(&files, source))?;
        restored.kept = place(&draft, &files, now)?;
        Ok::<_, StoreError>(restored)
    };
    let placed = Box::pin(placed).await;
    let removed = ["", BESIDE[0], BESIDE[1], BESIDE[2]]
        .into_iter()
        .try_for_each(|ending| remove_if_there(&with_ending(&draft, ending)))
        .map_err(|source| failed(&files, source));
    placed.and_then(|restored| removed.map(|()| restored))
}

/// Copies the backup, and its own log if it has one, to a draft with the owner of the database. Whatever the mode of that is, the
/// draft is for its owner alone.
fn copy(backup: &Path, draft: &Path, files: &Files) -> Result<(), StoreError> {
    let unreadable = |source: io::Error| unusable(backup, source.to_string());
    // Before it is opened: a named pipe would wait for one that writes there.
    if !fs::metadata(backup).map_err(unreadable)?.is_file() {
        return Err(unusable(backup, "it is not a file".to_owned()));
    }
    let mut source = File::open(backup).map_err(unreadable)?;
    let source_files = Files::of(backup);
    let has_log = match log::beside(&source_files) {
        Ok(found) => found == Beside::Own,
        Err(StoreError::Damaged(_)) => return Err(unusable(backup, NO_DATABASE.to_owned())),
        Err(error) => return Err(error),
    };
    let mut copied = || {
        let mut file = private_file::create(draft)?;
        match fs::metadata(files.database()) {
            Ok(like) => private_file::give_owner(&file, &like)?,
            // Root restores for the user that runs the server.
            Err(_) if geteuid().is_root() => private_file::give_owner(&file, &fs::metadata(files.folder())?)?,
            Err(_) => {}
        }
        io::copy(&mut source, &mut file)?;
        if has_log {
            let mut log = private_file::create(&with_ending(draft, "-wal"))?;
            io::copy(&mut File::open(source_files.log())?, &mut log)?;
        }
        Ok(())
    };
    copied().map_err(|source| failed(files, source))
}

/// Proves that the draft is whole, ours, of a known version and opened by the vault key; marks it as restored.
async fn prove(draft: &Path, backup: &Path, vault_key_file: &Path) -> Result<Restored, StoreError> {
    let connection = sqlite::connect(draft, 1, false).await.map_err(|error| of_backup(error, backup))?;
    let proven = prove_by(&connection, backup, vault_key_file).await;
    let closed = connection.close().await;
    let restored = proven.map_err(|error| of_backup(error, backup))?;
    closed?;
    Ok(restored)
}

async fn prove_by(
    connection: &DatabaseConnection,
    backup: &Path,
    vault_key_file: &Path,
) -> Result<Restored, StoreError> {
    // Folds in the log that was copied, and leaves one file. What has this mode cannot have a log (`database::log`).
    connection.execute_unprepared("PRAGMA journal_mode = DELETE").await?;
    let check = Statement::from_string(connection.get_database_backend(), "PRAGMA integrity_check(1)");
    let row = connection.query_one_raw(check).await?.ok_or(StoreError::Unreadable("no integrity check"))?;
    let integrity: String = row.try_get_by_index(0)?;
    if integrity != "ok" {
        return Err(unusable(backup, format!("it is damaged ({integrity})")));
    }
    sqlite::refuse_foreign(connection, &backup.display().to_string()).await?;
    for table in [migration::TABLE, "vault_checks"] {
        if !has_table(connection, table).await? {
            return Err(unusable(backup, NOT_OURS.to_owned()));
        }
    }
    if let Some(version) = migration::unknown(connection).await? {
        let reason = format!("it was written by a newer latchkey (it has the migration {version})");
        return Err(unusable(backup, reason));
    }
    let vault = Vault::open(vault_key_file, false)?;
    let key_ids = vault_checks::proven(connection, &vault).await?;
    let transaction = connection.begin_with_options(sqlite::immediate()).await?;
    // An earlier version may have made it, without some of the tables below.
    migration::apply(&transaction).await?;
    for statement in OF_THE_MOMENT {
        transaction.execute_unprepared(statement).await?;
    }
    mark_restored(&transaction).await?;
    transaction.commit().await?;
    let newest = newest(connection).await?;
    let newest_line = newest.as_ref().map(|newest| newest.id);
    let newest_activity = newest.map(|newest| newest.at);
    Ok(Restored { key_ids, kept: None, newest_line, newest_activity })
}

/// Puts the draft in the place of the database; returns where that is kept, with its log, if there was one.
fn place(draft: &Path, files: &Files, now: OffsetDateTime) -> Result<Option<PathBuf>, StoreError> {
    // Held to the end: a program that does not know the lock on the folder must not open the database in between.
    let before = files.lock_database()?;
    let database = files.database();
    let kept = free_name(database, now);
    let placed = || {
        if before.is_some() {
            exchange(draft, database, &kept)?;
        } else {
            private_file::place(draft, database)?;
        }
        let mut is_kept = before.is_some();
        for ending in BESIDE {
            match fs::rename(with_ending(database, ending), with_ending(&kept, ending)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => {
                    moved?;
                    is_kept = true;
                }
            }
        }
        sync_folder(database)?;
        Ok(is_kept.then(|| kept.clone()))
    };
    placed().map_err(|source| failed(files, source))
}

/// Replaces the database by the draft and keeps it under another name: atomically where the file system has hard links.
fn exchange(draft: &Path, database: &Path, kept: &Path) -> io::Result<()> {
    if fs::hard_link(database, kept).is_ok() {
        return fs::rename(draft, database).or_else(|error| {
            fs::remove_file(kept)?;
            Err(error)
        });
    }
    exchange_by_renames(draft, database, kept)
}

/// For FAT and exFAT, which have no hard links: between the two steps there is no database. A log that lies there is
/// refused in the meantime.
fn exchange_by_renames(draft: &Path, database: &Path, kept: &Path) -> io::Result<()> {
    private_file::place(database, kept)?;
    private_file::place(draft, database).or_else(|error| {
        private_file::place(kept, database)?;
        Err(error)
    })
}

/// A name beside the database that tells when it was replaced, and that no file has.
fn free_name(database: &Path, now: OffsetDateTime) -> PathBuf {
    let format = format_description!("[year]-[month]-[day]T[hour]-[minute]-[second]");
    // Every time can be written so.
    let at = now.format(format).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let is_free = |name: &PathBuf| {
        let names = ["", BESIDE[0], BESIDE[1], BESIDE[2]].map(|ending| with_ending(name, ending));
        names.iter().all(|name| fs::symlink_metadata(name).is_err())
    };
    let first = beside(database, &format!("before-{at}"));
    let further = (2_u64..).map(|n| beside(database, &format!("before-{at}.{n}")));
    std::iter::once(first.clone()).chain(further).find(is_free).unwrap_or(first)
}

const NO_DATABASE: &str = "it is no SQLite database";
const NOT_OURS: &str = "it is no database of Latchkey";

fn unusable(backup: &Path, reason: String) -> StoreError {
    StoreError::BackupUnusable { path: backup.to_owned(), reason }
}

fn failed(files: &Files, source: io::Error) -> StoreError {
    StoreError::RestoreFile { database: files.database().display().to_string(), source }
}

/// Names the backup instead of its draft.
fn of_backup(error: StoreError, backup: &Path) -> StoreError {
    match error {
        StoreError::Damaged(_) => unusable(backup, "it is damaged, or is no SQLite database".to_owned()),
        StoreError::Foreign(_) | StoreError::NotMade(_) => unusable(backup, NOT_OURS.to_owned()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// One of the two ways to replace a database.
    type Way = fn(&Path, &Path, &Path) -> io::Result<()>;

    #[test]
    fn the_database_is_replaced_and_kept_with_and_without_hard_links() {
        for way in [exchange as Way, exchange_by_renames] {
            let folder = tempfile::tempdir().unwrap();
            let [draft, database, kept] = ["draft", "database", "kept"].map(|name| folder.path().join(name));
            fs::write(&draft, "new").unwrap();
            fs::write(&database, "old").unwrap();
            way(&draft, &database, &kept).unwrap();
            let now = [&database, &kept].map(|file| fs::read_to_string(file).unwrap());
            assert_eq!(now, ["new", "old"]);
            assert!(!draft.exists());
        }
    }

    #[test]
    fn what_cannot_be_put_in_its_place_leaves_the_database_there() {
        for way in [exchange as Way, exchange_by_renames] {
            let folder = tempfile::tempdir().unwrap();
            let [missing, database, kept] =
                ["missing", "database", "kept"].map(|name| folder.path().join(name));
            fs::write(&database, "old").unwrap();
            assert_eq!(way(&missing, &database, &kept).unwrap_err().kind(), io::ErrorKind::NotFound);
            assert_eq!(fs::read_to_string(&database).unwrap(), "old");
            assert!(!kept.exists());
        }
    }

    #[test]
    fn a_database_is_kept_under_a_name_that_nothing_has() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("latchkey.db");
        let now = datetime!(2026-01-31 12:05:09 UTC);
        let mut names = Vec::new();
        for ending in ["", "-wal", ""] {
            let name = free_name(&database, now);
            fs::write(with_ending(&name, ending), "").unwrap();
            names.push(name.file_name().unwrap().to_string_lossy().into_owned());
        }
        let first = "latchkey.db.before-2026-01-31T12-05-09";
        assert_eq!(names, [first.to_owned(), format!("{first}.2"), format!("{first}.3")]);
    }
}
