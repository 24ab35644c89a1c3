//! What users do to their own account: a new password, and ending sessions.

use crate::support;

use domain::{AccountChange, Action, Username};
use store::{Account, Store};
use support::{at, by, insert_approved, insert_user, issue, key, new_token, store};

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

async fn account(store: &Store, username: &str) -> Account {
    store.users().find(&name(username)).await.unwrap().unwrap()
}

/// Begins a session in second `n`, from a browser of this name.
async fn begin(store: &Store, username: &str, hash: &[u8], agent: &str, n: i64) {
    let account = account(store, username).await;
    assert!(store.sessions().begin(hash, &account, None, Some(agent), None, by(n)).await.unwrap());
}

async fn is_there(store: &Store, hash: &[u8]) -> bool {
    store.sessions().find(hash).await.unwrap().is_some()
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_this_one_goes_on_under_another_token() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    insert_user(&store, "eve", false).await;
    for (username, hash, n) in [("ada", &b"this"[..], 1), ("ada", b"elsewhere", 2), ("eve", b"of eve", 3)] {
        begin(&store, username, hash, "Firefox", n).await;
    }
    let (checked, tokens) = (account(&store, "ada").await, (&b"this"[..], &b"next"[..]));
    let users = store.users();
    let changed =
        users.change_own_password(&checked, "another hash", false, false, tokens, by(10)).await.unwrap();
    let cookie = store.devices().cookie(&changed.unwrap()).unwrap();
    assert!(store.devices().recognize(&account(&store, "ada").await, &cookie).is_some());
    assert!(!is_there(&store, b"this").await && !is_there(&store, b"elsewhere").await);
    assert!(is_there(&store, b"of eve").await);
    let next = store.sessions().find(b"next").await.unwrap().unwrap();
    assert_eq!((next.created_at, next.proved_at, next.last_seen_at), (at(1), at(1), at(10)));
    assert_eq!(next.short_password, Some(false), "it is of the new password");
    assert_eq!(account(&store, "ada").await.password_hash, "another hash");
    assert!(
        !store.sessions().begin(b"late", &checked, None, None, None, by(11)).await.unwrap(),
        "a sign-in on its way"
    );
    let line = store.activity().after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(line.action, Action::PasswordChanged);
    let again = users.change_own_password(&checked, "a third", false, false, tokens, by(12)).await.unwrap();
    assert!(
        again.is_none() && account(&store, "ada").await.password_hash == "another hash",
        "what was checked is no more"
    );
}

#[tokio::test]
async fn a_new_password_needs_the_session_and_the_account_as_they_were() {
    let (_folder, store) = store().await;
    for (username, configure_server) in [("root", true), ("ada", false), ("eve", false)] {
        insert_user(&store, username, configure_server).await;
    }
    begin(&store, "ada", b"this", "Firefox", 1).await;
    begin(&store, "eve", b"of eve", "Firefox", 1).await;
    let checked = account(&store, "ada").await;
    let change = async |from: &[u8]| {
        let tokens = (from, &b"next"[..]);
        let changed =
            store.users().change_own_password(&checked, "another hash", false, false, tokens, by(10)).await;
        changed.unwrap().is_some()
    };
    assert!(!change(b"none").await && !change(b"of eve").await);
    store.users().change(&name("ada"), AccountChange::Disable, by(2)).await.unwrap().unwrap();
    store.users().change(&name("ada"), AccountChange::Enable, by(3)).await.unwrap().unwrap();
    begin(&store, "ada", b"this", "Firefox", 4).await;
    assert!(!change(b"this").await, "the account was signed out in between");
    assert_eq!(account(&store, "ada").await.password_hash, "a hash");
    assert!(is_there(&store, b"this").await && !is_there(&store, b"next").await);
}

#[tokio::test]
async fn a_new_password_revokes_what_acts_for_the_user_unless_it_is_kept() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    for (keep, from, to, revoked) in [(true, b"a", b"b", false), (false, b"b", b"c", true)] {
        let token = format!("token {keep}");
        issue(&store, new_token(&token, 1, id)).await;
        if keep {
            begin(&store, "ada", b"a", "Firefox", 1).await;
        }
        let checked = account(&store, "ada").await;
        let changed = store
            .users()
            .change_own_password(&checked, "a hash", false, keep, (from, to), by(10))
            .await
            .unwrap();
        assert!(changed.is_some());
        let consumer = store.consumers().cached(key(1)).await.unwrap().unwrap();
        let cached = store.tokens().cached(&consumer, &token).await.unwrap().unwrap();
        assert_eq!(cached.revoked, revoked, "{token}");
    }
}

