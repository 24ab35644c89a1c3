//! Rotating the vault key: everything is resealed, nothing is lost, and a run that was cut off anywhere is finished by
//! the next one.

use crate::support;

use std::{fs, sync::Arc};

use domain::Action;
use store::{Store, StoreError, rotation::Begun, vault::Secret};
use support::{
    Folder, PATIENCE, allow, at, begin_rotation, by, follow, give_secret, insert, insert_approved,
    insert_temporary, insert_user, issue, key, new_temporary, new_token, remove, store,
};
use tokio::task::JoinSet;

/// Rotates to the end; returns the new key, how many secrets were resealed, and which keys were dropped.
async fn rotate(store: &Store) -> (i32, u64, Vec<i32>) {
    let key_id = begin_rotation(store).await;
    let sealed = store.vault_keys().reseal().await.unwrap();
    (
        key_id,
        sealed,
        store.vault_keys().end_rotation(by(5)).await.unwrap().expect("nobody else seals with an old key"),
    )
}

/// Rotates to the end beside other rotations: one that began in between is finished with it. Returns the new key, and
/// which keys were dropped.
async fn rotate_beside_others(store: &Store) -> (i32, Vec<i32>) {
    let key_id = begin_rotation(store).await;
    loop {
        store.vault_keys().reseal().await.unwrap();
        if let Some(dropped) = store.vault_keys().end_rotation(by(5)).await.unwrap() {
            return (key_id, dropped);
        }
    }
}

/// Consumers 1 to `count`, each with a token, and temporary credentials of the first; three secrets for one consumer.
async fn filled(count: u32) -> (Folder, Store) {
    let (folder, store) = store().await;
    let user = insert_user(&store, "ada", false).await;
    for n in 1..=count {
        insert_approved(&store, n).await;
        issue(&store, new_token(&format!("token {n}"), n, user)).await;
    }
    (folder, store)
}

/// Asserts that every secret of `filled` opens in this store.
async fn all_open(store: &Store, count: u32) {
    for n in 1..=count {
        let consumer = store.consumers().cached(key(n)).await.unwrap().unwrap();
        assert_eq!(consumer.secret.expose(), format!("the secret of {n}"));
        let name = format!("token {n}");
        let token = store.tokens().cached(&consumer, &name).await.unwrap().unwrap();
        assert_eq!(token.secret.expose(), format!("the secret of {name}"));
        let name = format!("temporary token {n}");
        let temporary = store.temporary_credentials().find(&name).await.unwrap().unwrap();
        assert_eq!(temporary.secret.expose(), format!("the secret of {name}"));
    }
}

/// The numbers of the keys in the file.
fn in_file(folder: &Folder) -> Vec<i32> {
    let text = fs::read_to_string(folder.vault_key()).unwrap();
    text.lines().map(|line| line.split_once(':').unwrap().0.parse().unwrap()).collect()
}

/// Asserts that this key alone is left, in the file and in the database.
async fn is_the_only_key(folder: &Folder, key_id: i32) {
    assert_eq!(in_file(folder), [key_id]);
    for (table, column) in [
        ("vault_checks", "key_id"),
        ("consumers", "secret_key_id"),
        ("token_credentials", "secret_key_id"),
        ("temporary_credentials", "secret_key_id"),
        ("second_factors", "secret_key_id"),
    ] {
        let others = format!("SELECT count(*) FROM {table} WHERE {column} <> {key_id}");
        assert_eq!(folder.number(&others).await, 0, "{table}");
    }
    let beside: Vec<_> = folder.files().into_iter().filter(|name| !name.contains(".db")).collect();
    assert_eq!(beside, ["vault.key"], "no draft is left behind");
}

async fn rotations(store: &Store) -> Vec<(serde_json::Value, serde_json::Value)> {
    let lines = store.activity().after(0, 10_000).await.unwrap();
    let rotations = lines.into_iter().filter(|line| line.action == Action::VaultRotated);
    rotations.map(|line| (line.before.unwrap(), line.after.unwrap())).collect()
}

