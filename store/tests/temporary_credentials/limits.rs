//! How many temporary credentials a consumer may have open, and how long those that are over are kept.

use std::sync::Arc;

use store::{ConsentDecision, Inserted, State};
use time::Duration;
use tokio::task::JoinSet;

use super::{answer, exchange, found, state};
use crate::support::{allow, at, insert_approved, insert_temporary, insert_user, new_temporary, store};

#[tokio::test]
async fn they_are_swept_a_day_after_they_expired_whatever_became_of_them() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    allow(&store, "old", 1, ada).await;
    let a_day_later = new_temporary("first", 1).expires_at + Duration::DAY;
    for (token, made, is_kept) in
        [("next", a_day_later, true), ("later", a_day_later + Duration::MILLISECOND, false)]
    {
        let expires_at = made + Duration::minutes(10);
        let new = store::NewTemporaryCredentials { created_at: made, expires_at, ..new_temporary(token, 1) };
        assert!(insert_temporary(&store, new).await);
        assert_eq!(store.temporary_credentials().find("old").await.unwrap().is_some(), is_kept, "{token}");
    }
    assert_eq!(state(&store, "next").await, State::Undecided);
}

#[tokio::test]
async fn a_consumer_has_so_many_open_ones_and_no_more_until_one_expires_or_is_over() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    for n in [1, 2] {
        insert_approved(&store, n).await;
    }
    let insert = async |token: &str, n, made: i64| {
        let (created_at, expires_at) = (at(made), at(made + 600));
        let new = store::NewTemporaryCredentials { created_at, expires_at, ..new_temporary(token, n) };
        store.temporary_credentials().insert(new, 3, |_| true).await.unwrap()
    };
    for (token, made) in [("first", 1), ("second", 2), ("third", 3)] {
        assert_eq!(insert(token, 1, made).await, Inserted::Stored, "{token}");
    }
    assert_eq!(insert("fourth", 1, 4).await, Inserted::TooMany(at(601)));
    assert!(store.temporary_credentials().find("fourth").await.unwrap().is_none());
    assert_eq!(insert("another's", 2, 4).await, Inserted::Stored);
    // Allowed ones are open until they are exchanged; denied ones are not.
    let (first, second) = (found(&store, "first").await, found(&store, "second").await);
    assert!(answer(&store, &first, ada, ConsentDecision::Allow(b"a hash".to_vec())).await);
    assert_eq!(insert("fourth", 1, 5).await, Inserted::TooMany(at(601)));
    assert!(answer(&store, &second, ada, ConsentDecision::Deny).await);
    assert_eq!(insert("fourth", 1, 6).await, Inserted::Stored);
    assert!(exchange(&store, "first", "a token", ada).await);
    assert_eq!(insert("fifth", 1, 7).await, Inserted::Stored);
    assert_eq!(insert("sixth", 1, 602).await, Inserted::TooMany(at(603)));
    assert_eq!(insert("sixth", 1, 603).await, Inserted::Stored, "the third has expired");
}

#[tokio::test]
async fn of_those_that_expired_a_consumer_keeps_no_more_than_it_may_have_open() {
    let (folder, store) = store().await;
    for n in [1, 2] {
        insert_approved(&store, n).await;
    }
    let insert = async |token: String, n, made: i64| {
        let (created_at, expires_at) = (at(made), at(made + 10));
        let new = store::NewTemporaryCredentials { created_at, expires_at, ..new_temporary(&token, n) };
        assert_eq!(store.temporary_credentials().insert(new, 3, |_| true).await.unwrap(), Inserted::Stored);
    };
    insert("another's".to_owned(), 2, 1).await;
    for n in 0..20 {
        insert(n.to_string(), 1, 10 + n * 20).await;
    }
    let kept = "SELECT count(*) FROM temporary_credentials WHERE consumer_key LIKE '%1'";
    assert_eq!(folder.number(kept).await, 4, "three that expired, and the last");
    for token in ["19", "18", "17", "16", "another's"] {
        assert_eq!(state(&store, token).await, State::Undecided, "{token}");
    }
    store.temporary_credentials().delete_expired(at(10 + 19 * 20 + 10) + Duration::DAY).await.unwrap();
    assert_eq!(state(&store, "19").await, State::Undecided, "for a day");
    let later = at(10 + 19 * 20 + 10) + Duration::DAY + Duration::MILLISECOND;
    store.temporary_credentials().delete_expired(later).await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM temporary_credentials").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_ask_at_once_from_two_processes_as_many_get_some_as_may_be_open() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut asked = JoinSet::new();
    for n in 0..20 {
        let store = stores[n % 2].clone();
        let new = new_temporary(&format!("temporary {n}"), 1);
        asked.spawn(async move { store.temporary_credentials().insert(new, 5, |_| true).await.unwrap() });
    }
    let won = asked.join_all().await.into_iter().filter(|inserted| *inserted == Inserted::Stored).count();
    assert_eq!((won, folder.number("SELECT count(*) FROM temporary_credentials").await), (5, 5));
}
