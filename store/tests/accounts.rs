//! Accounts, sessions and set-up links on a real SQLite.

use crate::support;

use domain::{AccountChange, Action, Username};
use store::{StoreError, activity::NewActivity};
use support::{added, at, by, insert_user, store, user};

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn signed_in() -> NewActivity {
    NewActivity::user(by(0), Action::SignedIn, None, None)
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
    store.sessions().insert(b"one", id, at(10), signed_in()).await.unwrap();
    let session = store.sessions().find(b"one").await.unwrap().unwrap();
    assert_eq!((session.account.id, session.created_at, session.last_seen_at), (id, at(10), at(10)));
    assert!(store.sessions().find(b"two").await.unwrap().is_none());
    store.sessions().touch(b"one", at(20)).await.unwrap();
    let session = store.sessions().find(b"one").await.unwrap().unwrap();
    assert_eq!((session.created_at, session.last_seen_at), (at(10), at(20)));
    for _ in 0..2 {
        store.sessions().delete(b"one", signed_in()).await.unwrap();
        assert!(store.sessions().find(b"one").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn old_sessions_are_forgotten_by_both_ages() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", true).await;
    for (hash, made, seen) in [(b"made", 10, 90), (b"idle", 50, 50), (b"kept", 50, 90)] {
        store.sessions().insert(hash, id, at(made), signed_in()).await.unwrap();
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
    let (ada, eve) = (insert_user(&store, "ada", true).await, insert_user(&store, "eve", false).await);
    for (hash, id) in [(b"ada 1", ada), (b"ada 2", ada), (b"eve 1", eve)] {
        store.sessions().insert(hash, id, at(1), signed_in()).await.unwrap();
    }
    store.users().change(&name("ada"), AccountChange::Disable, by(2)).await.unwrap().unwrap();
    assert!(store.sessions().find(b"ada 1").await.unwrap().is_none());
    assert!(store.sessions().find(b"ada 2").await.unwrap().is_none());
    assert!(store.sessions().find(b"eve 1").await.unwrap().is_some());
}

#[tokio::test]
async fn a_set_up_link_makes_one_administrator_and_voids_them_all() {
    let (_folder, store) = store().await;
    for link in [b"link 1", b"link 2"] {
        store.set_up_links().insert(link, at(1)).await.unwrap();
    }
    let ada = user("ada", true);
    let make =
        |link: &'static [u8]| store.users().insert_first_administrator(link, &ada, "a hash", added(&ada));
    assert_eq!(make(b"guessed").await.unwrap(), None);
    assert!(
        !store.users().any_administrator().await.unwrap()
            && store.set_up_links().has(b"link 2").await.unwrap()
    );
    assert!(make(b"link 1").await.unwrap().is_some());
    assert!(store.users().any_administrator().await.unwrap());
    for link in [&b"link 1"[..], b"link 2"] {
        assert!(!store.set_up_links().has(link).await.unwrap());
    }
    assert_eq!(make(b"link 2").await.unwrap(), None);
}

#[tokio::test]
async fn a_set_up_link_is_dead_once_somebody_else_made_an_administrator() {
    let (_folder, store) = store().await;
    store.set_up_links().insert(b"link", at(1)).await.unwrap();
    insert_user(&store, "eve", true).await;
    let ada = user("ada", true);
    let made = store.users().insert_first_administrator(b"link", &ada, "a hash", added(&ada)).await.unwrap();
    assert_eq!(made, None);
    assert!(store.users().find(&name("ada")).await.unwrap().is_none());
}