#[tokio::test]
async fn everything_is_sealed_anew_and_nothing_else_changes() {
    let (folder, store) = filled(3).await;
    let before = store.consumers().find(key(1)).await.unwrap().unwrap();
    let latest = store.activity().latest().await.unwrap();
    assert_eq!(store.vault_keys().in_file().unwrap().len(), 1);
    assert_eq!(rotate(&store).await, (2, 9, vec![1]));
    is_the_only_key(&folder, 2).await;
    assert_eq!(store.vault_keys().in_file().unwrap().len(), 1);
    assert_eq!(store.consumers().find(key(1)).await.unwrap().unwrap(), before);
    assert_eq!(store.activity().latest().await.unwrap(), latest + 1, "one line for all");
    let key_id = |id: i32| serde_json::json!({ "key_id": id });
    assert_eq!(rotations(&store).await, [(key_id(1), key_id(2))]);
    all_open(&folder.open().await.unwrap(), 3).await;
    assert_eq!(rotate(&store).await, (3, 9, vec![2]));
    is_the_only_key(&folder, 3).await;
}

#[tokio::test]
async fn the_secret_of_a_second_factor_is_sealed_anew_with_the_others() {
    let (folder, store) = filled(1).await;
    let id = insert_user(&store, "eve", false).await;
    let factor = store.second_factor(id);
    let secret = Secret::new("the secret of eve".to_owned());
    assert!(factor.begin(&secret, b"a session", at(1)).await.unwrap());
    assert!(factor.confirm(b"a session", at(0), 5, &[], by(2)).await.unwrap());
    assert_eq!(rotate(&store).await, (2, 4, vec![1]));
    is_the_only_key(&folder, 2).await;
    let beside = folder.open().await.unwrap();
    let opened = beside.second_factor(id).secret().await.unwrap().unwrap();
    assert_eq!(opened.expose(), "the secret of eve");
    all_open(&beside, 1).await;
}

#[tokio::test]
async fn more_than_one_transaction_holds_are_all_sealed_anew() {
    let (folder, store) = store().await;
    for n in 1..=450 {
        insert(&store, n).await;
    }
    assert_eq!(rotate(&store).await, (2, 450, vec![1]));
    is_the_only_key(&folder, 2).await;
    let after = folder.open().await.unwrap();
    for n in 1..=450 {
        let secret = after.consumers().secret(key(n)).await.unwrap().unwrap();
        assert_eq!(secret.expose(), format!("the secret of {n}"));
    }
}

#[tokio::test]
async fn whoever_runs_meanwhile_opens_everything_before_during_and_after() {
    let (folder, store) = filled(2).await;
    let running = Arc::new(folder.open().await.unwrap());
    let _feed = follow(&running).await;
    all_open(&running, 2).await;
    begin_rotation(&store).await;
    all_open(&running, 2).await;
    store.vault_keys().reseal().await.unwrap();
    all_open(&running, 2).await;
    store.vault_keys().end_rotation(by(5)).await.unwrap().unwrap();
    all_open(&running, 2).await;
}

#[tokio::test]
async fn cut_off_after_the_file_was_written_it_goes_on_with_the_key_that_is_there() {
    let (folder, store) = filled(1).await;
    begin_rotation(&store).await;
    // As if the transaction had not been committed.
    folder.sql("DELETE FROM vault_checks WHERE key_id = 2").await;
    let file = fs::read(folder.vault_key()).unwrap();
    insert(&store, 2).await;
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    assert_eq!(store.vault_keys().in_file().unwrap(), [1, 2]);
    assert_eq!(store.vault_keys().begin_rotation().await.unwrap(), Begun::Current(2));
    assert_eq!(fs::read(folder.vault_key()).unwrap(), file, "no third key");
    assert_eq!(rotate(&store).await, (2, 4, vec![1]));
    is_the_only_key(&folder, 2).await;
}

#[tokio::test]
async fn cut_off_before_everything_is_sealed_anew_it_goes_on_with_the_rest() {
    let (folder, store) = filled(2).await;
    begin_rotation(&store).await;
    insert(&store, 3).await;
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    assert_eq!(store.vault_keys().in_file().unwrap(), [1, 2]);
    assert_eq!(rotate(&store).await, (2, 6, vec![1]), "what the new key sealed is left alone");
    is_the_only_key(&folder, 2).await;
    all_open(&folder.open().await.unwrap(), 2).await;
}

#[tokio::test]
async fn cut_off_before_the_old_key_is_gone_from_the_file_it_drops_it_and_tells_nothing_twice() {
    let (folder, store) = filled(1).await;
    let old = fs::read_to_string(folder.vault_key()).unwrap();
    rotate(&store).await;
    let new = fs::read_to_string(folder.vault_key()).unwrap();
    fs::write(folder.vault_key(), old + &new).unwrap();
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    assert_eq!(store.vault_keys().in_file().unwrap(), [1, 2]);
    assert_eq!(rotate(&store).await, (2, 0, vec![1]));
    is_the_only_key(&folder, 2).await;
    assert_eq!(fs::read_to_string(folder.vault_key()).unwrap(), new);
    assert_eq!(rotations(&store).await.len(), 1);
}

