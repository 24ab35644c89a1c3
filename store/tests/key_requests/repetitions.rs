//! Repetitions of a request for a key: they are counted, keep a wish to be trusted, and reach open pages behind the request.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{Actor, Consumer, ConsumerName, Status};
use store::{Store, feed::News, key_requests::Requested};
use tokio::task::JoinSet;

use super::{HERE, SECRET, address, again, ask, limits, new};
use crate::support::{consumer, decide, follow, key, next, rename, secret, store};

/// The same as a friend from here does, with the wish to be trusted or without.
async fn ask_to_be(store: &Store, n: u32, trusted_wished: bool) -> Requested {
    let name = ConsumerName::parse("Friend").unwrap();
    let asked = Consumer { name, trusted_wished, created_by: Actor::Request, ..consumer(n) };
    store.key_requests().request(asked, &secret(SECRET), address(HERE), limits()).await.unwrap()
}

#[tokio::test]
async fn a_repetition_brings_a_wish_and_none_takes_it_away() {
    let (_folder, store) = store().await;
    let first = new(ask_to_be(&store, 1, false).await);
    again(ask_to_be(&store, 2, true).await);
    again(ask_to_be(&store, 3, false).await);
    store.key_requests().write_repeats().await.unwrap();
    let wished = store.consumers().find(key(1)).await.unwrap().unwrap();
    assert_eq!(wished, Consumer { trusted_wished: true, requested_times: 3, ..first.clone() });
    assert_eq!(again(ask_to_be(&store, 4, false).await), wished);
    store.key_requests().write_repeats().await.unwrap();
    let counted = store.consumers().find(key(1)).await.unwrap();
    assert_eq!(counted, Some(Consumer { requested_times: 4, ..wished }));
    // An edit of the consumer as it was before the wish.
    let renamed = rename(&store, &first, "What the administrator calls it").await;
    let now = store.consumers().find(key(1)).await.unwrap();
    assert_eq!(now, Some(Consumer { trusted_wished: true, requested_times: 4, ..renamed }));
}

#[tokio::test]
async fn a_wish_that_comes_with_a_decision_is_too_late() {
    for status in [Status::Approved, Status::Disapproved] {
        let (_folder, store) = store().await;
        let asked = new(ask_to_be(&store, 1, false).await);
        again(ask_to_be(&store, 2, true).await);
        let decided = decide(&store, &asked, status).await;
        store.key_requests().write_repeats().await.unwrap();
        let now = store.consumers().find(key(1)).await.unwrap();
        assert_eq!(now, Some(Consumer { requested_times: 2, ..decided }), "{status:?}");
    }
}

#[tokio::test]
async fn open_pages_are_told_how_often_and_of_the_wish_without_a_line() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let _feed = follow(&store).await;
    let asked = new(ask(&store, 1, "Friend", SECRET, HERE).await);
    // The number of the request's line, which listeners from here on do not get.
    let latest = store.activity().latest().await.unwrap();
    let mut news = store.listen();
    again(ask_to_be(&store, 2, true).await);
    store.key_requests().write_repeats().await.unwrap();
    loop {
        match next(&mut news).await {
            News::Line(line) => assert!(line.id <= latest, "{line:?}"),
            News::Used(repeated) => {
                assert_eq!(*repeated, [Consumer { requested_times: 2, trusted_wished: true, ..asked }]);
                break;
            }
            News::Pruned => panic!("nothing is pruned here"),
        }
    }
    assert_eq!(store.activity().latest().await.unwrap(), latest);
}

/// Asks again beside a writer that has just begun; returns whether that was counted before a second had passed.
async fn is_counted_at_once(store: &Arc<Store>, n: u32) -> bool {
    let mut news = store.listen();
    let begin = Instant::now();
    let (mut writers, writer) = (JoinSet::new(), store.clone());
    writers.spawn(async move { writer.key_requests().keep_writing().await });
    again(ask(store, n, "Friend", SECRET, HERE).await);
    let News::Used(repeated) = next(&mut news).await else { panic!("nothing else is done") };
    assert_eq!(repeated[0].requested_times, u64::from(n));
    begin.elapsed() < Duration::from_secs(1)
}

#[tokio::test]
async fn the_first_repetition_after_a_pause_is_counted_at_once() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    new(ask(&store, 1, "Friend", SECRET, HERE).await);
    let _feed = follow(&store).await;
    // A busy machine takes a second now and then; a writer that rests before it writes takes one each time.
    for n in 2..=21 {
        if is_counted_at_once(&store, n).await {
            return;
        }
    }
    panic!("each of 20 repetitions was counted a second later");
}

#[tokio::test]
async fn a_repetition_is_told_behind_the_request_itself() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    let _feed = follow(&store).await;
    for n in 0..3 {
        let (mut news, name) = (store.listen(), format!("Friend {n}"));
        let asked = new(ask(&store, 2 * n + 1, &name, SECRET, HERE).await);
        again(ask(&store, 2 * n + 2, &name, SECRET, HERE).await);
        store.key_requests().write_repeats().await.unwrap();
        let mut is_known = false;
        let repeated = loop {
            match next(&mut news).await {
                News::Line(line) => is_known |= line.consumer_key == Some(asked.key),
                News::Used(repeated) => break repeated,
                News::Pruned => panic!("nothing is pruned here"),
            }
        };
        assert_eq!((repeated[0].key, repeated[0].requested_times, is_known), (asked.key, 2, true));
    }
}
