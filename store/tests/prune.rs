//! Pruning: what is old goes, the numbers go on, and nobody takes what is gone for what never was.

use crate::support;

use std::sync::Arc;

use domain::{Action, Actor, Username};
use serde_json::json;
use store::{
    NewToken, Store,
    feed::News,
    prune::{Old, Pruned},
};
use support::{
    Folder, access, at, by, follow, insert, insert_approved, insert_user, issue, key, new_token, next,
    next_line, rename, store,
};

/// Everything before a second.
fn old(second: i64) -> Old {
    Old { activity: at(second), tokens: at(second), sessions_begun: at(second), sessions_seen: at(second) }
}

fn lines(lines: u64) -> Pruned {
    Pruned { lines, ..Pruned::default() }
}

/// Appends lines of these seconds.
async fn append(folder: &Folder, seconds: impl Iterator<Item = i64>) {
    let rows: Vec<_> = seconds.map(|second| format!("({}, 'ada', 'signed_in')", second * 1000)).collect();
    folder.sql(&format!("INSERT INTO activity (at, actor, action) VALUES {}", rows.join(", "))).await;
}

async fn numbers(store: &Store) -> Vec<i64> {
    store.activity().after(0, 10_000).await.unwrap().iter().map(|line| line.id).collect()
}

/// Prunes to the end; returns what each transaction deleted.
async fn prune(store: &Store, old: &Old) -> Vec<Pruned> {
    let mut steps = Vec::new();
    loop {
        let some = store.pruning().prune_some(old, by(100)).await.unwrap();
        if some.is_empty() {
            return steps;
        }
        steps.push(some);
    }
}

#[tokio::test]
async fn old_lines_are_deleted_and_a_newer_line_says_so() {
    let (_folder, store) = store().await;
    let consumer = insert(&store, 1).await;
    rename(&store, &consumer, "Renamed").await;
    let newest = store.activity().latest().await.unwrap();
    assert_eq!(store.pruning().count(&old(1)).await.unwrap(), lines(1));
    assert_eq!(prune(&store, &old(1)).await, [lines(1)]);
    let kept = store.activity().after(0, 10).await.unwrap();
    assert_eq!(kept.iter().map(|line| line.id).collect::<Vec<_>>(), [newest, newest + 1]);
    let line = &kept[1];
    assert_eq!((&line.action, &line.actor, line.at), (&Action::ActivityPruned, &Actor::CommandLine, at(100)));
    let said = json!({ "before": "1970-01-01T00:00:01.000Z", "lines": 1, "tokens": 0, "sessions": 0 });
    assert_eq!(line.after, Some(said));
    assert_eq!(store.pruning().count(&old(1)).await.unwrap(), Pruned::default());
    assert!(prune(&store, &old(1)).await.is_empty(), "a second time there is nothing, and nothing is said");
    assert_eq!(numbers(&store).await, [newest, newest + 1]);
}

#[tokio::test]
async fn the_numbers_go_on_where_everything_was_deleted() {
    let (folder, store) = store().await;
    for n in 1..=3 {
        insert(&store, n).await;
    }
    let newest = store.activity().latest().await.unwrap();
    assert_eq!(prune(&store, &old(50)).await, [lines(3)]);
    assert_eq!(numbers(&store).await, [newest + 1]);
    store.close().await.unwrap();
    let store = folder.open().await.unwrap();
    insert(&store, 4).await;
    assert_eq!(numbers(&store).await, [newest + 1, newest + 2]);
}

#[tokio::test]
async fn many_lines_go_in_several_transactions_whose_lines_add_up() {
    let (folder, store) = store().await;
    append(&folder, std::iter::repeat_n(1, 4_500)).await;
    assert_eq!(store.pruning().count(&old(10)).await.unwrap(), lines(4_500));
    assert_eq!(prune(&store, &old(10)).await, [lines(2_000), lines(2_000), lines(500)]);
    let told = store.activity().after(0, 10).await.unwrap();
    let told: Vec<_> = told.iter().map(|line| line.after.as_ref().unwrap()["lines"].clone()).collect();
    assert_eq!(told, [json!(2_000), json!(2_000), json!(500)]);
}

#[tokio::test]
async fn two_that_prune_at_once_count_each_line_once() {
    let (folder, store) = store().await;
    append(&folder, std::iter::repeat_n(1, 5_000)).await;
    let beside = folder.open().await.unwrap();
    let old = old(10);
    let (one, other) = tokio::join!(prune(&store, &old), prune(&beside, &old));
    let deleted: u64 = one.iter().chain(&other).map(|some| some.lines).sum();
    assert_eq!(deleted, 5_000);
    assert_eq!(numbers(&store).await.len(), one.len() + other.len());
}

