//! A newer version beside an older one that is still running: it has expanded the database, and the older one goes on.

use crate::support;

use std::sync::Arc;

use domain::Status;
use store::Nonce;
use support::{
    decide, follow, insert, insert_approved, insert_user, issue, key, new_token, remove, rename, store,
};

/// What a newer version's migration may do: add tables, indexes, and columns that may be absent or have a default.
const EXPAND: [&str; 5] = [
    "ALTER TABLE consumers ADD COLUMN language TEXT",
    "ALTER TABLE token_credentials ADD COLUMN scope TEXT NOT NULL DEFAULT 'all'",
    "CREATE TABLE later_things (id INTEGER PRIMARY KEY, consumer_key TEXT NOT NULL)",
    "CREATE INDEX consumers_language ON consumers (language)",
    "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m30000101_000001_later', 0)",
];

#[tokio::test]
async fn a_node_that_runs_goes_on_when_a_newer_version_has_expanded_the_database() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    let _feed = follow(&store).await;
    let user = insert_user(&store, "ada", false).await;
    let one = insert_approved(&store, 1).await;
    issue(&store, new_token("before", 1, user)).await;
    for statement in EXPAND {
        folder.sql(statement).await;
    }
    let one = decide(&store, &rename(&store, &one, "Renamed").await, Status::Disapproved).await;
    assert_eq!(store.consumers().find(key(1)).await.unwrap().unwrap(), one);
    assert_eq!(store.consumers().cached(key(1)).await.unwrap().unwrap().status, Status::Disapproved);
    decide(&store, &one, Status::Approved).await;
    issue(&store, new_token("after", 1, user)).await;
    let known = store.consumers().cached(key(1)).await.unwrap().unwrap();
    for token in ["before", "after"] {
        assert!(store.tokens().cached(&known, token).await.unwrap().is_some(), "{token}");
        let nonce = Nonce { timestamp: 1, hash: token.as_bytes().repeat(16)[..16].try_into().unwrap() };
        assert!(store.nonces().record(nonce, 0).await.unwrap().is_new, "{token}");
    }
    let two = insert(&store, 2).await;
    remove(&store, &two).await;
    assert!(store.consumers().find(key(2)).await.unwrap().is_none());
}
