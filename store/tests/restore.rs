//! A restore: the backup is proven before it is put in its place, and the database before is kept.

use crate::support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::Username;
use store::{Nonce, Restored, StoreError, restore::restore};
use support::{Folder, at, by, insert, insert_user, key};

/// A closed database with consumers 1 and 2, and a backup that knows the first alone.
async fn with_backup() -> (Folder, PathBuf) {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    insert(&store, 1).await;
    let backup = folder.database().with_file_name("backup.db");
    store.back_up(&backup).await.unwrap();
    insert(&store, 2).await;
    store.close().await.unwrap();
    (folder, backup)
}

async fn restored(folder: &Folder, backup: &Path) -> Result<Restored, StoreError> {
    restore(backup, &folder.database(), &folder.vault_key(), at(1)).await
}

/// Which of the consumers 1 and 2 a database knows.
async fn known(folder: &Folder) -> [bool; 2] {
    let store = folder.open_made().await.unwrap();
    let mut known = [false; 2];
    for (n, is_known) in (1..).zip(&mut known) {
        *is_known = store.consumers().find(key(n)).await.unwrap().is_some();
    }
    store.close().await.unwrap();
    known
}

fn log(of: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", of.display()))
}

#[tokio::test]
async fn the_backup_is_in_its_place_and_the_database_before_is_kept_whole() {
    let (folder, backup) = with_backup().await;
    let before = fs::read(folder.database()).unwrap();
    fs::set_permissions(folder.database(), fs::Permissions::from_mode(0o640)).unwrap();
    let done = restored(&folder, &backup).await.unwrap();
    assert_eq!((done.key_ids, done.newest_line, done.newest_activity), (vec![1], Some(1), Some(at(0))));
    let kept = done.kept.unwrap();
    assert!(kept.to_string_lossy().ends_with("latchkey.db.before-1970-01-01T00-00-01"), "{}", kept.display());
    assert!(fs::read(&kept).unwrap() == before);
    let mode = fs::metadata(folder.database()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "whatever the mode of the database before was");
    let names = ["backup.db", "latchkey.db", "latchkey.db.before-1970-01-01T00-00-01", "vault.key"];
    assert_eq!(folder.files(), names, "no draft is left");
    assert_eq!(known(&folder).await, [true, false]);
    // And back again.
    let done = restored(&folder, &kept).await.unwrap();
    assert!(done.kept.unwrap().to_string_lossy().ends_with("-01.2"), "a second one has a name of its own");
    assert_eq!(known(&folder).await, [true, true]);
}

