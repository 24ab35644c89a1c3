//! Keys that consumers bring along from other servers: kept byte for byte, and given once.

use crate::support;

use std::sync::Arc;

use domain::{Consumer, ConsumerQuery, Cursor, Sort, Status, query::Order};
use store::{Store, StoreError};
use support::{at, by, consumer, decide, follow, insert, key, registered, remove, secret, store};
use time::Duration;
use tokio::task::JoinSet;

/// Consumer `n` under another server's key.
fn under(text: &str, n: u32) -> Consumer {
    Consumer { key: text.parse().unwrap(), ..consumer(n) }
}

async fn bring(store: &Store, consumer: &Consumer) -> Result<i64, StoreError> {
    store.consumers().insert(consumer, &secret("correct horse"), registered(consumer)).await
}

#[track_caller]
fn is_taken(refused: &Result<i64, StoreError>) {
    assert!(matches!(refused, Err(StoreError::KeyTaken)), "{refused:?}");
}

/// The longest key there is.
const LONGEST: &str = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";

/// In the order of their bytes.
const FOREIGN: [&str; 8] =
    ["+", "7f2c1e640b1d4a579f0e5f7a3f0c9b21", "OauthKey", "a.n1", LONGEST, "my!app", "oauthkey", "~:@+=!-._"];