#[tokio::test]
async fn a_line_that_a_wrong_clock_dated_ahead_keeps_those_behind_it() {
    let (folder, store) = store().await;
    append(&folder, [1, 90, 2].into_iter()).await;
    assert_eq!(store.pruning().count(&old(50)).await.unwrap(), lines(1));
    assert_eq!(prune(&store, &old(50)).await, [lines(1)]);
    assert_eq!(numbers(&store).await.len(), 3, "no hole: two lines, and the one that says so");
}

#[tokio::test]
async fn only_tokens_that_ended_long_enough_ago_are_forgotten() {
    let (_folder, store) = store().await;
    let grace = insert_user(&store, "grace", false).await;
    for (n, revoked, expires) in
        [(1, Some(10), None), (2, Some(30), None), (3, None, Some(10)), (4, None, Some(30)), (5, None, None)]
    {
        insert_approved(&store, n).await;
        let new = NewToken { expires_at: expires.map(at), ..new_token(&format!("token {n}"), n, grace) };
        issue(&store, new).await;
        if let Some(second) = revoked {
            let activity = access(Action::TokensRevoked, key(n));
            assert!(store.tokens().revoke(grace, key(n), at(second), activity).await.unwrap());
        }
    }
    let only_tokens = Old { tokens: at(20), ..old(-1) };
    let expected = Pruned { tokens: 2, ..Pruned::default() };
    assert_eq!(store.pruning().count(&only_tokens).await.unwrap(), expected);
    assert_eq!(prune(&store, &only_tokens).await, [expected]);
    for (n, is_known) in [(1, false), (2, true), (3, false), (4, true), (5, true)] {
        let consumer = store.consumers().cached(key(n)).await.unwrap().unwrap();
        let token = store.tokens().cached(&consumer, &format!("token {n}")).await.unwrap();
        assert_eq!(token.is_some(), is_known, "{n}");
    }
}

#[tokio::test]
async fn sessions_end_by_their_beginning_or_their_last_use_and_others_stay() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let ada = store.users().find(&Username::parse("ada").unwrap()).await.unwrap().unwrap();
    for (hash, begun, seen) in [(b"begun", 1, 90), (b"idle ", 60, 60), (b"alive", 60, 90)] {
        assert!(store.sessions().begin(hash, &ada, None, None, None, by(begun)).await.unwrap());
        store.sessions().touch(hash, at(seen)).await.unwrap();
    }
    let only_sessions = Old { sessions_begun: at(50), sessions_seen: at(80), ..old(-1) };
    let expected = Pruned { sessions: 2, ..Pruned::default() };
    assert_eq!(store.pruning().count(&only_sessions).await.unwrap(), expected);
    assert_eq!(prune(&store, &only_sessions).await, [expected]);
    assert!(store.sessions().find(b"alive").await.unwrap().is_some());
    assert!(store.sessions().find(b"begun").await.unwrap().is_none());
}

#[tokio::test]
async fn a_feed_that_finds_lines_pruned_evicts_and_tells_its_listeners_to_start_over() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    insert(&store, 1).await;
    let _running = follow(&store).await;
    let cached = store.consumers().cached(key(1)).await.unwrap().unwrap();
    let mut news = store.listen();
    // At one moment, so that the feed can see none of them.
    folder
        .sql(
            "BEGIN; INSERT INTO activity (at, actor, action) VALUES (0, 'ada', 'signed_in'), (0, 'ada', 'signed_out'); \
             DELETE FROM activity WHERE id < (SELECT max(id) FROM activity); COMMIT",
        )
        .await;
    assert!(matches!(next(&mut news).await, News::Pruned));
    assert_eq!(next_line(&mut news).await.action, Action::SignedOut);
    let again = store.consumers().cached(key(1)).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&cached, &again), "what was pruned may have changed it");
}

#[tokio::test]
async fn a_feed_that_has_seen_what_is_pruned_goes_on() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let mut news = store.listen();
    insert(&store, 1).await;
    assert_eq!(next_line(&mut news).await.action, Action::ConsumerRegistered);
    prune(&store, &old(50)).await;
    assert_eq!(next_line(&mut news).await.action, Action::ActivityPruned);
}
