//! One consumer with who decided, who is signed in through it and what was done to it; and signing out who is.

use crate::{
    oauth1::{allow, app, ask, exchange, grace},
    support,
};

use std::time::Duration;

use domain::{Action, ConsumerKey, Reason, Username};
use futures::StreamExt as _;
use service::{ServiceError, SignedIn, activity::Told, consumers::TypedEdit};
use support::{House, PATIENCE};

/// Has a user sign in through a consumer; returns the token.
async fn sign_in(house: &House, key: ConsumerKey, user: &SignedIn) -> String {
    let temporary = ask(&house.service, key, "oob").await.unwrap();
    let verifier = allow(&house.service, user, &temporary).await.unwrap();
    exchange(&house.service, key, &temporary, &verifier).await.unwrap().0.token
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

#[tokio::test]
async fn an_overview_has_the_decision_the_users_and_the_history_in_words() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let key = house.register(&house.root, "App").await.key;
    let nobody = house.service.consumers(&ada).overview(key, 0).await.unwrap();
    assert!(nobody.decided.is_none() && nobody.users.items.is_empty() && nobody.other_users == 0);
    let reason = Reason::parse("It is ours.").unwrap();
    house.service.consumers(&ada).because(reason.as_ref()).approve(key, None).await.unwrap();
    sign_in(&house, key, &grace(&house).await).await;
    let edit = TypedEdit { name: Some("Renamed".to_owned()), ..TypedEdit::default() };
    house.service.consumers(&house.root).edit(key, edit, None).await.unwrap();
    let overview = house.service.consumers(&ada).overview(key, 0).await.unwrap();
    let decided = overview.decided.unwrap();
    assert_eq!((&*decided.what, &*decided.by.to_string()), ("Approved", "ada"));
    assert_eq!(decided.reason.as_deref(), Some("It is ours."));
    let users: Vec<_> = overview.users.items.iter().map(|user| user.username.to_string()).collect();
    assert_eq!((users, overview.users.next), (vec!["grace".to_owned()], None));
    let history: Vec<_> = overview.history.iter().map(|line| &*line.what).collect();
    let expected = ["Edited", "User signed in", "Allowed to act for its user", "Approved", "Registered"];
    assert_eq!(history, expected);
    assert_eq!(overview.history[0].changes, ["the name from “App” to “Renamed”"]);
}

#[tokio::test]
async fn a_decision_that_the_activity_no_longer_has_is_not_made_up() {
    let house = House::with_users().await;
    let key = app(&house).await;
    house.sql("DELETE FROM activity").await;
    assert!(house.service.consumers(&house.root).overview(key, 0).await.unwrap().decided.is_none());
}

#[tokio::test]
async fn users_come_a_page_at_a_time_and_the_others_are_counted() {
    let house = House::with_users().await;
    let key = app(&house).await;
    sign_in(&house, key, &grace(&house).await).await;
    sign_in(&house, key, &house.who(&house.sign_in("ada").await).await.unwrap()).await;
    let consumers = house.service.consumers(&house.root);
    let first = consumers.signed_in(key, 0, 1).await.unwrap();
    let next = first.next.expect("there is another");
    assert_eq!((first.items.len(), first.items[0].id), (1, next));
    let rest = consumers.signed_in(key, next, 1).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert_ne!(rest.items[0].username, first.items[0].username);
    let after = consumers.overview(key, next).await.unwrap();
    assert_eq!(after.users.items, rest.items);
}

#[tokio::test]
async fn one_user_is_signed_out_with_a_line_that_names_them_and_twice_is_once() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let key = app(&house).await;
    let token = sign_in(&house, key, &grace(&house).await).await;
    let consumers = house.service.consumers(&ada);
    assert!(consumers.sign_out(key, &name("Grace")).await.unwrap());
    let consumer = house.store.consumers().cached(key).await.unwrap().unwrap();
    assert!(house.store.tokens().cached(&consumer, &token).await.unwrap().unwrap().revoked);
    let line = house.last_activities(1).await.remove(0);
    assert_eq!((&line.action, line.consumer_key), (&Action::TokensRevoked, Some(key)));
    assert_eq!(line.before, Some(serde_json::json!({ "username": "grace" })));
    let latest = house.latest().await;
    assert!(!consumers.sign_out(key, &name("grace")).await.unwrap());
    assert_eq!(house.latest().await, latest);
    let unknown = consumers.sign_out(key, &name("nobody")).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound(_))), "{unknown:?}");
    consumers.remove(key, None).await.unwrap();
    let removed = consumers.sign_out(key, &name("grace")).await;
    assert!(matches!(removed, Err(ServiceError::Removed(_))), "{removed:?}");
}

#[tokio::test]
async fn a_follower_is_told_when_somebody_signs_in_or_out_through_a_consumer() {
    let house = House::with_users().await.with_feed().await;
    let key = app(&house).await;
    let seen = house.latest().await;
    let follower = house.service.activity(&house.root).follow(Some(seen), Duration::from_hours(1));
    let mut follower = Box::pin(follower);
    let mut next = async || {
        loop {
            let told = tokio::time::timeout(PATIENCE, follower.next()).await.unwrap().unwrap().unwrap();
            // That the consumer was used comes when it comes; that grace signs in is about no consumer.
            if !matches!(told, Told::Used(_) | Told::Line(_)) {
                return told;
            }
        }
    };
    assert_eq!(next().await, Told::Ready(seen));
    let grace = grace(&house).await;
    sign_in(&house, key, &grace).await;
    for _ in ["allowed", "issued"] {
        let told = next().await;
        assert!(matches!(told, Told::Access(_, of) if of == key), "{told:?}");
    }
    house.service.consumers(&house.root).sign_out(key, &name("grace")).await.unwrap();
    assert_eq!(next().await, Told::Access(house.latest().await, key));
}