#[tokio::test]
async fn what_counted_only_for_a_moment_is_not_in_it_whoever_made_the_copy() {
    let (folder, _) = with_backup().await;
    let store = Arc::new(folder.open().await.unwrap());
    let nonce = Nonce { timestamp: 1000, hash: [1; 16] };
    store.nonces().record(nonce, 0).await.unwrap();
    insert_user(&store, "ada", true).await;
    let ada = store.users().find(&Username::parse("ada").unwrap()).await.unwrap().unwrap();
    store.sign_in_steps().insert(b"a step", &ada, false, at(1), at(0)).await.unwrap();
    store.second_factor(ada.id).challenge(b"a question", "{}".to_owned(), at(1), at(0)).await.unwrap();
    store.password_links().make(&ada.user.username, b"a link", by(1)).await.unwrap().unwrap();
    store.close().await.unwrap();
    let copy = folder.database().with_file_name("copy.db");
    fs::copy(folder.database(), &copy).unwrap();
    restored(&folder, &copy).await.unwrap();
    for table in [
        "sessions",
        "sign_in_steps",
        "passkey_challenges",
        "set_up_links",
        "password_links",
        "temporary_credentials",
        "nonces",
    ] {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    let store = Arc::new(folder.open().await.unwrap());
    assert!(store.health().await.unwrap().is_restored);
    let later = Nonce { timestamp: 4_000_000_000, hash: [2; 16] };
    assert!(!store.nonces().record(later, 0).await.unwrap().is_new, "closed until a server begins");
}

#[tokio::test]
async fn the_log_of_the_database_before_goes_with_it() {
    let (folder, backup) = with_backup().await;
    let store = folder.open().await.unwrap();
    insert(&store, 3).await;
    let crashed = Folder::sqlite();
    fs::copy(folder.database(), crashed.database()).unwrap();
    fs::copy(log(&folder.database()), log(&crashed.database())).unwrap();
    fs::copy(folder.vault_key(), crashed.vault_key()).unwrap();
    let kept = restored(&crashed, &backup).await.unwrap().kept.unwrap();
    assert!(!log(&crashed.database()).exists());
    assert_eq!(known(&crashed).await, [true, false]);
    // Nothing is lost: what was in the log alone comes back with it.
    restored(&crashed, &kept).await.unwrap();
    let store = crashed.open_made().await.unwrap();
    assert!(store.consumers().find(key(3)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_backup_that_was_copied_over_the_database_is_restored_where_it_lies() {
    let (folder, backup) = with_backup().await;
    let store = folder.open().await.unwrap();
    insert(&store, 3).await;
    let mixed = Folder::sqlite();
    fs::copy(&backup, mixed.database()).unwrap();
    fs::copy(log(&folder.database()), log(&mixed.database())).unwrap();
    fs::copy(folder.vault_key(), mixed.vault_key()).unwrap();
    assert!(matches!(mixed.open_made().await, Err(StoreError::ForeignLog { .. })));
    let kept = restored(&mixed, &mixed.database()).await.unwrap().kept.unwrap();
    assert!(log(&kept).exists(), "the log is kept aside");
    assert_eq!(known(&mixed).await, [true, false]);
}

#[tokio::test]
async fn where_there_is_no_database_yet_it_is_put_there() {
    let (folder, backup) = with_backup().await;
    let fresh = Folder::sqlite();
    let refused = restored(&fresh, &backup).await.unwrap_err();
    assert!(matches!(refused, StoreError::VaultKeyMissing(_)), "{refused:?}");
    assert_eq!(fresh.files(), [""; 0], "neither a key nor a draft");
    fs::copy(folder.vault_key(), fresh.vault_key()).unwrap();
    let done = restored(&fresh, &backup).await.unwrap();
    assert_eq!(done.kept, None);
    let mode = fs::metadata(fresh.database()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(known(&fresh).await, [true, false]);
}

#[tokio::test]
async fn while_somebody_works_on_the_database_it_is_left_alone() {
    let (folder, backup) = with_backup().await;
    for store in [folder.open().await.unwrap(), folder.open_existing().await.unwrap()] {
        let refused = restored(&folder, &backup).await.unwrap_err();
        assert!(matches!(refused, StoreError::InUse(_)), "{refused:?}");
        store.close().await.unwrap();
    }
    assert_eq!(known(&folder).await, [true, true]);
    let store = folder.open().await.unwrap();
    store.close_whole().await.unwrap();
    restored(&folder, &backup).await.unwrap();
    assert_eq!(known(&folder).await, [true, false], "a store that is closed is in nobody's way");
}

#[tokio::test]
async fn what_is_not_a_whole_backup_is_refused_and_changes_nothing() {
    let (folder, backup) = with_backup().await;
    let whole = fs::read(&backup).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.database().with_file_name(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut changed = whole.clone();
    changed[8192..16384].fill(0xa5);
    let bad = [
        file("empty.db", b""),
        file("text.db", "a shopping list\n".repeat(500).as_bytes()),
        file("half.db", &whole[..whole.len() / 2]),
        file("changed.db", &changed),
        folder.database().with_file_name("missing.db"),
        folder.database().parent().unwrap().to_owned(),
    ];
    let (before, files) = (fs::read(folder.database()).unwrap(), folder.files());
    for bad in bad {
        let refused = restored(&folder, &bad).await.unwrap_err();
        assert!(matches!(refused, StoreError::BackupUnusable { .. }), "{}: {refused:?}", bad.display());
        assert!(refused.to_string().contains(bad.to_str().unwrap()), "{refused}");
    }
    assert_eq!(folder.files(), files, "no draft is left");
    assert!(fs::read(folder.database()).unwrap() == before);
}

#[tokio::test]
async fn a_backup_of_another_vault_or_a_newer_version_is_refused() {
    let (folder, backup) = with_backup().await;
    let (other, others_backup) = with_backup().await;
    let refused = restored(&folder, &others_backup).await.unwrap_err();
    assert!(matches!(refused, StoreError::VaultKeyWrong(_)), "{refused:?}");
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m30000101_000001_later', 0)";
    other.sql(newer).await;
    let refused = restored(&other, &other.database()).await.unwrap_err();
    assert!(refused.to_string().contains("m30000101_000001_later"), "{refused}");
    let foreign = Folder::sqlite();
    foreign.sql("CREATE TABLE recipes (id INTEGER PRIMARY KEY)").await;
    let refused = restored(&folder, &foreign.database()).await.unwrap_err();
    assert!(refused.to_string().contains("no database of Latchkey"), "{refused}");
    assert_eq!(known(&folder).await, [true, true]);
    restored(&folder, &backup).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_at_once_each_is_whole_or_refused() {
    let (folder, backup) = with_backup().await;
    let (one, two) = tokio::join!(restored(&folder, &backup), restored(&folder, &backup));
    assert!(one.is_ok() || two.is_ok(), "{one:?}, {two:?}");
    for done in [one, two] {
        assert!(matches!(done, Ok(_) | Err(StoreError::InUse(_))), "{done:?}");
    }
    assert_eq!(known(&folder).await, [true, false]);
}
