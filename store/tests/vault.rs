//! Which vault key seals: the database says it, and a process without that key seals and opens nothing.

use crate::support;

use std::{fs, path::PathBuf};

use store::{Store, StoreError, rotation::Begun};
use support::{
    Folder, allow, begin_rotation, consumer, give_secret, insert, insert_approved, insert_user, issue, key,
    new_token, registered, secret, store,
};

/// A key file on another machine, beside a database that both work on.
fn elsewhere(folder: &Folder) -> PathBuf {
    let file = folder.vault_key().with_file_name("vault.key on another machine");
    fs::copy(folder.vault_key(), &file).unwrap();
    file
}

/// Puts a key with the number 2 into a file that has one with the number 1.
async fn add_key(file: PathBuf) {
    let (other, _store) = store().await;
    let line = fs::read_to_string(other.vault_key()).unwrap().replacen("1:", "2:", 1);
    fs::write(&file, fs::read_to_string(&file).unwrap() + &line).unwrap();
}

/// How many secrets this key sealed.
async fn sealed_with(folder: &Folder, key_id: i32) -> i64 {
    let mut count = 0;
    for table in ["consumers", "token_credentials", "temporary_credentials"] {
        let question = format!("SELECT count(*) FROM {table} WHERE secret_key_id = {key_id}");
        count += folder.number(&question).await;
    }
    count
}

async fn secret_of(store: &Store, n: u32) -> Result<String, StoreError> {
    store.consumers().secret(key(n)).await.map(|secret| secret.unwrap().expose().to_owned())
}

#[tokio::test]
async fn a_key_that_the_database_does_not_know_seals_nothing() {
    let (folder, store) = store().await;
    store.close().await.unwrap();
    add_key(folder.vault_key()).await;
    let store = folder.open().await.unwrap();
    insert(&store, 1).await;
    assert_eq!((sealed_with(&folder, 1).await, sealed_with(&folder, 2).await), (1, 0));
    assert_eq!(secret_of(&store, 1).await.unwrap(), "the secret of 1");
}

#[tokio::test]
async fn where_several_machines_may_work_a_new_key_seals_when_the_file_had_time_to_reach_them() {
    let (folder, store) = store().await;
    let file = elsewhere(&folder);
    let there = Store::open(&folder.location(), &file).await.unwrap();
    if !store.is_shared() {
        assert_eq!(store.vault_keys().begin_rotation().await.unwrap(), Begun::Current(2));
        return;
    }
    assert_eq!(store.vault_keys().begin_rotation().await.unwrap(), Begun::Added(2));
    assert_eq!(store.vault_keys().in_file().unwrap(), [1, 2]);
    insert(&store, 1).await;
    insert(&there, 2).await;
    assert_eq!((sealed_with(&folder, 1).await, sealed_with(&folder, 2).await), (2, 0));
    fs::copy(folder.vault_key(), &file).unwrap();
    assert_eq!(store.vault_keys().begin_rotation().await.unwrap(), Begun::Current(2));
    insert(&there, 3).await;
    assert_eq!((sealed_with(&folder, 1).await, sealed_with(&folder, 2).await), (2, 1));
    assert_eq!(secret_of(&store, 3).await.unwrap(), "the secret of 3");
}

#[tokio::test]
async fn whoever_runs_already_seals_with_the_new_key_at_once() {
    let (folder, store) = store().await;
    let before = insert_approved(&store, 1).await;
    let user = insert_user(&store, "ada", false).await;
    let other = folder.open().await.unwrap();
    assert_eq!(begin_rotation(&other).await, 2);
    insert(&store, 2).await;
    issue(&store, new_token("token", 1, user)).await;
    allow(&store, "temporary", 1, user).await;
    // Consumer 2, token credentials, and both temporary ones.
    assert_eq!((sealed_with(&folder, 1).await, sealed_with(&folder, 2).await), (1, 4));
    give_secret(&store, &before, "another secret").await;
    assert_eq!((sealed_with(&folder, 1).await, sealed_with(&folder, 2).await), (0, 5));
    assert_eq!(secret_of(&other, 1).await.unwrap(), "another secret");
}

#[tokio::test]
async fn a_machine_without_the_new_key_seals_and_opens_nothing_until_it_has_the_file() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    let old_file = elsewhere(&folder);
    let there = Store::open(&folder.location(), &old_file).await.unwrap();
    assert_eq!(secret_of(&there, 1).await.unwrap(), "the secret of 1");
    begin_rotation(&store).await;
    insert(&store, 2).await;
    let is_named = |error: StoreError| {
        let words = error.to_string();
        let file = old_file.display().to_string();
        assert!(matches!(error, StoreError::VaultKeyUnknown { key_id: 2, .. }), "{error:?}");
        assert!(error.is_of_the_vault_key() && words.contains(&file) && words.contains("Copy"), "{words}");
    };
    let consumer = consumer(3);
    is_named(
        there.consumers().insert(&consumer, &secret("a secret"), registered(&consumer)).await.unwrap_err(),
    );
    is_named(secret_of(&there, 2).await.unwrap_err());
    is_named(there.vault_keys().begin_rotation().await.unwrap_err());
    is_named(Store::open(&folder.location(), &old_file).await.unwrap_err());
    assert!(there.consumers().find(key(3)).await.unwrap().is_none(), "nothing was kept");
    assert_eq!(secret_of(&there, 1).await.unwrap(), "the secret of 1", "what the old key sealed still opens");
    fs::copy(folder.vault_key(), &old_file).unwrap();
    insert(&there, 3).await;
    for n in [1, 2, 3] {
        assert_eq!(secret_of(&there, n).await.unwrap(), format!("the secret of {n}"));
    }
    assert_eq!(sealed_with(&folder, 2).await, 2);
}

#[tokio::test]
async fn another_key_of_the_same_number_seals_nothing() {
    let (folder, store) = store().await;
    let other_file = elsewhere(&folder);
    add_key(other_file.clone()).await;
    let there = Store::open(&folder.location(), &other_file).await.unwrap();
    begin_rotation(&store).await;
    let consumer = consumer(1);
    let refused = there.consumers().insert(&consumer, &secret("a secret"), registered(&consumer)).await;
    assert!(matches!(refused, Err(StoreError::VaultKeyWrong(_))), "{refused:?}");
    let refused = Store::open(&folder.location(), &other_file).await;
    assert!(matches!(refused, Err(StoreError::VaultKeyWrong(_))), "{refused:?}");
    fs::copy(folder.vault_key(), &other_file).unwrap();
    insert(&there, 1).await;
    assert_eq!(secret_of(&store, 1).await.unwrap(), "the secret of 1");
}

#[tokio::test]
async fn a_key_file_that_became_an_older_one_while_the_program_ran_gets_no_second_key_of_a_number() {
    let (folder, store) = store().await;
    let old_file = elsewhere(&folder);
    begin_rotation(&store).await;
    insert(&store, 1).await;
    fs::copy(&old_file, folder.vault_key()).unwrap();
    let refused = store.vault_keys().begin_rotation().await;
    assert!(matches!(refused, Err(StoreError::VaultKeyUnknown { key_id: 2, .. })), "{refused:?}");
    assert!(fs::read(folder.vault_key()).unwrap() == fs::read(&old_file).unwrap(), "the file was left alone");
}