#[tokio::test]
async fn it_does_not_end_while_something_is_sealed_with_an_old_key() {
    let (folder, store) = filled(1).await;
    begin_rotation(&store).await;
    assert_eq!(store.vault_keys().end_rotation(by(5)).await.unwrap(), None);
    assert_eq!(in_file(&folder), [1, 2]);
    assert!(rotations(&store).await.is_empty());
    all_open(&folder.open().await.unwrap(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_at_once_do_one_anothers_work_and_no_harm() {
    let (folder, store) = filled(60).await;
    let mut all = JoinSet::new();
    for _ in 0..4 {
        let store = folder.open().await.unwrap();
        all.spawn(async move { rotate_beside_others(&store).await });
    }
    let all = tokio::time::timeout(PATIENCE, all.join_all()).await.unwrap();
    // A run that starts after another has finished begins a new rotation, as it may.
    let last = all.iter().map(|(key_id, _)| *key_id).max().unwrap();
    is_the_only_key(&folder, last).await;
    assert_eq!(rotations(&store).await.len(), usize::try_from(last - 1).unwrap(), "{all:?}");
    let mut dropped: Vec<_> = all.into_iter().flat_map(|(_, dropped)| dropped).collect();
    dropped.sort_unstable();
    assert_eq!(dropped, (1..last).collect::<Vec<_>>(), "each once");
    all_open(&store, 60).await;
    all_open(&folder.open().await.unwrap(), 60).await;
}

/// Once a new secret is acknowledged, it is the one that is read, whatever is resealed at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_new_secret_is_lost_to_an_old_one_that_is_sealed_anew() {
    const ROTATIONS: i32 = 20;
    let (folder, store) = store().await;
    let mut consumer = insert(&store, 1).await;
    let rotating = tokio::spawn({
        let store = folder.open().await.unwrap();
        async move {
            for _ in 0..ROTATIONS {
                rotate(&store).await;
            }
        }
    });
    let mut count = 0;
    while !rotating.is_finished() {
        count += 1;
        let text = format!("a secret, number {count}");
        consumer = give_secret(&store, &consumer, &text).await;
        assert_eq!(store.consumers().secret(key(1)).await.unwrap().unwrap().expose(), text);
    }
    rotating.await.unwrap();
    let kept = folder.open().await.unwrap().consumers().secret(key(1)).await.unwrap().unwrap();
    assert_eq!(kept.expose(), format!("a secret, number {count}"));
    is_the_only_key(&folder, ROTATIONS + 1).await;
}

#[tokio::test]
async fn a_row_that_does_not_open_is_named_and_the_old_key_kept_until_it_does() {
    let (folder, store) = filled(1).await;
    let before = insert(&store, 2).await;
    let (one, two) = (key(1), key(2));
    let of_one = format!("SELECT secret FROM consumers WHERE key = '{one}'");
    folder.sql(&format!("UPDATE consumers SET secret = ({of_one}) WHERE key = '{two}'")).await;
    begin_rotation(&store).await;
    let refused = store.vault_keys().reseal().await.unwrap_err();
    assert!(matches!(refused, StoreError::SealedRow { table: "consumers", .. }), "{refused:?}");
    assert!(refused.to_string().contains(&key(2).to_string()), "{refused}");
    assert_eq!(store.vault_keys().end_rotation(by(5)).await.unwrap(), None);
    give_secret(&store, &before, "a new secret").await;
    rotate(&store).await;
    is_the_only_key(&folder, 2).await;
    all_open(&folder.open().await.unwrap(), 1).await;
}

#[tokio::test]
async fn what_expired_or_was_revoked_is_sealed_anew_too() {
    let (folder, store) = filled(1).await;
    assert!(insert_temporary(&store, new_temporary("undecided", 1)).await);
    allow(&store, "allowed", 1, 1).await;
    let consumer = store.consumers().find(key(1)).await.unwrap().unwrap();
    remove(&store, &consumer).await;
    assert_eq!(rotate(&store).await, (2, 4, vec![1]));
    is_the_only_key(&folder, 2).await;
}
