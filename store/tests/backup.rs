//! A backup of SQLite's file: complete and consistent, without blocking others, and safe to start from.

use crate::support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::Username;
use sea_orm::{ConnectionTrait as _, Statement};
use store::{Nonce, Store, StoreError};
use support::{
    Folder, at, begin_rotation, by, insert, insert_approved, insert_temporary, insert_user, issue, key,
    new_temporary, new_token,
};

/// A store with two consumers, of which the first may act for a user.
async fn filled() -> (Folder, Arc<Store>) {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    let user = insert_user(&store, "ada", true).await;
    insert_approved(&store, 1).await;
    insert(&store, 2).await;
    issue(&store, new_token("token", 1, user)).await;
    (folder, Arc::new(store))
}

fn beside(folder: &Folder, name: &str) -> PathBuf {
    folder.database().with_file_name(name)
}

/// Puts a backup and the vault key of the database it was made of into a folder.
fn restored(backup: &Path, of: &Folder) -> Folder {
    let folder = Folder::sqlite();
    fs::copy(backup, folder.database()).unwrap();
    fs::copy(of.vault_key(), folder.vault_key()).unwrap();
    folder
}

fn nonce(timestamp: i64) -> Nonce {
    Nonce { timestamp, hash: [1; 16] }
}

fn drafts(folder: &Folder) -> Vec<String> {
    folder.files().into_iter().filter(|name| name.contains("draft")).collect()
}

#[tokio::test]
async fn everything_that_lasts_is_in_it_and_opens() {
    let (folder, store) = filled().await;
    let backup = beside(&folder, "backup.db");
    assert_eq!(store.back_up(&backup).await.unwrap(), [1]);
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(drafts(&folder).is_empty());
    let database = folder.plain().await;
    database.execute_unprepared(&format!("ATTACH '{}' AS copy", backup.display())).await.unwrap();
    for table in ["consumers", "users", "token_credentials", "activity", "vault_checks", "seaql_migrations"] {
        let both = |one: &str, other: &str| {
            format!(
                "(SELECT count(*) FROM (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table}))"
            )
        };
        let count = format!("(SELECT count(*) FROM main.{table})");
        let question = format!("SELECT {count}, {} + {}", both("main", "copy"), both("copy", "main"));
        let statement = Statement::from_string(database.get_database_backend(), question);
        let row = database.query_one_raw(statement).await.unwrap().unwrap();
        let (rows, different): (i64, i64) =
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert!(rows > 0 && different == 0, "{table}: {rows} rows, {different} different");
    }
    let copy = restored(&backup, &folder);
    let again = copy.open().await.unwrap();
    assert_eq!(again.health().await.unwrap().integrity, "ok");
    let consumer = again.consumers().cached(key(1)).await.unwrap().unwrap();
    assert_eq!(consumer.secret.expose(), "the secret of 1");
    let token = again.tokens().cached(&consumer, "token").await.unwrap().unwrap();
    assert_eq!(token.secret.expose(), "the secret of token");
    insert(&again, 3).await;
}

