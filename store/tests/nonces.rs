//! Nonces: none is accepted twice, however many ask, after a crash or in another process; and old ones take no room.

use crate::support;

use std::{fs, sync::Arc};

use store::{Nonce, Store};
use support::{Folder, PATIENCE, store, until};
use tokio::task::JoinSet;

/// Nonce `n` of a second.
fn nonce(timestamp: i64, n: u32) -> Nonce {
    let mut hash = [0xab; 16];
    hash[..4].copy_from_slice(&n.to_be_bytes());
    Nonce { timestamp, hash }
}

/// Uses a nonce at a time when nothing is too old.
async fn is_first(store: &Arc<Store>, nonce: Nonce) -> bool {
    store.nonces().record(nonce, 0).await.unwrap().is_new
}

async fn kept(folder: &Folder) -> i64 {
    let question = if folder.is_postgres() {
        "SELECT count(*) FROM shared_nonces"
    } else {
        "SELECT coalesce(sum(length(ids)), 0) / 24 FROM nonces"
    };
    folder.number(question).await
}

/// Uses nonces 0 to `count` of second 100 four times each, all at once, in the stores by turns: twice in a row, and
/// twice again later. Returns how often each was accepted.
async fn four_times_at_once(stores: &[Arc<Store>], count: u32) -> Vec<u32> {
    let mut uses = JoinSet::new();
    let all = (0..2).flat_map(|_| (0..count).flat_map(|n| [n, n]));
    for (n, store) in all.zip(stores.iter().cycle()) {
        let store = store.clone();
        uses.spawn(async move { (n, is_first(&store, nonce(100, n)).await) });
    }
    let answers = tokio::time::timeout(PATIENCE, uses.join_all()).await.expect("everybody is answered");
    let mut accepted = vec![0; count as usize];
    for (n, is_first) in answers {
        accepted[n as usize] += u32::from(is_first);
    }
    accepted
}

#[tokio::test]
async fn the_same_nonce_is_accepted_once_and_another_one_or_one_of_another_second_too() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    for different in [nonce(100, 1), nonce(101, 1), nonce(99, 1), nonce(100, 2), nonce(i64::MAX, 1)] {
        assert!(is_first(&store, different).await, "{different:?}");
        assert!(!is_first(&store, different).await, "{different:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_alike_among_a_thousand_at_once_one_is_accepted() {
    let (folder, store) = store().await;
    let stores = [Arc::new(store)];
    assert_eq!(four_times_at_once(&stores, 250).await, [1; 250]);
    assert_eq!(four_times_at_once(&stores, 250).await, [0; 250], "they stay used");
    assert_eq!(kept(&folder).await, 250);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_alike_in_two_processes_one_is_accepted() {
    let (folder, store) = store().await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    assert_eq!(four_times_at_once(&stores, 100).await, [1; 100]);
    // Both may have written one; the first row wins.
    assert!((100..=200).contains(&kept(&folder).await));
}

#[tokio::test]
async fn more_than_share_one_write_are_all_answered() {
    let (folder, store) = store().await;
    // In one thread nothing is written before all have asked.
    assert_eq!(four_times_at_once(&[Arc::new(store)], 2500).await, [1; 2500]);
    assert_eq!(kept(&folder).await, 2500);
}

#[tokio::test]
async fn those_who_ask_again_and_again_come_to_share_each_write() {
    const HALF: u32 = 8;
    const EACH: u32 = 50;
    let folder = Folder::sqlite();
    let store = Arc::new(folder.open().await.unwrap());
    let mut clients = JoinSet::new();
    for half in 0..2 {
        for client in half * HALF..(half + 1) * HALF {
            let store = store.clone();
            clients.spawn(async move {
                for n in 0..EACH {
                    assert!(is_first(&store, nonce(100, client * EACH + n)).await);
                }
            });
        }
        // The clients ask, and a group commit begins: the other half arrives during it.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
    }
    tokio::time::timeout(PATIENCE, clients.join_all()).await.expect("everybody is answered");
    assert_eq!(kept(&folder).await, i64::from(2 * HALF * EACH));
    let writes = folder.number("SELECT count(*) FROM nonces").await;
    assert!(writes < i64::from(EACH * 3 / 2), "{writes} writes, where each half alone needs {EACH}");
}

#[tokio::test]
async fn a_used_nonce_stays_used_whether_the_process_ended_well_or_not() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    assert!(is_first(&store, nonce(100, 1)).await);
    // Its writer may not have finished yet.
    until("nobody else has the store", async || Arc::strong_count(&store) == 1).await;
    Arc::into_inner(store).unwrap().close().await.unwrap();
    let store = Arc::new(folder.open().await.unwrap());
    assert!(!is_first(&store, nonce(100, 1)).await, "after a close");
    assert!(is_first(&store, nonce(100, 2)).await);
    drop(store);
    let store = Arc::new(folder.open().await.unwrap());
    assert!(!is_first(&store, nonce(100, 2)).await, "without one");
}

#[tokio::test]
async fn a_used_nonce_stays_used_after_a_crash() {
    let folder = Folder::sqlite();
    let store = Arc::new(folder.open().await.unwrap());
    for n in 1..20 {
        assert!(is_first(&store, nonce(100, n)).await);
    }
    // What `kill -9` leaves behind: the files as they are right after the answer.
    let left = Folder::sqlite();
    fs::copy(folder.vault_key(), left.vault_key()).unwrap();
    for end in ["", "-wal"] {
        let file = |folder: &Folder| format!("{}{end}", folder.database().display());
        fs::copy(file(&folder), file(&left)).unwrap();
    }
    let after_crash = Arc::new(left.open().await.unwrap());
    for n in 1..20 {
        assert!(!is_first(&after_crash, nonce(100, n)).await, "{n}");
    }
}

#[tokio::test]
async fn old_nonces_take_no_room_and_what_is_forgotten_is_told_and_stays_so() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    assert_eq!(store.nonces().forgotten_until().await.unwrap(), 0);
    for second in 1..=100 {
        assert!(is_first(&store, nonce(second, 1)).await);
    }
    assert!(store.nonces().record(nonce(101, 1), 60).await.unwrap().is_new);
    assert_eq!(store.nonces().forgotten_until().await.unwrap(), 60);
    assert_eq!(kept(&folder).await, 41);
    for second in [61, 100, 101] {
        assert!(!is_first(&store, nonce(second, 1)).await, "{second} is not forgotten");
    }
    assert!(store.nonces().record(nonce(102, 1), 40).await.unwrap().is_new, "the clock goes back");
    assert_eq!(store.nonces().forgotten_until().await.unwrap(), 60);
    drop(store);
    let store = Arc::new(folder.open().await.unwrap());
    assert_eq!(store.nonces().forgotten_until().await.unwrap(), 60);
    assert!(!is_first(&store, nonce(61, 1)).await);
}

