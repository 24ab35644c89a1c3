//! What a user sees of the consumers that may act for them, and takes back.

use crate::support;

use domain::Action;
use store::{NewToken, State, Store};
use support::{
    access, allow, at, insert_approved, insert_user, issue, key, new_token, remove, rename, store,
};

async fn revoke(store: &Store, user_id: i64, n: u32) -> bool {
    let activity = access(Action::TokensRevoked, key(n));
    store.tokens().revoke(user_id, key(n), at(5), activity).await.unwrap()
}

/// The consumers that may act for a user in second `now`, with since when and when they last did.
async fn authorizations(store: &Store, user_id: i64, now: i64) -> Vec<(String, i64, Option<i64>)> {
    let all = store.tokens().authorizations(user_id, at(now)).await.unwrap();
    let seconds = |time: time::OffsetDateTime| time.unix_timestamp();
    all.into_iter()
        .map(|one| (one.consumer.name.to_string(), seconds(one.since), one.last_used_at.map(seconds)))
        .collect()
}

#[tokio::test]
async fn a_user_sees_each_consumer_that_may_act_for_them_since_the_oldest_token_and_last_by_any() {
    let (folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    for (n, name) in [(1, "zebra"), (2, "Aardvark"), (3, "bee"), (4, "Gone"), (5, "Expired")] {
        let consumer = insert_approved(&store, n).await;
        rename(&store, &consumer, name).await;
    }
    for (token, n, user, made, ends) in [
        ("a", 1, ada, 30, None),
        ("b", 1, ada, 20, Some(100)),
        ("c", 1, ada, 40, None),
        ("d", 1, ada, 10, Some(50)),
        ("e", 2, ada, 60, None),
        ("f", 3, eve, 70, None),
        ("g", 4, ada, 80, None),
        ("h", 5, ada, 5, Some(50)),
    ] {
        let new = new_token(token, n, user);
        issue(&store, NewToken { created_at: at(made), expires_at: ends.map(at), ..new }).await;
    }
    for (token, used) in [("a", 31), ("b", 45), ("d", 49)] {
        let used = format!("UPDATE token_credentials SET last_used_at = {used}000 WHERE token = '{token}'");
        folder.sql(&used).await;
    }
    let gone = store.consumers().find(key(4)).await.unwrap().unwrap();
    remove(&store, &gone).await;
    let one = |name: &str, since, last| (name.to_owned(), since, last);
    let aardvark = one("Aardvark", 60, None);
    let before = [aardvark.clone(), one("Expired", 5, None), one("zebra", 10, Some(49))];
    assert_eq!(authorizations(&store, ada, 49).await, before);
    let after = [aardvark.clone(), one("zebra", 20, Some(45))];
    assert_eq!(authorizations(&store, ada, 50).await, after, "what ends in a second has ended in it");
    let later = [aardvark.clone(), one("zebra", 30, Some(31))];
    assert_eq!(authorizations(&store, ada, 100).await, later);
    assert_eq!(authorizations(&store, eve, 49).await, [one("bee", 70, None)]);
    assert_eq!(authorizations(&store, eve + 100, 49).await, []);
    assert!(revoke(&store, ada, 1).await);
    assert_eq!(authorizations(&store, ada, 50).await, [aardvark]);
}

#[tokio::test]
async fn taking_back_what_a_consumer_may_do_is_told_once_and_ends_what_is_not_exchanged_yet() {
    let (_folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    for n in [1, 2] {
        insert_approved(&store, n).await;
        issue(&store, new_token(&format!("ada {n}"), n, ada)).await;
        issue(&store, new_token(&format!("eve {n}"), n, eve)).await;
        allow(&store, &format!("ada allowed {n}"), n, ada).await;
        allow(&store, &format!("eve allowed {n}"), n, eve).await;
    }
    let told = store.activity().latest().await.unwrap();
    assert!(revoke(&store, ada, 1).await);
    assert!(!revoke(&store, ada, 1).await, "there is nothing left to take back");
    assert!(!revoke(&store, ada, 3).await, "of nobody");
    assert!(!revoke(&store, ada + 100, 2).await, "by nobody");
    let lines = store.activity().after(told, 10).await.unwrap();
    let lines: Vec<_> = lines.into_iter().map(|line| (line.action, line.consumer_key)).collect();
    assert_eq!(lines, [(Action::TokensRevoked, Some(key(1)))]);
    let mut states = Vec::new();
    for temporary in ["ada allowed 1", "ada allowed 2", "eve allowed 1", "eve allowed 2"] {
        states.push(store.temporary_credentials().find(temporary).await.unwrap().unwrap().state);
    }
    assert_eq!(states, [State::Revoked, State::Allowed, State::Allowed, State::Allowed]);
    let names = async |user| {
        let all = authorizations(&store, user, 10).await;
        all.into_iter().map(|(name, ..)| name).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(ada).await, names(eve).await),
        (vec!["App 2".to_owned()], vec!["App 1".to_owned(), "App 2".to_owned()])
    );
}

#[tokio::test]
async fn a_consumer_is_revoked_for_whoever_revoked_it_until_they_allow_it_again() {
    let (_folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    insert_approved(&store, 1).await;
    insert_approved(&store, 2).await;
    for user in [ada, eve] {
        issue(&store, new_token(&format!("of {user}"), 1, user)).await;
    }
    issue(&store, NewToken { expires_at: Some(at(3)), ..new_token("expired", 2, ada) }).await;
    let revoked = async |user, n| store.tokens().is_revoked(user, key(n), at(6)).await.unwrap();
    assert!(!revoked(ada, 1).await, "not yet");
    assert!(revoke(&store, ada, 1).await);
    assert!(revoked(ada, 1).await);
    assert!(!revoked(eve, 1).await, "for ada alone");
    assert!(!revoked(ada, 2).await, "it ended by itself");
    assert!(!revoked(ada, 3).await, "it never was");
    issue(&store, new_token("again", 1, ada)).await;
    assert!(!revoked(ada, 1).await, "allowed again");
}
