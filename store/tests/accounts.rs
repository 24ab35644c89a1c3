//! Accounts and sessions.

use crate::support;

use domain::{AccountChange, Action, Username};
use store::{Account, Store, StoreError, activity::NewActivity};
use support::{added, at, by, insert_user, store, user};

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn signed_out() -> NewActivity {
    NewActivity::user(by(0), Action::SignedOut, None, None)
}

/// The account as it is now.
async fn account(store: &Store, username: &str) -> Account {
    store.users().find(&name(username)).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_account_is_found_whatever_the_case_and_there_is_one_of_each_name() {
    let (_folder, store) = store().await;
    insert_user(&store, "Ada", true).await;
    let account = store.users().find(&name("aDA")).await.unwrap().unwrap();
    assert_eq!((account.user, &*account.password_hash), (user("Ada", true), "a hash"));
    assert!(store.users().find(&name("eve")).await.unwrap().is_none());
    let told = store.activity().latest().await.unwrap();
    let again = user("ADA", false);
    let taken = store.users().insert(&again, "another", added(&again)).await;
    assert!(matches!(taken, Err(StoreError::UsernameTaken)));
    assert_eq!(store.activity().latest().await.unwrap(), told, "nothing was done, so nothing is told");
}

#[tokio::test]
async fn users_are_listed_by_name() {
    let (_folder, store) = store().await;
    for name in ["eve", "Bob", "ada"] {
        insert_user(&store, name, false).await;
    }
    let names: Vec<_> =
        store.users().list().await.unwrap().into_iter().map(|user| user.username.to_string()).collect();
    assert_eq!(names, ["ada", "Bob", "eve"]);
}

#[tokio::test]
async fn a_session_is_found_until_it_is_deleted() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", true).await;
    let ada = account(&store, "ada").await;
    assert!(store.sessions().begin(b"one", &ada, None, None, None, by(10)).await.unwrap());
    let session = store.sessions().find(b"one").await.unwrap().unwrap();
    assert_eq!((session.account.id, session.created_at, session.last_seen_at), (id, at(10), at(10)));
    assert!(store.sessions().find(b"two").await.unwrap().is_none());
    store.sessions().touch(b"one", at(20)).await.unwrap();
    let session = store.sessions().find(b"one").await.unwrap().unwrap();
    assert_eq!((session.created_at, session.last_seen_at), (at(10), at(20)));
    for _ in 0..2 {
        store.sessions().delete(b"one", signed_out()).await.unwrap();
        assert!(store.sessions().find(b"one").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn old_sessions_are_forgotten_by_both_ages() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let ada = account(&store, "ada").await;
    for (hash, made, seen) in [(b"made", 10, 90), (b"idle", 50, 50), (b"kept", 50, 90)] {
        assert!(store.sessions().begin(hash, &ada, None, None, None, by(made)).await.unwrap());
        store.sessions().touch(hash, at(seen)).await.unwrap();
    }
    store.sessions().delete_old(at(40), at(80)).await.unwrap();
    let mut kept = Vec::new();
    for hash in [b"made", b"idle", b"kept"] {
        kept.push(store.sessions().find(hash).await.unwrap().is_some());
    }
    assert_eq!(kept, [false, false, true]);
}

#[tokio::test]
async fn ending_a_users_sessions_ends_nobody_elses() {
    let (_folder, store) = store().await;
    for (name, configure_server) in [("root", true), ("ada", true), ("eve", false)] {
        insert_user(&store, name, configure_server).await;
    }
    for (hash, name) in [(b"ada 1", "ada"), (b"ada 2", "ada"), (b"eve 1", "eve")] {
        assert!(
            store
                .sessions()
                .begin(hash, &account(&store, name).await, None, None, None, by(1))
                .await
                .unwrap()
        );
    }
    store.users().change(&name("ada"), AccountChange::Disable, by(2)).await.unwrap().unwrap();
    assert!(store.sessions().find(b"ada 1").await.unwrap().is_none());
    assert!(store.sessions().find(b"ada 2").await.unwrap().is_none());
    assert!(store.sessions().find(b"eve 1").await.unwrap().is_some());
}

#[tokio::test]
async fn permitting_an_account_ends_the_sessions_of_which_nobody_knows_how_long_the_password_is() {
    let (_folder, store) = store().await;
    for name in ["ada", "eve"] {
        insert_user(&store, name, false).await;
    }
    let sessions = [
        (b"ada 1", "ada", Some(false)),
        (b"ada 2", "ada", Some(true)),
        (b"ada 3", "ada", None),
        (b"eve 1", "eve", None),
    ];
    for (hash, name, short_password) in sessions {
        let account = account(&store, name).await;
        assert!(store.sessions().begin(hash, &account, short_password, None, None, by(1)).await.unwrap());
    }
    store.users().change(&name("ada"), AccountChange::Permit, by(2)).await.unwrap().unwrap();
    let mut left = Vec::new();
    for (hash, ..) in sessions {
        left.push(store.sessions().find(hash).await.unwrap().map(|session| session.short_password));
    }
    assert_eq!(left, [Some(Some(false)), Some(Some(true)), None, Some(None)]);
}

#[tokio::test]
async fn signing_an_account_out_ends_every_session_of_it_also_one_that_is_about_to_begin() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let checked = account(&store, "ada").await;
    assert!(store.sessions().begin(b"one", &checked, None, None, None, by(1)).await.unwrap());
    assert_eq!(store.users().sign_out(&name("ADA"), by(2)).await.unwrap(), Some(user("ada", true)));
    assert!(store.sessions().find(b"one").await.unwrap().is_none());
    assert!(!store.sessions().begin(b"two", &checked, None, None, None, by(3)).await.unwrap());
    assert!(store.users().sign_out(&name("eve"), by(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_begins_only_for_the_account_whose_password_was_checked() {
    let (_folder, store) = store().await;
    for (name, configure_server) in [("root", true), ("ada", true), ("eve", false)] {
        insert_user(&store, name, configure_server).await;
    }
    let users = store.users();
    let change = async |to| users.change(&name("ada"), to, by(2)).await.unwrap().unwrap();
    let begins =
        async |read: &Account| store.sessions().begin(b"one", read, None, None, None, by(3)).await.unwrap();
    let checked = account(&store, "ada").await;
    users.change_password(&name("ada"), "another hash", false, by(2)).await.unwrap().unwrap();
    assert!(!begins(&checked).await, "the password is another one");
    let checked = account(&store, "ada").await;
    change(AccountChange::Disable).await;
    let disabled = account(&store, "ada").await;
    assert!(!begins(&checked).await && !begins(&disabled).await, "the account is disabled");
    change(AccountChange::Enable).await;
    assert!(!begins(&checked).await, "the sessions that began before are ended, so this one is too");
    let seen = store.activity().latest().await.unwrap();
    users.change_password(&name("ada"), "another hash", false, by(2)).await.unwrap().unwrap();
    let checked = account(&store, "ada").await;
    users.change_password(&name("ada"), "another hash", false, by(2)).await.unwrap().unwrap();
    assert!(!begins(&checked).await, "the same password again ends sessions like any other");
    assert!(store.sessions().find(b"one").await.unwrap().is_none());
    let lines = store.activity().after(seen, 10).await.unwrap();
    assert!(lines.iter().all(|line| line.action == Action::PasswordChanged), "{lines:?}");
    let checked = account(&store, "ada").await;
    for (other, to) in [("ada", AccountChange::Forbid), ("eve", AccountChange::Disable)] {
        users.change(&name(other), to, by(2)).await.unwrap().unwrap();
    }
    assert!(begins(&checked).await, "neither a permission nor another account matters");
}
