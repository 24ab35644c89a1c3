//! No change overwrites another: the slower of two administrators sees who was faster, and what is done already is not an error.

use std::time::Duration;

use domain::{ConsumerKey, Status};
use service::{ServiceError, consumers::TypedEdit};

use super::{conflict, decide, fields, renamed};
use crate::support::House;

fn key(text: &str) -> ConsumerKey {
    text.parse().unwrap()
}

const NEVER: &str = "00000000-0000-0000-0000-000000000000";

#[tokio::test]
async fn deciding_what_is_decided_already_changes_nothing_whatever_was_seen() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let approved = decide(&house, &house.root, consumer.key, Status::Approved, 1).await;
    let told = house.activities().await;
    for seen in [Some(1), Some(2), None] {
        let again = house.service.consumers(&house.root).approve(consumer.key, seen).await.unwrap();
        assert_eq!(again, approved);
    }
    assert_eq!(house.activities().await, told);
}

#[tokio::test]
async fn the_slower_administrator_is_told_who_changed_what_and_when() {
    let house = House::with_users().await;
    house.add("eve", true).await;
    let (ada, eve) = (house.admin("ada").await, house.admin("eve").await);
    let consumer = house.register(&ada, "App").await;
    decide(&house, &ada, consumer.key, Status::Approved, 1).await;
    house.pass(Duration::from_secs(5));
    let edit = TypedEdit {
        secret: Some("another secret".to_owned().into()),
        trusted: Some(true),
        callback_url: Some("https://app.example/cb".to_owned()),
        sign_everybody_out: true,
        ..renamed("Renamed")
    };
    let current = house.service.consumers(&eve).edit(consumer.key, edit, Some(2)).await.unwrap();
    let expected = [
        "the status to Approved",
        "the name to “Renamed”",
        "Trusted to on",
        "the callback URL to https://app.example/cb",
        "the consumer secret",
        "who is signed in: everybody was signed out",
    ];
    let refused = [
        conflict(house.service.consumers(&ada).edit(consumer.key, renamed("Mine"), Some(1)).await),
        conflict(house.service.consumers(&ada).disapprove(consumer.key, Some(1)).await),
        conflict(house.service.consumers(&ada).remove(consumer.key, Some(1)).await),
    ];
    for conflict in refused {
        assert_eq!((conflict.by.to_string(), conflict.at), ("eve".to_owned(), house.service.now()));
        assert_eq!((conflict.changes, &conflict.current), (expected.map(str::to_owned).to_vec(), &current));
    }
    assert_eq!(house.service.consumers(&ada).find(consumer.key).await.unwrap(), current);
    let saved = house.service.consumers(&ada).edit(consumer.key, renamed("Mine"), Some(3)).await.unwrap();
    assert_eq!(saved.name.as_str(), "Mine", "having seen it, ada goes on");
}

#[tokio::test]
async fn a_revision_that_never_was_is_a_wrong_field() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let edit = house.service.consumers(&house.root).edit(consumer.key, renamed("Mine"), Some(7)).await;
    assert_eq!(fields(edit), ["revision"]);
}

#[tokio::test]
async fn whoever_names_no_revision_means_the_consumer_as_it_is() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    house.service.consumers(&house.root).edit(consumer.key, renamed("Renamed"), None).await.unwrap();
    house.service.consumers(&house.root).approve(consumer.key, None).await.unwrap();
    house.service.consumers(&house.root).remove(consumer.key, None).await.unwrap();
}

#[tokio::test]
async fn of_two_edits_at_once_one_is_saved_and_the_other_is_told() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let admin = &house.root;
    let edit = |name| house.service.consumers(admin).edit(consumer.key, renamed(name), Some(1));
    let (first, second) = tokio::join!(edit("First"), edit("Second"));
    let (saved, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(conflict(refused).current, saved.unwrap());
}

#[tokio::test]
async fn removing_what_is_gone_is_no_error_and_anything_else_is() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let consumer = house.register(&ada, "App").await;
    house.service.consumers(&ada).remove(consumer.key, Some(1)).await.unwrap();
    let told = house.activities().await;
    house.service.consumers(&house.root).remove(consumer.key, Some(1)).await.unwrap();
    house.service.consumers(&house.root).remove(key(NEVER), None).await.unwrap();
    assert_eq!(house.activities().await, told);
    let removed = [
        house.service.consumers(&house.root).find(consumer.key).await,
        house.service.consumers(&house.root).edit(consumer.key, renamed("Mine"), Some(1)).await,
        house.service.consumers(&house.root).approve(consumer.key, Some(1)).await,
    ];
    for refused in removed {
        let Err(ServiceError::Removed(removed)) = refused else { panic!("{refused:?}") };
        assert_eq!((removed.by.to_string(), removed.at), ("ada".to_owned(), house.service.now()));
    }
    let never = house.service.consumers(&house.root).approve(key(NEVER), None).await;
    assert!(matches!(never, Err(ServiceError::NotFound(_))), "{never:?}");
}
