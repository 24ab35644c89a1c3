//! Links with which users set their password: what ends one, and what using one does.

use crate::support;

use std::sync::Arc;

use domain::{AccountChange, Action, Actor, User, Username};
use store::{Store, StoreError};
use support::{added, at, by, insert_user, store, user};
use tokio::task::JoinSet;

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

async fn make(store: &Store, username: &str, link: &[u8]) -> User {
    store.password_links().make(&name(username), link, by(1)).await.unwrap().unwrap()
}

async fn is_valid(store: &Store, link: &[u8]) -> bool {
    store.password_links().find(link, at(0)).await.unwrap().is_some()
}

async fn set(store: &Store, link: &[u8], hash: &str) -> Option<User> {
    let address = Some("192.0.2.7".to_owned());
    store.password_links().set_password(link, at(0), hash, address, at(3)).await.unwrap()
}

async fn hash_of(store: &Store, username: &str) -> String {
    store.users().find(&name(username)).await.unwrap().unwrap().password_hash
}

#[tokio::test]
async fn a_user_who_is_invited_has_no_password_until_the_link_is_used_once() {
    let (folder, store) = store().await;
    let bob = User { created_at: at(1), ..user("bob", false) };
    store.password_links().invite(&bob, b"link", added(&bob)).await.unwrap();
    let account = store.users().find(&name("bob")).await.unwrap().unwrap();
    assert!(!account.has_password() && account.user == bob);
    assert!(set(&store, b"guessed", "a hash").await.is_none());
    assert_eq!(set(&store, b"link", "a hash").await, Some(bob));
    assert_eq!(hash_of(&store, "bob").await, "a hash");
    assert!(set(&store, b"link", "another hash").await.is_none(), "it is used");
    assert_eq!(hash_of(&store, "bob").await, "a hash");
    assert_eq!(folder.number("SELECT count(*) FROM password_links").await, 0);
    let lines = store.activity().after(0, 10).await.unwrap();
    let last = lines.last().unwrap();
    assert_eq!((&last.action, &last.actor), (&Action::PasswordChanged, &Actor::User(name("bob"))));
    assert_eq!(last.address.as_deref(), Some("192.0.2.7"));
}

#[tokio::test]
async fn a_name_that_is_taken_gets_no_link() {
    let (folder, store) = store().await;
    insert_user(&store, "bob", false).await;
    let bob = user("BOB", false);
    let refused = store.password_links().invite(&bob, b"link", added(&bob)).await;
    assert!(matches!(refused, Err(StoreError::UsernameTaken)), "{refused:?}");
    assert_eq!(folder.number("SELECT count(*) FROM password_links").await, 0);
}

#[tokio::test]
async fn a_link_ends_with_a_newer_one_another_password_a_disabled_account_and_its_time() {
    let (_folder, store) = store().await;
    insert_user(&store, "bob", false).await;
    make(&store, "bob", b"first").await;
    make(&store, "BOB", b"second").await;
    assert!(!is_valid(&store, b"first").await && is_valid(&store, b"second").await);
    assert!(store.password_links().find(b"second", at(1)).await.unwrap().is_none(), "it is too old");
    let too_late = store.password_links().set_password(b"second", at(1), "a", None, at(3)).await.unwrap();
    assert!(too_late.is_none());
    store.users().change_password(&name("bob"), "by command", false, by(2)).await.unwrap().unwrap();
    assert!(!is_valid(&store, b"second").await);
    make(&store, "bob", b"third").await;
    store.users().change(&name("bob"), AccountChange::Disable, by(2)).await.unwrap().unwrap();
    assert!(!is_valid(&store, b"third").await);
    let refused = store.password_links().make(&name("bob"), b"fourth", by(2)).await;
    assert!(matches!(refused, Err(StoreError::UserDisabled)), "{refused:?}");
    store.users().change(&name("bob"), AccountChange::Enable, by(2)).await.unwrap().unwrap();
    assert!(!is_valid(&store, b"third").await, "enabling brings none back");
    assert!(store.password_links().make(&name("nobody"), b"link", by(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn the_old_password_and_the_sessions_hold_until_a_link_is_used() {
    let (folder, store) = store().await;
    insert_user(&store, "bob", false).await;
    let bob = store.users().find(&name("bob")).await.unwrap().unwrap();
    assert!(store.sessions().begin(b"session", &bob, None, None, None, by(1)).await.unwrap());
    make(&store, "bob", b"link").await;
    assert_eq!(hash_of(&store, "bob").await, "a hash");
    assert_eq!(folder.number("SELECT count(*) FROM sessions").await, 1);
    set(&store, b"link", "another hash").await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM sessions").await, 0);
    assert!(!store.sessions().begin(b"late", &bob, None, None, None, by(2)).await.unwrap());
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_sets_the_password() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    insert_user(&store, "bob", false).await;
    make(&store, "bob", b"link").await;
    let mut uses = JoinSet::new();
    for n in 0..10 {
        let store = store.clone();
        uses.spawn(async move { set(&store, b"link", &format!("hash {n}")).await });
    }
    assert_eq!(uses.join_all().await.into_iter().flatten().count(), 1);
}

#[tokio::test]
async fn an_administrator_without_a_password_is_not_one_who_can_sign_in() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let bob = User { created_at: at(1), ..user("bob", true) };
    store.password_links().invite(&bob, b"link", added(&bob)).await.unwrap();
    for to in [AccountChange::Disable, AccountChange::Forbid] {
        let refused = store.users().change(&name("ada"), to, by(2)).await;
        assert!(matches!(refused, Err(StoreError::LastAdministrator)), "{refused:?}");
    }
    set(&store, b"link", "a hash").await.unwrap();
    store.users().change(&name("ada"), AccountChange::Disable, by(2)).await.unwrap().unwrap();
}
