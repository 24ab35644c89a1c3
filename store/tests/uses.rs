//! When consumers and tokens were last used: written in batches, the latest use alone, and sent to listeners.

use crate::support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::Consumer;
use store::{CachedConsumer, CachedToken, Store, feed::News};
use support::{
    PATIENCE, at, follow, insert_approved, insert_user, issue, key, new_token, next, remove, rename, store,
};
use tokio::{sync::broadcast::Receiver, task::JoinSet};

async fn known(store: &Store, n: u32) -> Arc<CachedConsumer> {
    store.consumers().cached(key(n)).await.unwrap().expect("it is registered")
}

async fn known_token(store: &Store, token: &str) -> Arc<CachedToken> {
    store.tokens().cached(&*known(store, 1).await, token).await.unwrap().expect("it was issued")
}

/// Notes a use of consumer `n` in a second.
async fn used(store: &Store, n: u32, second: i64) {
    store.uses().note(&known(store, n).await, None, second * 1000);
}

/// The second in which consumer `n` was last used, as the database has it.
async fn last_used(store: &Store, n: u32) -> Option<i64> {
    let consumer = store.consumers().find(key(n)).await.unwrap().expect("it is registered");
    consumer.last_used_at.map(time::OffsetDateTime::unix_timestamp)
}

async fn next_used(news: &mut Receiver<News>) -> Arc<[Consumer]> {
    loop {
        match next(news).await {
            News::Used(consumers) => return consumers,
            // About the user by whom the test knows that the feed is alive.
            News::Line(line) if line.consumer_key.is_none() => {}
            other @ (News::Line(_) | News::Pruned) => panic!("{other:?} is no use"),
        }
    }
}

#[tokio::test]
async fn the_latest_use_is_written_and_told_once_and_changes_nothing_else() {
    let (_folder, store) = store().await;
    let before = insert_approved(&store, 1).await;
    insert_approved(&store, 2).await;
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let told = store.activity().latest().await.unwrap();
    let mut news = store.listen();
    for second in [10, 30, 20] {
        used(&store, 1, second).await;
    }
    assert_eq!(last_used(&store, 1).await, None, "no request waits for it");
    store.uses().write().await.unwrap();
    let after = Consumer { last_used_at: Some(at(30)), ..before };
    assert_eq!(store.consumers().find(key(1)).await.unwrap(), Some(after.clone()));
    assert_eq!(*next_used(&mut news).await, [after]);
    assert_eq!(last_used(&store, 2).await, None);
    store.uses().write().await.unwrap();
    assert!(news.is_empty(), "nothing was used since");
    assert_eq!(store.activity().latest().await.unwrap(), told, "it is nobody's activity");
}

/// Notes a use beside a writer that has just begun; returns whether it was written before a second had passed.
async fn is_written_at_once(store: &Arc<Store>, second: i64) -> bool {
    let mut news = store.listen();
    let begin = Instant::now();
    let (mut writers, writer) = (JoinSet::new(), store.clone());
    writers.spawn(async move { writer.uses().keep_writing().await });
    used(store, 1, second).await;
    assert_eq!(next_used(&mut news).await[0].last_used_at, Some(at(second)));
    begin.elapsed() < Duration::from_secs(1)
}

#[tokio::test]
async fn the_first_use_after_a_pause_is_written_at_once() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    insert_approved(&store, 1).await;
    let _running = follow(&store).await;
    // A busy machine takes a second now and then; a writer that rests before it writes takes one each time.
    for second in 1..=20 {
        if is_written_at_once(&store, second).await {
            return;
        }
    }
    panic!("each of 20 uses was written a second later");
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later_without_another_use() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    issue(&store, new_token("ada 1", 1, ada)).await;
    store.uses().note(&known(&store, 1).await, Some(&known_token(&store, "ada 1").await), 20_000);
    folder.sql("ALTER TABLE token_credentials RENAME TO away").await;
    store.uses().write().await.unwrap_err();
    folder.sql("ALTER TABLE away RENAME TO token_credentials").await;
    assert_eq!(last_used(&store, 1).await, None);
    store.uses().write().await.unwrap();
    assert_eq!(last_used(&store, 1).await, Some(20));
    let authorizations = store.tokens().authorizations(ada, at(60)).await.unwrap();
    assert_eq!(authorizations[0].last_used_at, Some(at(20)));
}