#[tokio::test]
async fn keys_of_other_servers_are_found_in_exactly_that_spelling() {
    let (folder, store) = store().await;
    for (n, text) in (1..).zip(FOREIGN) {
        bring(&store, &under(text, n)).await.unwrap();
    }
    for (n, text) in (1..).zip(FOREIGN) {
        let key = text.parse().unwrap();
        assert_eq!(store.consumers().find(key).await.unwrap(), Some(under(text, n)), "{text}");
        assert_eq!(store.consumers().secret(key).await.unwrap().unwrap().expose(), "correct horse", "{text}");
        let cached = store.consumers().cached(key).await.unwrap().unwrap();
        assert_eq!((cached.key, cached.name.as_str()), (key, &*format!("App {n}")), "{text}");
    }
    for other in ["OAUTHKEY", "My!App", "my", "my!ap", "my!appp", "7F2C1E640B1D4A579F0E5F7A3F0C9B21"] {
        assert_eq!(store.consumers().find(other.parse().unwrap()).await.unwrap(), None, "{other}");
    }
    store.close().await.unwrap();
    let again = folder.open().await.unwrap();
    assert!(again.consumers().find("my!app".parse().unwrap()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_list_by_key_is_in_the_order_of_bytes_on_every_page_and_found_whatever_the_case() {
    let (_folder, store) = store().await;
    // Not in that order.
    for at in [3, 1, 7, 0, 5, 2, 6, 4] {
        bring(&store, &under(FOREIGN[at], 1)).await.unwrap();
    }
    for (order, expected) in [
        (Order::Ascending, FOREIGN.to_vec()),
        (Order::Descending, FOREIGN.into_iter().rev().collect::<Vec<_>>()),
    ] {
        let mut query = ConsumerQuery { sort: Sort::Key, order: Some(order), ..ConsumerQuery::default() };
        let mut listed = Vec::new();
        loop {
            let page = store.consumers().list(&query, 1).await.unwrap();
            listed.extend(page.items.iter().map(|one| one.key.to_string()));
            let Some(cursor) = page.next_cursor else { break };
            query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
        }
        assert_eq!(listed, expected, "{order:?}");
    }
    let found = async |text: &str| {
        let query =
            ConsumerQuery { text: Some(text.to_owned()), sort: Sort::Key, ..ConsumerQuery::default() };
        let page = store.consumers().list(&query, 10).await.unwrap();
        page.items.into_iter().map(|one| one.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("OAUTHk").await, ["OauthKey", "oauthkey"]);
    assert_eq!(found("Y!a").await, ["my!app"]);
    assert_eq!(found("_").await, ["~:@+=!-._"]);
}

#[tokio::test]
async fn a_key_is_taken_while_it_is_in_use_and_for_good_once_it_was_removed() {
    let (folder, store) = store().await;
    let app = under("my!app", 1);
    bring(&store, &app).await.unwrap();
    is_taken(&bring(&store, &under("my!app", 2)).await);
    bring(&store, &under("My!App", 3)).await.unwrap();
    assert_eq!(store.consumers().find(app.key).await.unwrap(), Some(app.clone()), "as it was");
    remove(&store, &app).await;
    is_taken(&bring(&store, &app).await);
    folder.sql("DELETE FROM activity").await;
    is_taken(&bring(&store, &app).await);
    assert_eq!(store.consumers().find(app.key).await.unwrap(), None);
    let ours = insert(&store, 4).await;
    remove(&store, &ours).await;
    is_taken(&bring(&store, &ours).await);
}

#[tokio::test]
async fn the_key_of_a_request_that_nobody_decided_on_is_taken_too() {
    let (folder, store) = store().await;
    let by_request = domain::Actor::Request;
    let requested = Consumer { created_by: by_request, requested_times: 1, ..consumer(1) };
    bring(&store, &requested).await.unwrap();
    let long_after = at(1) + Duration::days(31);
    assert_eq!(store.key_requests().end_undecided(long_after, by(2)).await.unwrap(), 1);
    folder.sql("DELETE FROM activity").await;
    is_taken(&bring(&store, &requested).await);
}

#[tokio::test]
async fn what_an_older_node_removed_is_known_by_its_activity() {
    let (folder, store) = store().await;
    let app = insert(&store, 1).await;
    remove(&store, &app).await;
    folder.sql("DELETE FROM removed_keys").await;
    is_taken(&bring(&store, &app).await);
}

#[tokio::test]
async fn what_earlier_versions_removed_is_noted_when_the_database_is_migrated() {
    let (folder, store) = store().await;
    let app = insert(&store, 1).await;
    let other = insert(&store, 2).await;
    remove(&store, &app).await;
    store.close().await.unwrap();
    for statement in [
        "DROP TABLE removed_keys",
        "ALTER TABLE consumers DROP COLUMN has_secret",
        "DELETE FROM seaql_migrations WHERE version = 'm20261129_000014_keep_removed_keys'",
    ] {
        folder.sql(statement).await;
    }
    let store = folder.open().await.unwrap();
    folder.sql("DELETE FROM activity").await;
    is_taken(&bring(&store, &app).await);
    assert_eq!(store.consumers().find(other.key).await.unwrap(), Some(other), "it has a secret, as all had");
}

#[tokio::test]
async fn of_many_who_bring_one_key_at_once_from_two_processes_one_registers_it() {
    let (folder, store) = store().await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut attempts = JoinSet::new();
    for n in 0..10 {
        let store = stores[usize::from(n % 2 == 0)].clone();
        attempts.spawn(async move { bring(&store, &under("OauthKey", n)).await });
    }
    let attempts = attempts.join_all().await;
    let (registered, refused): (Vec<_>, Vec<_>) = attempts.into_iter().partition(Result::is_ok);
    assert_eq!((registered.len(), refused.len()), (1, 9));
    refused.iter().for_each(is_taken);
    let page = stores[0].consumers().list(&ConsumerQuery::default(), 10).await.unwrap();
    assert_eq!(page.total, 1);
}

#[tokio::test]
async fn every_node_hears_of_a_brought_key_and_forgets_it_in_time() {
    let (folder, store) = store().await;
    let (here, there) = (Arc::new(store), Arc::new(folder.open().await.unwrap()));
    let _running = follow(&there).await;
    let app = under("~:@+=!-._", 1);
    assert!(there.consumers().cached(app.key).await.unwrap().is_none());
    let mut lines = there.listen();
    bring(&here, &app).await.unwrap();
    assert_eq!(support::next_line(&mut lines).await.consumer_key, Some(app.key));
    assert!(there.consumers().cached(app.key).await.unwrap().is_some());
    let approved = decide(&here, &app, Status::Approved).await;
    support::next_line(&mut lines).await;
    assert_eq!(there.consumers().cached(app.key).await.unwrap().unwrap().status, Status::Approved);
    remove(&here, &approved).await;
    assert_eq!(support::next_line(&mut lines).await.consumer_key, Some(app.key));
    assert!(there.consumers().cached(app.key).await.unwrap().is_none());
    assert!(there.consumers().cached(key(1)).await.unwrap().is_none(), "another key");
}
