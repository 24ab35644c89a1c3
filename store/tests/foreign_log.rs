//! A write-ahead log that lies beside a database which is not its own: it is recognised before SQLite folds it in, and a
//! log that a crash has left is never taken for one.

use crate::support;

use std::{fs, path::PathBuf};

use store::{Store, StoreError};
use support::{Folder, insert, key};

fn log(folder: &Folder) -> PathBuf {
    PathBuf::from(format!("{}-wal", folder.database().display()))
}

/// A folder as a crash leaves that of this store: database and log as they are on the disk, and the vault key.
fn crashed(of: &Folder) -> Folder {
    let folder = Folder::sqlite();
    fs::copy(of.database(), folder.database()).unwrap();
    fs::copy(log(of), log(&folder)).unwrap();
    fs::copy(of.vault_key(), folder.vault_key()).unwrap();
    folder
}

/// A store with consumer 1.
async fn filled() -> (Folder, Store) {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    insert(&store, 1).await;
    (folder, store)
}

/// Whatever opens the database refuses the log, and changes neither of the two.
async fn is_refused(folder: &Folder, case: &str) {
    let files = || [folder.database(), log(folder)].map(|file| fs::read(file).ok());
    let before = files();
    for opened in [folder.open().await, folder.open_made().await, folder.open_existing().await] {
        let refused = opened.unwrap_err();
        assert!(matches!(refused, StoreError::ForeignLog { .. }), "{case}: {refused:?}");
        let words = refused.to_string();
        assert!(words.contains("latchkey.db-wal") && words.contains("`latchkey restore FILE`"), "{words}");
    }
    assert!(files() == before, "{case}: nothing was changed");
}

#[tokio::test]
async fn a_backup_that_was_copied_over_the_database_does_not_take_its_log() {
    let (folder, store) = filled().await;
    let backup = folder.database().with_file_name("backup.db");
    store.back_up(&backup).await.unwrap();
    for n in 2..5 {
        let crashed = crashed(&folder);
        fs::copy(&backup, crashed.database()).unwrap();
        is_refused(&crashed, &format!("with {n} consumers in the log")).await;
        insert(&store, n).await;
    }
}

#[tokio::test]
async fn nor_does_an_older_copy_of_the_file_itself() {
    let (folder, store) = filled().await;
    store.close().await.unwrap();
    let older = fs::read(folder.database()).unwrap();
    // Since then it was opened and closed, and opened once more.
    folder.open().await.unwrap().close().await.unwrap();
    let store = folder.open().await.unwrap();
    insert(&store, 2).await;
    let crashed = crashed(&folder);
    fs::write(crashed.database(), &older).unwrap();
    is_refused(&crashed, "an older copy").await;
}

#[tokio::test]
async fn nor_does_another_database() {
    let (folder, store) = filled().await;
    let (other, others_store) = filled().await;
    others_store.close().await.unwrap();
    // Each opening raises its change counter.
    for _ in 0..40 {
        other.open().await.unwrap().close().await.unwrap();
    }
    insert(&store, 2).await;
    let crashed = crashed(&folder);
    fs::copy(other.database(), crashed.database()).unwrap();
    is_refused(&crashed, "another database").await;
}

#[tokio::test]
async fn a_log_whose_database_is_gone_is_left_for_whoever_puts_it_back() {
    let (folder, _store) = filled().await;
    let gone = crashed(&folder);
    fs::remove_file(gone.database()).unwrap();
    is_refused(&gone, "removed").await;
    assert!(!gone.database().exists(), "none is made in its place");
    let emptied = crashed(&folder);
    fs::write(emptied.database(), "").unwrap();
    is_refused(&emptied, "emptied").await;
    fs::copy(folder.database(), gone.database()).unwrap();
    assert!(gone.open().await.unwrap().consumers().find(key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn beside_what_is_no_database_a_log_is_not_touched_either() {
    let (folder, _store) = filled().await;
    let crashed = crashed(&folder);
    let garbage = "This is a shopping list.\n".repeat(1000);
    fs::write(crashed.database(), &garbage).unwrap();
    let log_before = fs::read(log(&crashed)).unwrap();
    let refused = crashed.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused:?}");
    assert_eq!(fs::read_to_string(crashed.database()).unwrap(), garbage);
    assert!(fs::read(log(&crashed)).unwrap() == log_before);
}

/// The checkpoints that SQLite makes by itself come after a thousand pages.
#[tokio::test]
async fn after_a_crash_at_any_point_the_own_log_is_folded_in() {
    let (folder, store) = filled().await;
    for n in 2..400 {
        insert(&store, n).await;
        if n % 40 == 0 {
            let crashed = crashed(&folder);
            let again = crashed.open_made().await.unwrap();
            assert!(again.consumers().find(key(n)).await.unwrap().is_some(), "{n}");
            again.close().await.unwrap();
            assert!(!log(&crashed).exists());
        }
    }
}

#[tokio::test]
async fn a_log_without_a_whole_transaction_harms_nothing() {
    let (folder, store) = filled().await;
    store.close().await.unwrap();
    for (bytes, case) in [(vec![], "empty"), (vec![0; 20], "short"), (vec![7; 100_000], "garbage")] {
        fs::write(log(&folder), bytes).unwrap();
        let store = folder.open_made().await.unwrap();
        assert!(store.consumers().find(key(1)).await.unwrap().is_some(), "{case}");
        store.close().await.unwrap();
    }
    // The head of a log, and nothing behind it.
    let (of, _store) = filled().await;
    let head = fs::read(log(&of)).unwrap()[..32].to_vec();
    fs::write(log(&folder), head).unwrap();
    folder.open_made().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn others_may_open_it_while_it_is_written_to() {
    let (folder, store) = filled().await;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        let mut n = 2;
        while stopped.try_recv().is_err() {
            insert(&store, n).await;
            n += 1;
        }
        n
    });
    for _ in 0..30 {
        folder.open_made().await.unwrap().close().await.unwrap();
    }
    stop.send(()).unwrap();
    let next = writing.await.unwrap();
    let store = folder.open_made().await.unwrap();
    assert!(store.consumers().find(key(next - 1)).await.unwrap().is_some(), "{next}");
}