#[tokio::test]
async fn an_older_use_never_replaces_a_later_one() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    let (store, beside) = (Arc::new(store), Arc::new(folder.open().await.unwrap()));
    let _running = (follow(&store).await, follow(&beside).await);
    for (store, second, last) in [(&store, 20, 20), (&beside, 30, 30), (&store, 10, 30), (&store, 31, 31)] {
        let mut news = store.listen();
        used(store, 1, second).await;
        store.uses().write().await.unwrap();
        assert_eq!(last_used(store, 1).await, Some(last));
        let told = next_used(&mut news).await[0].last_used_at;
        assert_eq!(told, Some(at(last)), "what is told is what is true");
    }
}

#[tokio::test]
async fn a_token_has_its_own_last_use() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    insert_approved(&store, 1).await;
    for (token, user) in [("ada 1", ada), ("ada 2", ada), ("eve 1", eve)] {
        issue(&store, new_token(token, 1, user)).await;
    }
    let _running = follow(&store).await;
    for (token, second) in [("ada 1", 20), ("ada 2", 40), ("ada 2", 30), ("ada 1", 35), ("eve 1", 50)] {
        store.uses().note(&known(&store, 1).await, Some(&known_token(&store, token).await), second * 1000);
    }
    store.uses().write().await.unwrap();
    store.uses().note(&known(&store, 1).await, Some(&known_token(&store, "ada 2").await), 1000);
    store.uses().write().await.unwrap();
    for (user, last) in [(ada, 40), (eve, 50)] {
        let authorizations = store.tokens().authorizations(user, at(60)).await.unwrap();
        assert_eq!(authorizations[0].last_used_at, Some(at(last)));
    }
    assert_eq!(last_used(&store, 1).await, Some(50));
}

#[tokio::test]
async fn a_use_is_not_lost_where_the_consumer_changes_before_it_is_written() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let before = insert_approved(&store, 1).await;
    let removed = insert_approved(&store, 2).await;
    let _running = follow(&store).await;
    used(&store, 1, 30).await;
    used(&store, 2, 30).await;
    let after = rename(&store, &before, "Renamed").await;
    remove(&store, &removed).await;
    used(&store, 1, 20).await;
    store.uses().write().await.unwrap();
    let now = store.consumers().find(key(1)).await.unwrap();
    assert_eq!(now, Some(Consumer { last_used_at: Some(at(30)), ..after.clone() }));
    assert_eq!(store.consumers().find(key(2)).await.unwrap(), None, "what is removed stays so");
    let again = rename(&store, &after, "Renamed again").await;
    assert_eq!(again.revision, after.revision + 1, "a use is no change that an edit has to see");
    assert_eq!(last_used(&store, 1).await, Some(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_uses_by_many_at_once_the_latest_is_written_while_others_write() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    insert_approved(&store, 1).await;
    let _running = follow(&store).await;
    let mut users = JoinSet::new();
    for user in 0..8 {
        let store = store.clone();
        users.spawn(async move {
            for n in 0..500 {
                used(&store, 1, 1 + n * 8 + user).await;
                if n % 100 == 0 {
                    store.uses().write().await.unwrap();
                }
            }
        });
    }
    tokio::time::timeout(PATIENCE, users.join_all()).await.unwrap();
    store.uses().write().await.unwrap();
    assert_eq!(last_used(&store, 1).await, Some(4000));
}

#[tokio::test]
async fn more_consumers_than_one_transaction_holds_are_told_at_once() {
    let (_folder, store) = store().await;
    for n in 1..=501 {
        support::insert(&store, n).await;
    }
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let mut news = store.listen();
    for n in 1..=501 {
        used(&store, n, i64::from(n)).await;
    }
    store.uses().write().await.unwrap();
    let mut told = next_used(&mut news).await.to_vec();
    told.sort_by_key(|consumer| consumer.key);
    let expected: Vec<_> = (1..=501).map(|n| (key(n), Some(at(n.into())))).collect();
    assert_eq!(told.iter().map(|one| (one.key, one.last_used_at)).collect::<Vec<_>>(), expected);
    assert!(news.is_empty());
}