#[tokio::test]
async fn nobody_has_to_forget_for_every_request() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    for now in 1000..1100 {
        assert!(store.nonces().record(nonce(now, 1), now - 10).await.unwrap().is_new);
        let (forgotten, kept) = (store.nonces().forgotten_until().await.unwrap(), kept(&folder).await);
        assert!((now - 15..=now - 10).contains(&forgotten), "second {now}: {forgotten}");
        assert!((10..=15).contains(&kept) || now < 1015, "second {now}: {kept}");
    }
}

/// A request can wait between the check of its timestamp and its group commit: by then what it repeats may
/// be forgotten.
#[tokio::test]
async fn a_nonce_that_was_forgotten_is_not_accepted_again() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    assert!(is_first(&store, nonce(50, 1)).await);
    assert!(store.nonces().record(nonce(100, 1), 50).await.unwrap().is_new);
    assert!(!is_first(&store, nonce(50, 1)).await);
    assert!(is_first(&store, nonce(51, 1)).await, "what may still be told apart is accepted");
}

#[tokio::test]
async fn a_nonce_that_another_process_forgot_is_not_accepted_again() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    assert!(is_first(&store, nonce(50, 1)).await);
    let beside = Arc::new(folder.open().await.unwrap());
    assert!(beside.nonces().record(nonce(100, 1), 60).await.unwrap().is_new);
    assert!(!is_first(&store, nonce(50, 1)).await);
    assert!(!is_first(&store, nonce(100, 1)).await, "what the other process accepted counts too");
    assert_eq!(store.nonces().forgotten_until().await.unwrap(), 60);
}

#[tokio::test]
async fn whoever_goes_away_leaves_nobody_waiting_and_its_nonce_stays_used() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    for round in 1..=20 {
        for gone in 0..5 {
            // Asks, and is dropped before the answer.
            tokio::select! {
                biased;
                answer = store.nonces().record(nonce(round, gone), 0) => panic!("{answer:?} before it can be written"),
                () = std::future::ready(()) => {}
            }
        }
        let waiting = tokio::time::timeout(PATIENCE, is_first(&store, nonce(round, 5)));
        assert!(waiting.await.expect("it is answered"));
        assert!(!is_first(&store, nonce(round, 0)).await);
    }
}

#[tokio::test]
async fn a_failure_is_told_to_everybody_who_waits_and_ends_with_its_cause() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    let table = if folder.is_postgres() { "shared_nonces" } else { "nonces" };
    folder.sql(&format!("ALTER TABLE {table} RENAME TO away")).await;
    let mut uses = JoinSet::new();
    for n in 0..10 {
        let store = store.clone();
        uses.spawn(async move { store.nonces().record(nonce(100, n), 0).await });
    }
    let answers = tokio::time::timeout(PATIENCE, uses.join_all()).await.expect("everybody is answered");
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    folder.sql(&format!("ALTER TABLE away RENAME TO {table}")).await;
    assert!(is_first(&store, nonce(100, 1)).await, "a failure uses nothing up");
}
