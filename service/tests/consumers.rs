//! What administrators do to consumers: registering and editing them, which fields are wrong, and what each change tells.

mod conflicts;
mod rights_and_callbacks;

use std::time::Duration;

use domain::{Action, Actor, Conflict, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Event, Status};
use futures::StreamExt as _;
use service::{
    Admin, ServiceError,
    activity::Told,
    consumers::{Rows, TypedConsumer, TypedDetails, TypedEdit},
};

use crate::support::{HERE, House, SECRET};

fn renamed(name: &str) -> TypedEdit {
    TypedEdit { name: Some(name.to_owned()), ..TypedEdit::default() }
}

/// The wrong fields of a refusal.
fn fields<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Vec<String> {
    match refused {
        Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

fn conflict<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Conflict {
    match refused {
        Err(ServiceError::Conflict(conflict)) => *conflict,
        other => panic!("{other:?}"),
    }
}

async fn decide(house: &House, admin: &Admin, key: ConsumerKey, status: Status, seen: i64) -> Consumer {
    let consumers = house.service.consumers(admin);
    let decided = match status {
        Status::Approved => consumers.approve(key, Some(seen)).await,
        Status::Disapproved | Status::Pending => consumers.disapprove(key, Some(seen)).await,
    };
    decided.unwrap()
}

#[tokio::test]
async fn a_registered_consumer_is_pending_under_a_random_key() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let consumer = house.register(&ada, "  Requirements sync ").await;
    assert_eq!((consumer.name.as_str(), consumer.status), ("Requirements sync", Status::Pending));
    assert_eq!((consumer.revision, consumer.created_at), (1, house.service.now()));
    assert_eq!(consumer.created_by.to_string(), "ada");
    assert_eq!(consumer.key.uuid().unwrap().get_version_num(), 4);
    assert_ne!(house.register(&ada, "Requirements sync").await.key, consumer.key);
    assert_eq!(house.service.consumers(&ada).find(consumer.key).await.unwrap(), consumer);
    assert_eq!(house.store.consumers().secret(consumer.key).await.unwrap().unwrap().expose(), SECRET);
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once_and_nothing_is_registered() {
    let house = House::new().await;
    let register = |name: &'static str, secret: &'static str| {
        let house = &house;
        async move {
            let typed = TypedConsumer::new(name, secret);
            fields(house.service.consumers(&house.root).register(&typed).await)
        }
    };
    assert_eq!(register(" ", "short").await, ["name", "secret"]);
    assert_eq!(register("App", "12345678\n").await, ["secret"]);
    assert_eq!(register("App\t1", SECRET).await, ["name"]);
    assert_eq!(house.activities().await, 0);
}

#[tokio::test]
async fn each_change_is_told_with_who_when_and_from_where_and_never_a_secret() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let consumer = house.register(&ada, "App").await;
    house.pass(Duration::from_secs(5));
    let edit = TypedEdit { secret: Some("another secret".to_owned().into()), ..renamed("Renamed") };
    house.service.consumers(&ada).edit(consumer.key, edit, Some(1)).await.unwrap();
    decide(&house, &ada, consumer.key, Status::Approved, 2).await;
    decide(&house, &ada, consumer.key, Status::Disapproved, 3).await;
    house.service.consumers(&ada).remove(consumer.key, Some(4)).await.unwrap();
    let lines = house.last_activities(5).await;
    let expected = [
        Action::ConsumerRegistered,
        Action::ConsumerEdited,
        Action::ConsumerApproved,
        Action::ConsumerDisapproved,
        Action::ConsumerRemoved,
    ];
    assert_eq!(lines.iter().map(|line| line.action.clone()).collect::<Vec<_>>(), expected);
    for line in &lines {
        assert_eq!((line.actor.to_string(), line.address.as_deref()), ("ada".into(), Some("192.0.2.1")));
        let text = serde_json::to_string(line).unwrap();
        assert!(!text.contains(SECRET) && !text.contains("another secret"), "{text}");
    }
    assert_eq!(lines[1].at - lines[0].at, Duration::from_secs(5));
}

#[tokio::test]
async fn an_edit_without_a_secret_keeps_the_old_one_and_an_edit_of_nothing_is_none() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let told = house.activities().await;
    let same =
        house.service.consumers(&house.root).edit(consumer.key, renamed("App"), Some(1)).await.unwrap();
    assert_eq!((same, house.activities().await), (consumer.clone(), told));
    house.service.consumers(&house.root).edit(consumer.key, renamed("Renamed"), Some(1)).await.unwrap();
    assert_eq!(house.store.consumers().secret(consumer.key).await.unwrap().unwrap().expose(), SECRET);
}

