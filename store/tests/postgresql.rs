//! What holds on PostgreSQL whatever its own settings are.

use crate::support;

use std::sync::Arc;

use store::{Location, Nonce, Store, StoreError};
use support::{Folder, consumer, insert, key, registered, secret, until};

/// Notes the setting in which each nonce and each line of activity is committed.
const NOTE: &str = "CREATE TABLE noted (setting text); \
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
      INSERT INTO noted VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER note_nonces AFTER INSERT ON shared_nonces \
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note(); \
    CREATE CONSTRAINT TRIGGER note_activity AFTER INSERT ON activity \
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note()";

/// Ends the store's connections: it opens others, which have the database's default of now.
const END_CONNECTIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

async fn expect_two_durable(folder: &Folder) {
    assert_eq!(folder.number("SELECT count(*) FROM noted WHERE setting = 'on'").await, 2);
    assert_eq!(folder.number("SELECT count(*) FROM noted WHERE setting <> 'on'").await, 0);
}

/// Switches the database's default for new sessions off.
async fn forget_commits(folder: &Folder) {
    let name = folder.location().to_string().rsplit('/').next().unwrap().to_owned();
    folder.sql(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
}

#[tokio::test]
async fn nonces_and_changes_wait_for_the_disk_whatever_the_databases_default_is() {
    let folder = Folder::new();
    if !folder.is_postgres() {
        return;
    }
    forget_commits(&folder).await;
    let store = Arc::new(folder.open().await.unwrap());
    folder.sql(NOTE).await;
    insert(&store, 1).await;
    let nonce = Nonce { timestamp: 100, hash: [1; 16] };
    assert!(store.nonces().record(nonce, 0).await.unwrap().is_new);
    expect_two_durable(&folder).await;
}

/// As if its URL led through a pooler, whose sessions keep no settings.
fn pooled(folder: &Folder) -> Location {
    folder.location().listening_at(folder.location())
}

#[tokio::test]
async fn past_a_pooler_each_nonce_and_each_change_waits_for_the_disk_by_itself() {
    let folder = Folder::new();
    if !folder.is_postgres() {
        return;
    }
    let store = Arc::new(Store::open(&pooled(&folder), &folder.vault_key()).await.unwrap());
    folder.sql(NOTE).await;
    forget_commits(&folder).await;
    folder.sql(END_CONNECTIONS).await;
    let (consumer, secret) = (consumer(1), secret("the secret of 1"));
    until("a consumer is registered", async || {
        store.consumers().insert(&consumer, &secret, registered(&consumer)).await.is_ok()
    })
    .await;
    let nonce = Nonce { timestamp: 100, hash: [1; 16] };
    until("a nonce is recorded", async || {
        store.nonces().record(nonce, 0).await.is_ok_and(|recorded| recorded.is_new)
    })
    .await;
    expect_two_durable(&folder).await;
}

#[tokio::test]
async fn past_a_pooler_whose_sessions_would_forget_commits_it_is_not_opened() {
    let folder = Folder::new();
    if !folder.is_postgres() {
        return;
    }
    let store = Arc::new(Store::open(&pooled(&folder), &folder.vault_key()).await.unwrap());
    insert(&store, 1).await;
    let nonce = Nonce { timestamp: 100, hash: [1; 16] };
    assert!(store.nonces().record(nonce, 0).await.unwrap().is_new);
    assert!(!store.nonces().record(nonce, 0).await.unwrap().is_new);
    assert!(store.consumers().find(key(1)).await.unwrap().is_some());
    store.close().await.unwrap();
    forget_commits(&folder).await;
    let refused = Store::open(&pooled(&folder), &folder.vault_key()).await.unwrap_err();
    assert!(matches!(refused, StoreError::CannotUse { .. }), "{refused:?}");
    assert!(refused.to_string().contains("SET synchronous_commit = on"), "{refused}");
}

#[tokio::test]
async fn another_database_to_listen_at_is_refused() {
    let (folder, other) = (Folder::new(), Folder::new());
    if !folder.is_postgres() {
        return;
    }
    folder.open().await.unwrap().close().await.unwrap();
    let astray = folder.location().listening_at(other.location());
    for made in [false, true] {
        if made {
            other.open().await.unwrap().close().await.unwrap();
        }
        let refused = Store::open(&astray, &folder.vault_key()).await.unwrap_err();
        assert!(refused.to_string().contains("leads to another database"), "{refused}");
    }
}

#[tokio::test]
async fn a_url_to_listen_at_that_leads_to_no_server_is_named() {
    let folder = Folder::new();
    if !folder.is_postgres() {
        return;
    }
    let nowhere = "postgres://ada@127.0.0.1:1/keys".parse().unwrap();
    let astray = folder.location().listening_at(nowhere);
    let refused = Store::open(&astray, &folder.vault_key()).await.unwrap_err();
    assert!(matches!(refused, StoreError::CannotConnect { .. }), "{refused:?}");
    assert!(refused.to_string().contains("at LATCHKEY_LISTEN_DATABASE_URL, 127.0.0.1:1: "), "{refused}");
}

#[tokio::test]
async fn a_url_that_leads_to_no_server_says_which_and_why() {
    let folder = Folder::sqlite();
    for (url, words) in [
        ("postgres://ada@127.0.0.1:1/keys", "127.0.0.1:1: "),
        ("postgres://ada@127.0.0.1:1,[::1]:1/keys", "127.0.0.1:1: "),
        ("postgres://ada@localhost/keys?host=/nowhere", "/nowhere:5432: "),
    ] {
        let refused = Store::open(&url.parse().unwrap(), &folder.vault_key()).await.unwrap_err();
        assert!(matches!(refused, StoreError::CannotConnect { .. }), "{refused:?}");
        assert!(refused.to_string().contains(words), "{refused}");
    }
    assert_eq!(folder.files(), [""; 0], "no key was made");
}