#[tokio::test]
async fn what_counted_only_for_a_moment_is_not_in_it() {
    let (folder, store) = filled().await;
    assert!(insert_temporary(&store, new_temporary("temporary", 1)).await);
    store.nonces().record(nonce(1000), 0).await.unwrap();
    let ada = store.users().find(&Username::parse("ada").unwrap()).await.unwrap().unwrap();
    store.sign_in_steps().insert(b"a step", &ada, false, at(1), at(0)).await.unwrap();
    store.second_factor(ada.id).challenge(b"a question", "{}".to_owned(), at(1), at(0)).await.unwrap();
    store.password_links().make(&ada.user.username, b"a link", by(1)).await.unwrap().unwrap();
    let backup = beside(&folder, "backup.db");
    store.back_up(&backup).await.unwrap();
    let copy = restored(&backup, &folder);
    for table in [
        "sessions",
        "sign_in_steps",
        "passkey_challenges",
        "set_up_links",
        "password_links",
        "temporary_credentials",
        "nonces",
    ] {
        assert_eq!(copy.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert!(folder.number("SELECT count(*) FROM temporary_credentials").await > 0, "the database keeps them");
}

/// A backup cannot know what was accepted after it was made; so no nonce of that time may be new to it.
#[tokio::test]
async fn no_nonce_is_new_to_it_but_later_ones() {
    let (folder, store) = filled().await;
    let backup = beside(&folder, "backup.db");
    store.back_up(&backup).await.unwrap();
    assert!(store.nonces().record(nonce(1000), 0).await.unwrap().is_new, "the database itself goes on");
    assert!(!store.nonces().forget_where_restored(5000).await.unwrap(), "it is no backup");
    let copy = restored(&backup, &folder);
    let unprepared = Arc::new(copy.open().await.unwrap());
    for later in [1000, 4_000_000_000] {
        assert!(
            !unprepared.nonces().record(nonce(later), 0).await.unwrap().is_new,
            "closed until it is known when"
        );
    }
    drop(unprepared);
    let again = Arc::new(copy.open().await.unwrap());
    assert!(again.nonces().forget_where_restored(1300).await.unwrap());
    assert!(!again.nonces().forget_where_restored(9000).await.unwrap(), "the first start decides");
    assert_eq!(again.nonces().forgotten_until().await.unwrap(), 1300);
    for (second, is_new) in [(1000, false), (1300, false), (1301, true), (1301, false)] {
        assert_eq!(again.nonces().record(nonce(second), 0).await.unwrap().is_new, is_new, "{second}");
    }
}

#[tokio::test]
async fn a_file_that_is_there_is_left_alone_and_a_folder_that_is_not_is_named() {
    let (folder, store) = filled().await;
    let taken = beside(&folder, "taken");
    fs::write(&taken, "precious").unwrap();
    let dangling = beside(&folder, "link");
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    for file in [&taken, &dangling, &folder.database()] {
        let refused = store.back_up(file).await;
        assert!(matches!(refused, Err(StoreError::BackupExists(_))), "{refused:?}");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "precious");
    let nowhere = folder.database().with_file_name("no").join("backup.db");
    let refused = store.back_up(&nowhere).await.unwrap_err();
    assert!(matches!(refused, StoreError::BackupFile { .. }), "{refused:?}");
    assert!(refused.to_string().contains(nowhere.to_str().unwrap()), "{refused}");
    assert!(drafts(&folder).is_empty());
}

#[tokio::test]
async fn whatever_stands_where_drafts_once_were_is_neither_written_nor_kept_as_the_backup() {
    let (folder, store) = filled().await;
    let (link, precious) = (beside(&folder, "linked.db.draft"), beside(&folder, "precious"));
    fs::write(&precious, "precious").unwrap();
    std::os::unix::fs::symlink(&precious, &link).unwrap();
    let strangers = beside(&folder, "planted.db.draft");
    fs::write(&strangers, "").unwrap();
    fs::set_permissions(&strangers, fs::Permissions::from_mode(0o666)).unwrap();
    for name in ["linked.db", "planted.db"] {
        let backup = beside(&folder, name);
        assert_eq!(store.back_up(&backup).await.unwrap(), [1]);
        let made = fs::symlink_metadata(&backup).unwrap();
        assert!(made.is_file(), "{made:?}");
        assert_eq!(made.permissions().mode() & 0o777, 0o600);
        assert_eq!(restored(&backup, &folder).open().await.unwrap().health().await.unwrap().integrity, "ok");
    }
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    assert_eq!(fs::read_to_string(&strangers).unwrap(), "");
    assert_eq!(drafts(&folder), ["linked.db.draft", "planted.db.draft"], "and no draft of ours");
}

#[tokio::test]
async fn one_that_fails_leaves_no_draft_behind() {
    let (folder, store) = filled().await;
    fs::remove_file(folder.vault_key()).unwrap();
    let failed = store.back_up(&beside(&folder, "backup.db")).await;
    assert!(matches!(failed, Err(StoreError::VaultKeyMissing(_))), "{failed:?}");
    assert!(drafts(&folder).is_empty() && !beside(&folder, "backup.db").exists(), "{:?}", folder.files());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_at_once_with_one_name_one_has_it_and_it_is_whole() {
    let (folder, store) = filled().await;
    let backup = beside(&folder, "backup.db");
    let (one, two) = tokio::join!(store.back_up(&backup), store.back_up(&backup));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won.unwrap(), [1]);
    assert!(matches!(lost, Err(StoreError::BackupExists(_))), "{lost:?}");
    let (other, another) = (beside(&folder, "other.db"), beside(&folder, "another.db"));
    let (other_made, another_made) = tokio::join!(store.back_up(&other), store.back_up(&another));
    assert!(other_made.is_ok() && another_made.is_ok());
    for file in [backup, other, another] {
        assert_eq!(restored(&file, &folder).open().await.unwrap().health().await.unwrap().integrity, "ok");
    }
    assert!(drafts(&folder).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_others_write_it_is_the_database_of_one_moment() {
    const BACKUPS: usize = 8;
    let (folder, store) = filled().await;
    let writer = Arc::new(folder.open().await.unwrap());
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let (consumers, lines) = ("SELECT count(*) FROM consumers", "SELECT count(*) FROM activity");
    let without = folder.number(lines).await - folder.number(consumers).await;
    let writing = tokio::spawn(async move {
        let mut n = 100;
        while stopped.try_recv().is_err() {
            insert(&writer, n).await;
            n += 1;
        }
    });
    let mut counts = Vec::new();
    for n in 0..BACKUPS {
        let before = folder.number(consumers).await;
        support::until("somebody has written", async || folder.number(consumers).await > before).await;
        let backup = beside(&folder, &format!("{n}.db"));
        store.back_up(&backup).await.unwrap();
        let copy = restored(&backup, &folder);
        assert_eq!(copy.open().await.unwrap().health().await.unwrap().integrity, "ok");
        let count = copy.number(consumers).await;
        assert_eq!(
            copy.number(lines).await - count,
            without,
            "each consumer with its line, and each line with its consumer"
        );
        counts.push(count);
    }
    stop.send(()).unwrap();
    writing.await.unwrap();
    assert!(counts.is_sorted_by(|before, after| before < after), "{counts:?}");
}

#[tokio::test]
async fn in_the_middle_of_a_rotation_it_names_both_keys_and_afterwards_the_new_one() {
    let (folder, store) = filled().await;
    begin_rotation(&store).await;
    let (middle, after) = (beside(&folder, "middle.db"), beside(&folder, "after.db"));
    assert_eq!(store.back_up(&middle).await.unwrap(), [1, 2]);
    let copy = restored(&middle, &folder);
    store.vault_keys().reseal().await.unwrap();
    store.vault_keys().end_rotation(by(5)).await.unwrap().unwrap();
    assert_eq!(store.back_up(&after).await.unwrap(), [2]);
    let opened = copy.open().await.unwrap();
    assert_eq!(opened.consumers().secret(key(1)).await.unwrap().unwrap().expose(), "the secret of 1");
    let refused = restored(&middle, &folder).open().await;
    assert!(matches!(refused, Err(StoreError::VaultKeyUnknown { key_id: 1, .. })), "{refused:?}");
}
