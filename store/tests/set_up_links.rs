//! Set-up links: what ends one.

use crate::support;

use std::sync::Arc;

use domain::AccountChange;
use store::{Account, Store};
use support::{added, at, by, insert_user, store, user};
use tokio::task::JoinSet;

/// Uses a link of second 1 or later to make an administrator.
async fn use_link(store: &Store, link: &[u8], username: &str) -> Option<Account> {
    let user = user(username, true);
    let links = store.set_up_links();
    links.create_administrator(link, at(0), &user, "a hash", added(&user)).await.unwrap()
}

async fn offer(store: &Store, link: &[u8]) -> bool {
    store.set_up_links().replace(link, at(1)).await.unwrap()
}

async fn is_valid(store: &Store, link: &[u8]) -> bool {
    store.set_up_links().is_valid(link, at(0)).await.unwrap()
}

#[tokio::test]
async fn a_set_up_link_makes_one_administrator() {
    let (folder, store) = store().await;
    assert!(offer(&store, b"link").await);
    assert!(use_link(&store, b"guessed", "eve").await.is_none());
    assert!(is_valid(&store, b"link").await && !is_valid(&store, b"guessed").await);
    assert_eq!(use_link(&store, b"link", "ada").await.unwrap().user, user("ada", true));
    assert!(!is_valid(&store, b"link").await);
    assert!(use_link(&store, b"link", "eve").await.is_none());
    assert!(!offer(&store, b"another").await, "an administrator exists");
    assert_eq!(folder.number("SELECT count(*) FROM set_up_links").await, 0);
    assert_eq!(store.users().list().await.unwrap(), [user("ada", true)]);
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_becomes_administrator() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    assert!(offer(&store, b"link").await);
    let mut uses = JoinSet::new();
    for n in 0..10 {
        let store = store.clone();
        uses.spawn(async move { use_link(&store, b"link", &format!("user.{n}")).await });
    }
    assert_eq!(uses.join_all().await.into_iter().flatten().count(), 1);
    assert_eq!(store.users().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_set_up_link_replaces_the_earlier_ones() {
    let (folder, store) = store().await;
    for link in [b"link 1", b"link 2", b"link 3"] {
        assert!(offer(&store, link).await);
    }
    let valid = [is_valid(&store, b"link 1").await, is_valid(&store, b"link 2").await];
    assert_eq!((valid, is_valid(&store, b"link 3").await), ([false, false], true));
    assert_eq!(folder.number("SELECT count(*) FROM set_up_links").await, 1);
}

#[tokio::test]
async fn a_set_up_link_is_valid_only_if_it_was_made_after_a_time() {
    let (_folder, store) = store().await;
    assert!(offer(&store, b"link").await);
    let links = store.set_up_links();
    assert!(!links.is_valid(b"link", at(1)).await.unwrap());
    let ada = user("ada", true);
    let made = links.create_administrator(b"link", at(1), &ada, "a hash", added(&ada)).await.unwrap();
    assert!(made.is_none(), "{made:?}");
    assert!(is_valid(&store, b"link").await);
}

#[tokio::test]
async fn set_up_links_end_with_each_administrator_that_is_made_or_permitted() {
    let (folder, store) = store().await;
    let count = async || folder.number("SELECT count(*) FROM set_up_links").await;
    assert!(offer(&store, b"link").await);
    insert_user(&store, "eve", false).await;
    assert!(is_valid(&store, b"link").await, "eve is none");
    store.users().change(&user("eve", false).username, AccountChange::Permit, by(2)).await.unwrap().unwrap();
    assert_eq!(count().await, 0);
    // As an earlier version left it.
    folder.sql("UPDATE users SET configure_server = (1 = 0)").await;
    assert!(!is_valid(&store, b"link").await);
    assert!(offer(&store, b"another").await);
    insert_user(&store, "ada", true).await;
    assert_eq!(count().await, 0);
}
