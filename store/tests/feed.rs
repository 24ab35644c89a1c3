//! The feed: what is done, by this process or another, reaches every listener once and in order.

use crate::support;

use std::{
    future::ready,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{Action, Event, Status};
use store::{activity::NewActivity, feed};
use support::{PATIENCE, at, by, follow, insert, insert_user, key, next_line, remove, save, store, until};
use tokio::{sync::broadcast::error::RecvError, time::timeout};

#[tokio::test]
async fn what_this_process_does_every_listener_is_told_once_and_in_order() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let mut lines = store.listen();
    let mut other = store.listen();
    for n in 1..=50 {
        insert(&store, n).await;
    }
    for listener in [&mut lines, &mut other] {
        let mut last = 0;
        for n in 1..=50 {
            let line = next_line(listener).await;
            assert_eq!(line.consumer_key, Some(key(n)));
            assert!(line.id > last);
            last = line.id;
        }
        assert!(listener.is_empty());
    }
}

#[tokio::test]
async fn what_another_process_does_is_told_within_100_ms() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let mut lines = store.listen();
    let beside = folder.open().await.unwrap();
    let mut waits = Vec::new();
    for n in 1..=20 {
        insert(&beside, n).await;
        let done = Instant::now();
        assert_eq!(next_line(&mut lines).await.consumer_key, Some(key(n)));
        waits.push(done.elapsed());
    }
    waits.sort();
    println!("told after {:?} (median), {:?} (longest); the aim is 100 ms", waits[10], waits[19]);
    assert!(waits[10] < Duration::from_millis(100) && waits[19] < Duration::from_secs(1), "{waits:?}");
}

#[tokio::test]
async fn a_listener_that_sleeps_too_long_is_told_that_it_missed_something() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let mut sleeper = store.listen();
    let _running = follow(&store).await;
    let mut lines = store.listen();
    for n in 1..=1100 {
        insert(&store, n).await;
        next_line(&mut lines).await;
    }
    assert!(matches!(sleeper.recv().await, Err(RecvError::Lagged(_))));
}

#[tokio::test]
async fn a_feed_that_cannot_read_for_a_while_misses_nothing() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    insert(&store, 1).await;
    let _running = follow(&store).await;
    let mut lines = store.listen();
    folder.sql("ALTER TABLE activity RENAME TO away").await;
    until("the keyring answers no more", async || {
        let (one, two) = (
            store.consumers().cached(key(1)).await.unwrap(),
            store.consumers().cached(key(1)).await.unwrap(),
        );
        !Arc::ptr_eq(&one.unwrap(), &two.unwrap())
    })
    .await;
    folder.sql("ALTER TABLE away RENAME TO activity").await;
    let beside = folder.open().await.unwrap();
    for n in 2..=4 {
        insert(&beside, n).await;
    }
    for n in 2..=4 {
        assert_eq!(next_line(&mut lines).await.consumer_key, Some(key(n)));
    }
}

#[tokio::test]
async fn the_feed_is_waited_for_until_it_follows() {
    let (_folder, store) = store().await;
    tokio::select! {
        biased;
        () = store.until_feed_alive() => panic!("nobody follows yet"),
        () = ready(()) => {}
    }
    tokio::select! {
        // In this order, so that the wait begins before the feed does.
        biased;
        alive = timeout(PATIENCE, store.until_feed_alive()) => alive.expect("the feed comes alive"),
        () = store.follow() => panic!("the feed has ended"),
    }
}

#[tokio::test]
async fn only_what_concerns_consumers_is_an_event() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let before = insert(&store, 1).await;
    let after = before.decide(Status::Approved, at(2)).unwrap();
    save(&store, &before, &after).await.unwrap();
    remove(&store, &after).await;
    let lines = store.activity().after(0, 10).await.unwrap();
    let events: Vec<_> = lines.iter().map(|line| feed::event(line).unwrap()).collect();
    let expected =
        [None, Some(Event::Consumer(before)), Some(Event::Consumer(after)), Some(Event::Removed(key(1)))];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_mark_is_kept_and_does_not_disturb_the_event() {
    let (_folder, store) = store().await;
    let before = insert(&store, 1).await;
    let after = before.decide(Status::Approved, at(2)).unwrap();
    let activity = NewActivity::consumer(by(2), Action::ConsumerEdited, Some(&before), Some(&after));
    store.consumers().save(&after, None, false, activity.mark("secret_changed")).await.unwrap();
    let line = store.activity().after(0, 10).await.unwrap().pop().unwrap();
    assert_eq!(line.after.as_ref().unwrap()["secret_changed"], true);
    assert_eq!(feed::event(&line).unwrap(), Some(Event::Consumer(after)));
}