#[tokio::test]
async fn every_wrong_field_of_an_edit_is_told_at_once_and_nothing_is_saved() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let edit = TypedEdit {
        name: Some(String::new()),
        secret: Some("short".to_owned().into()),
        callback_url: Some("/relative".to_owned()),
        rsa_public_key: Some(include_str!("keys/rsa-1024-spki.pem").to_owned()),
        ..TypedEdit::default()
    };
    let refused = fields(house.service.consumers(&house.root).edit(consumer.key, edit, Some(1)).await);
    assert_eq!(refused, ["name", "secret", "callback_url", "rsa_public_key"]);
    assert_eq!(house.service.consumers(&house.root).find(consumer.key).await.unwrap(), consumer);
}

#[tokio::test]
async fn what_only_the_whole_edit_shows_to_be_wrong_is_told_beside_what_each_field_shows() {
    let house = House::with_users().await;
    let consumer = house.register(&house.root, "App").await;
    let of = |callback: &str| TypedEdit {
        callback_urls: Some(vec![callback.to_owned()]),
        trusted: Some(true),
        details: TypedDetails { functional_user: Some("nobody".to_owned()), ..TypedDetails::default() },
        ..renamed(" ")
    };
    let edit = |edit| house.service.consumers(&house.root).edit(consumer.key, edit, Some(1));
    assert_eq!(fields(edit(of("")).await), ["name", "functional_user", "trusted"]);
    assert_eq!(
        fields(edit(of("/relative")).await),
        ["name", "callback_urls", "functional_user"],
        "a callback that cannot be read is one all the same"
    );
    assert_eq!(house.service.consumers(&house.root).find(consumer.key).await.unwrap(), consumer);
}

#[tokio::test]
async fn a_new_secret_that_is_re_typed_otherwise_is_a_wrong_field() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let edit = |secret: &str, again: &str| {
        let typed = |text: &str| Some(text.to_owned().into());
        let edit = TypedEdit { secret: typed(secret), secret_again: typed(again), ..TypedEdit::default() };
        house.service.consumers(&house.root).edit(consumer.key, edit, None)
    };
    assert_eq!(fields(edit("another secret", "an other secret").await), ["secret_again"]);
    assert_eq!(fields(edit("short", "long enough").await), ["secret", "secret_again"]);
    assert_eq!(edit("another secret", "another secret").await.unwrap().revision, 2);
}

#[tokio::test]
async fn a_name_in_use_is_pointed_out() {
    let house = House::new().await;
    let in_use = async |name: &str, but| {
        let name = ConsumerName::parse(name).unwrap();
        house.service.consumers(&house.root).is_name_in_use(&name, but).await.unwrap()
    };
    assert!(!in_use("App", None).await);
    let own = Some(house.register(&house.root, "App").await.key);
    assert!(in_use("App", None).await);
    assert!(in_use("\u{430}PP", None).await, "it looks like it");
    assert!(!in_use("APP", own).await, "its own does not count");
    house.register(&house.root, "\u{430}PP").await;
    assert!(in_use("App", own).await);
}

#[tokio::test]
async fn rows_say_since_when_events_are_still_to_be_applied() {
    let house = House::new().await;
    let first = house.register(&house.root, "First").await;
    let Rows { items, total, seen, .. } =
        house.service.consumers(&house.root).first_rows(&ConsumerQuery::default(), 10).await.unwrap();
    assert_eq!((items, total), (vec![first.clone()], Some(1)));
    let second = house.register(&house.root, "Second").await;
    house.service.consumers(&house.root).remove(first.key, None).await.unwrap();
    let following = house.service.activity(&house.root).follow(Some(seen), Duration::from_hours(1));
    let told: Vec<_> = following.take(3).map(Result::unwrap).collect().await;
    let [changed, removed] = [Event::Consumer(second), Event::Removed(first.key)];
    let expected = [Told::Ready(seen), Told::Event(seen + 1, changed), Told::Event(seen + 2, removed)];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_administrator_is_known_by_name_and_address() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    house.register(&ada, "App").await;
    house.register(&house.root, "App").await;
    let [by_page, by_command] = house.last_activities(2).await.try_into().unwrap();
    assert_eq!(by_page.address, Some(HERE.to_string()));
    assert_eq!((by_command.actor, by_command.address), (Actor::CommandLine, None));
}
