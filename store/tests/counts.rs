//! How many consumers have each status: kept, and right after every change, by our code or by others.

use crate::support;

use std::sync::Arc;

use domain::{Actor, Consumer, Status, StatusCounts};
use store::{Store, StoreError};
use support::{Folder, at, consumer, decide, insert, key, registered, remove, rename, save, secret, store};
use tokio::task::JoinSet;

const fn counts(pending: u64, approved: u64, disapproved: u64) -> StatusCounts {
    StatusCounts { pending, approved, disapproved }
}

/// The kept counts, which are those of the rows.
async fn right(store: &Store) -> StatusCounts {
    let counted = store.health().await.unwrap().views.unwrap().counted;
    assert!(counted.is_right(), "{counted:?}");
    assert_eq!(store.consumers().counts(None).await.unwrap(), counted.kept);
    counted.kept
}

#[tokio::test]
async fn consumers_are_counted_by_status_with_every_change() {
    let (_folder, store) = store().await;
    assert_eq!(right(&store).await, counts(0, 0, 0));
    let mut all = Vec::new();
    for n in 1..=6 {
        all.push(insert(&store, n).await);
    }
    assert_eq!(right(&store).await, counts(6, 0, 0));
    let approved = decide(&store, &all[0], Status::Approved).await;
    decide(&store, &all[1], Status::Disapproved).await;
    rename(&store, &all[3], "Renamed").await;
    remove(&store, &all[2]).await;
    assert_eq!(right(&store).await, counts(3, 1, 1));
    let disapproved = decide(&store, &approved, Status::Disapproved).await;
    assert_eq!(right(&store).await, counts(3, 0, 2));
    remove(&store, &disapproved).await;
    let counted = right(&store).await;
    assert_eq!((counted, counted.all(), counted.of(Status::Disapproved)), (counts(3, 0, 1), 4, 1));
}

#[tokio::test]
async fn a_change_that_is_refused_counts_nothing() {
    let (_folder, store) = store().await;
    let one = insert(&store, 1).await;
    let approved = decide(&store, &one, Status::Approved).await;
    let stale = one.decide(Status::Disapproved, at(1)).unwrap();
    assert!(matches!(save(&store, &one, &stale).await, Err(StoreError::Stale)));
    let again = store.consumers().insert(&approved, &secret("correct horse"), registered(&approved)).await;
    assert!(matches!(again, Err(StoreError::KeyTaken)), "{again:?}");
    assert_eq!(right(&store).await, counts(0, 1, 0));
}

#[tokio::test]
async fn what_is_changed_by_sql_or_by_an_older_node_is_counted() {
    let (folder, store) = store().await;
    for n in 1..=3 {
        insert(&store, n).await;
    }
    let columns =
        "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";
    folder
        .sql(&format!("INSERT INTO consumers (key, {columns}) SELECT 'x' || key, {columns} FROM consumers"))
        .await;
    assert_eq!(right(&store).await, counts(6, 0, 0));
    folder.sql("UPDATE consumers SET status = 'approved', revision = revision + 1 WHERE key LIKE 'x%'").await;
    assert_eq!(right(&store).await, counts(3, 3, 0));
    folder.sql("UPDATE consumers SET status = 'approved', last_used_at = 5").await;
    assert_eq!(right(&store).await, counts(0, 6, 0));
    folder.sql("DELETE FROM consumers WHERE key LIKE 'x%'").await;
    assert_eq!(right(&store).await, counts(0, 3, 0));
    folder.sql("DELETE FROM consumers").await;
    assert_eq!(right(&store).await, counts(0, 0, 0));
}

#[tokio::test]
async fn changes_of_two_processes_at_once_are_all_counted() {
    let (folder, first) = store().await;
    let stores = [Arc::new(first), Arc::new(folder.open().await.unwrap())];
    let mut changes = JoinSet::new();
    for n in 1..=20 {
        let store = stores[n as usize % 2].clone();
        changes.spawn(async move {
            let one = insert(&store, n).await;
            if n % 4 == 0 {
                remove(&store, &one).await;
            } else {
                decide(&store, &one, Status::Approved).await;
            }
        });
    }
    changes.join_all().await;
    assert_eq!(right(&stores[0]).await, counts(0, 15, 0));
    assert_eq!(right(&stores[1]).await, counts(0, 15, 0));
}

#[tokio::test]
async fn requests_that_have_ended_are_not_counted_where_they_are_left_out() {
    let (_folder, store) = store().await;
    for n in 1..=4 {
        let asked = Consumer { created_by: Actor::Request, ..consumer(n) };
        store.consumers().insert(&asked, &secret("correct horse"), registered(&asked)).await.unwrap();
    }
    insert(&store, 5).await;
    let asked = store.consumers().find(key(1)).await.unwrap().unwrap();
    decide(&store, &asked, Status::Disapproved).await;
    let left = async |since| store.consumers().counts(Some(at(since))).await.unwrap();
    assert_eq!(left(0).await, counts(4, 0, 1));
    assert_eq!(left(3).await, counts(2, 0, 1), "numbers 2 and 3 have ended, number 1 is decided");
    assert_eq!(left(9).await, counts(1, 0, 1), "what nobody asked for does not end");
}

async fn miscounted(folder: &Folder) -> Store {
    folder.sql("UPDATE consumer_counts SET number = number + 5 WHERE status = 'pending'").await;
    folder.sql("DELETE FROM consumer_counts WHERE status = 'approved'").await;
    folder.open_made().await.unwrap()
}

#[tokio::test]
async fn counts_that_somebody_changed_are_told_and_put_right_at_the_next_start() {
    let (folder, store) = store().await;
    let one = insert(&store, 1).await;
    insert(&store, 2).await;
    decide(&store, &one, Status::Approved).await;
    store.close().await.unwrap();
    let store = miscounted(&folder).await;
    let counted = store.health().await.unwrap().views.unwrap().counted;
    assert_eq!((counted.kept, counted.rows), (counts(6, 0, 0), counts(1, 1, 0)), "a command leaves them");
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    assert_eq!(right(&store).await, counts(1, 1, 0));
    insert(&store, 3).await;
    assert_eq!(right(&store).await, counts(2, 1, 0));
}
