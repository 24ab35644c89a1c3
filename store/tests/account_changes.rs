//! Changes of accounts: each from the row as it is then, whatever else changes it at the same time.

use crate::support;

use std::sync::Arc;

use domain::{AccountChange, Action, User, Username};
use serde_json::Value;
use store::{Store, StoreError};
use support::{by, insert_user, store, user};
use tokio::task::JoinSet;

const CHANGES: [AccountChange; 4] =
    [AccountChange::Disable, AccountChange::Enable, AccountChange::Permit, AccountChange::Forbid];

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

async fn change(store: &Store, username: &str, to: AccountChange) -> User {
    store.users().change(&name(username), to, by(2)).await.unwrap().expect("there is such an account")
}

/// The actions after a line, each with the user before and after it.
async fn lines(store: &Store, after: i64) -> Vec<(Action, User, User)> {
    let user = |value: Option<Value>| serde_json::from_value(value.unwrap()).unwrap();
    let lines = store.activity().after(after, 1_000).await.unwrap();
    lines.into_iter().map(|line| (line.action, user(line.before), user(line.after))).collect()
}

#[tokio::test]
async fn two_changes_at_once_lose_nothing_of_either() {
    let (folder, store) = store().await;
    let beside = Arc::new(folder.open().await.unwrap());
    let store = Arc::new(store);
    insert_user(&store, "root", true).await;
    for round in 0..10 {
        let name = Username::parse(&format!("bob.{round}")).unwrap();
        insert_user(&store, name.as_str(), true).await;
        let mut changes = JoinSet::new();
        for (store, to) in [(&store, AccountChange::Disable), (&beside, AccountChange::Forbid)] {
            let (store, name) = (store.clone(), name.clone());
            changes.spawn(async move { store.users().change(&name, to, by(2)).await.unwrap().unwrap() });
        }
        let (store_then, name_then) = (store.clone(), name.clone());
        changes.spawn(async move {
            store_then
                .users()
                .change_password(&name_then, "another hash", false, by(2))
                .await
                .unwrap()
                .unwrap()
        });
        changes.join_all().await;
        let account = store.users().find(&name).await.unwrap().unwrap();
        assert!(account.user.disabled && !account.user.configure_server, "{account:?}");
        assert_eq!(account.password_hash, "another hash");
    }
}

#[tokio::test]
async fn a_new_password_enables_nobody_whatever_the_caller_has_read_before() {
    let (_folder, store) = store().await;
    insert_user(&store, "bob", false).await;
    let read = store.users().find(&name("bob")).await.unwrap().unwrap();
    change(&store, "bob", AccountChange::Disable).await;
    let seen = store.activity().latest().await.unwrap();
    let bob = store
        .users()
        .change_password(&read.user.username, "another hash", false, by(2))
        .await
        .unwrap()
        .unwrap();
    assert!(bob.disabled && store.users().find(&name("bob")).await.unwrap().unwrap().user.disabled);
    assert_eq!(lines(&store, seen).await, [(Action::PasswordChanged, bob.clone(), bob)]);
}

#[tokio::test]
async fn a_line_tells_the_account_as_it_was_and_as_it_became() {
    let (_folder, store) = store().await;
    insert_user(&store, "root", true).await;
    insert_user(&store, "Bob", false).await;
    let seen = store.activity().latest().await.unwrap();
    let mut users = vec![user("Bob", false)];
    for to in CHANGES {
        users.push(change(&store, "bOB", to).await);
    }
    let expected: Vec<_> = CHANGES
        .into_iter()
        .zip(users.windows(2))
        .map(|(to, users)| (to.action(), users[0].clone(), users[1].clone()))
        .collect();
    assert_eq!(lines(&store, seen).await, expected);
}

#[tokio::test]
async fn the_same_change_many_times_at_once_is_told_once() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    insert_user(&store, "bob", false).await;
    let seen = store.activity().latest().await.unwrap();
    let mut changes = JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        changes.spawn(async move { change(&store, "bob", AccountChange::Disable).await });
    }
    assert!(changes.join_all().await.iter().all(|user| user.disabled));
    assert_eq!(lines(&store, seen).await.len(), 1);
}

#[tokio::test]
async fn an_account_that_is_not_there_is_not_changed() {
    let (_folder, store) = store().await;
    let told = store.activity().latest().await.unwrap();
    for to in CHANGES {
        assert!(store.users().change(&name("nobody"), to, by(2)).await.unwrap().is_none());
    }
    assert!(store.users().change_password(&name("nobody"), "a hash", false, by(2)).await.unwrap().is_none());
    assert_eq!(store.activity().latest().await.unwrap(), told);
}

#[tokio::test]
async fn the_last_administrator_who_can_sign_in_is_neither_disabled_nor_forbidden() {
    let (_folder, store) = store().await;
    for (name, configure_server) in [("ada", true), ("bob", true), ("eve", false)] {
        insert_user(&store, name, configure_server).await;
    }
    change(&store, "bob", AccountChange::Disable).await;
    let ada = store.users().find(&name("ada")).await.unwrap().unwrap().user;
    let told = store.activity().latest().await.unwrap();
    for to in [AccountChange::Disable, AccountChange::Forbid] {
        let refused = store.users().change(&name("ada"), to, by(2)).await;
        assert!(matches!(refused, Err(StoreError::LastAdministrator)), "{to:?}: {refused:?}");
        assert_eq!(store.users().find(&name("ada")).await.unwrap().unwrap().user, ada);
    }
    assert_eq!(store.activity().latest().await.unwrap(), told, "nothing was done, so nothing is told");
    // Who cannot administer is no such one.
    change(&store, "bob", AccountChange::Forbid).await;
    change(&store, "eve", AccountChange::Disable).await;
    change(&store, "eve", AccountChange::Enable).await;
    change(&store, "eve", AccountChange::Permit).await;
    change(&store, "ada", AccountChange::Disable).await;
}

#[tokio::test]
async fn of_two_administrators_who_disable_each_other_at_once_one_stays() {
    let (folder, store) = store().await;
    let beside = Arc::new(folder.open().await.unwrap());
    let store = Arc::new(store);
    for name in ["ada", "bob"] {
        insert_user(&store, name, true).await;
    }
    for to in [AccountChange::Disable, AccountChange::Forbid].repeat(5) {
        let mut changes = JoinSet::new();
        for (store, username) in [(&store, "ada"), (&beside, "bob")] {
            let store = store.clone();
            changes.spawn(async move { store.users().change(&name(username), to, by(2)).await });
        }
        let refused: Vec<_> = changes.join_all().await.into_iter().filter_map(Result::err).collect();
        assert!(matches!(refused[..], [StoreError::LastAdministrator]), "{refused:?}");
        for username in ["ada", "bob"] {
            change(&store, username, AccountChange::Enable).await;
            change(&store, username, AccountChange::Permit).await;
        }
    }
}