#[tokio::test]
async fn sessions_are_listed_with_where_they_began_and_ended_one_by_one() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    insert_user(&store, "eve", false).await;
    begin(&store, "ada", b"old", "Lynx", 10).await;
    begin(&store, "ada", b"one", "Firefox", 50).await;
    begin(&store, "ada", b"two", "Chrome", 60).await;
    begin(&store, "eve", b"of eve", "Safari", 70).await;
    let own = store.own_sessions(id);
    let listed = own.list(at(20), at(20), 10).await.unwrap();
    let agents: Vec<_> = listed.iter().map(|session| session.agent.as_deref()).collect();
    assert_eq!(agents, [Some("Chrome"), Some("Firefox")]);
    assert_eq!((listed[1].created_at, listed[1].last_seen_at), (at(50), at(50)));
    assert_eq!(listed[1].address.as_deref(), Some("192.0.2.1"));
    assert_eq!(own.list(at(20), at(20), 1).await.unwrap().len(), 1);
    assert!(!own.end(b"of eve", by(80)).await.unwrap() && is_there(&store, b"of eve").await);
    assert!(own.end(b"one", by(80)).await.unwrap() && !is_there(&store, b"one").await);
    let told = store.activity().latest().await.unwrap();
    assert!(!own.end(b"one", by(80)).await.unwrap());
    assert_eq!(store.activity().latest().await.unwrap(), told);
    let line = store.activity().after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((line.action, line.before, line.after), (Action::SessionEnded, None, None));
}

#[tokio::test]
async fn ending_all_others_keeps_this_one_and_ends_one_that_is_about_to_begin() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    insert_user(&store, "eve", false).await;
    for (username, hash) in [("ada", &b"this"[..]), ("ada", b"one"), ("ada", b"two"), ("eve", b"of eve")] {
        begin(&store, username, hash, "Firefox", 1).await;
    }
    let checked = account(&store, "ada").await;
    assert!(store.own_sessions(id).end_others(b"this", by(2)).await.unwrap());
    let left = [&b"this"[..], b"one", b"two", b"of eve"];
    let mut there = Vec::new();
    for hash in left {
        there.push(is_there(&store, hash).await);
    }
    assert_eq!(there, [true, false, false, true]);
    assert!(!store.sessions().begin(b"late", &checked, None, None, None, by(3)).await.unwrap());
    assert!(!store.own_sessions(id).end_others(b"this", by(4)).await.unwrap(), "there is no other");
}

#[tokio::test]
async fn a_session_remembers_when_its_user_proved_who_they_are() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    begin(&store, "ada", b"this", "Firefox", 1).await;
    let proved_at = async || store.sessions().find(b"this").await.unwrap().unwrap().proved_at;
    assert_eq!(proved_at().await, at(1));
    store.sessions().touch(b"this", at(5)).await.unwrap();
    assert_eq!(proved_at().await, at(1), "to be active proves nothing");
    assert!(store.own_sessions(id).prove(b"this", false, at(9)).await.unwrap());
    assert_eq!(proved_at().await, at(9));
    assert!(!store.own_sessions(id).prove(b"none", false, at(9)).await.unwrap());
}

#[tokio::test]
async fn a_session_that_an_older_node_began_was_proved_when_it_began() {
    let (folder, store) = store().await;
    insert_user(&store, "ada", false).await;
    begin(&store, "ada", b"this", "Firefox", 7).await;
    folder.sql("UPDATE sessions SET proved_at = NULL, address = NULL, agent = NULL").await;
    assert_eq!(store.sessions().find(b"this").await.unwrap().unwrap().proved_at, at(7));
    let id = account(&store, "ada").await.id;
    let listed = store.own_sessions(id).list(at(0), at(0), 10).await.unwrap();
    assert_eq!((listed[0].address.as_ref(), listed[0].agent.as_ref()), (None, None));
}
