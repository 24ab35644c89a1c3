//! What administrators do to consumers: what each of them is shown, and that no change overwrites another.

use crate::support;

use std::time::Duration;

use domain::{Action, Actor, Conflict, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Event, Status};
use futures::StreamExt as _;
use service::{
    Admin, ServiceError,
    activity::Told,
    consumers::{Rows, TypedConsumer, TypedDetails, TypedEdit},
};
use support::{HERE, House, SECRET};

fn renamed(name: &str) -> TypedEdit {
    TypedEdit { name: Some(name.to_owned()), ..TypedEdit::default() }
}

fn key(text: &str) -> ConsumerKey {
    text.parse().unwrap()
}

const NEVER: &str = "00000000-0000-0000-0000-000000000000";

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
async fn approving_with_trust_is_one_change_that_shows_both() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let consumers = house.service.consumers(&ada);
    let consumer = house.register(&ada, "App").await;
    let told = house.activities().await;
    assert_eq!(fields(consumers.approve_trusted(consumer.key, Some(1)).await), ["trusted"]);
    assert_eq!(
        (consumers.find(consumer.key).await.unwrap(), house.activities().await),
        (consumer.clone(), told)
    );
    let callback =
        TypedEdit { callback_url: Some("https://app.example/cb".to_owned()), ..TypedEdit::default() };
    consumers.edit(consumer.key, callback, Some(1)).await.unwrap();
    let stale = conflict(consumers.approve_trusted(consumer.key, Some(1)).await);
    assert_eq!(stale.changes, ["the callback URL to https://app.example/cb"]);
    let trusted = consumers.approve_trusted(consumer.key, Some(2)).await.unwrap();
    assert_eq!((trusted.status, trusted.trusted, trusted.revision), (Status::Approved, true, 3));
    assert_eq!(consumers.approve_trusted(consumer.key, Some(1)).await.unwrap(), trusted, "twice is once");
    assert_eq!(
        consumers.approve(consumer.key, Some(1)).await.unwrap(),
        trusted,
        "approving takes nothing away"
    );
    let [line] = house.last_activities(1).await.try_into().unwrap();
    let of = |snapshot: &Option<serde_json::Value>| {
        let snapshot = snapshot.clone().unwrap();
        (snapshot["status"].clone(), snapshot["trusted"].clone())
    };
    assert_eq!(line.action, Action::ConsumerApproved);
    assert_eq!(of(&line.before), ("pending".into(), false.into()));
    assert_eq!(of(&line.after), ("approved".into(), true.into()));
}

#[tokio::test]
async fn a_right_that_a_consumer_cannot_have_is_a_wrong_field_and_saves_nothing() {
    let house = House::new().await;
    let consumers = house.service.consumers(&house.root);
    let consumer = house.register(&house.root, "App").await;
    let edit = |trusted, may_administer, callback: Option<&str>| {
        let callback_url = callback.map(str::to_owned);
        let edit = TypedEdit { trusted, may_administer, callback_url, ..TypedEdit::default() };
        consumers.edit(consumer.key, edit, None)
    };
    let callback = "https://app.example/cb";
    assert_eq!(fields(edit(Some(true), None, None).await), ["trusted"]);
    assert_eq!(fields(edit(Some(true), Some(true), Some(callback)).await), ["trusted"]);
    assert_eq!(consumers.find(consumer.key).await.unwrap(), consumer);
    edit(Some(true), None, Some(callback)).await.unwrap();
    assert_eq!(fields(edit(None, None, Some("")).await), ["callback_url"]);
    assert_eq!(fields(edit(None, Some(true), None).await), ["may_administer"]);
    assert!(edit(Some(false), Some(true), Some("")).await.unwrap().may_administer);
    assert_eq!(fields(edit(Some(true), None, Some(callback)).await), ["trusted"]);
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
    assert_eq!(fields(edit("short", "long enough").await), ["secret"]);
    assert_eq!(edit("another secret", "another secret").await.unwrap().revision, 2);
}

#[tokio::test]
async fn callbacks_are_given_as_a_list_or_by_the_first_and_where_both_are_they_agree() {
    let house = House::new().await;
    let consumers = house.service.consumers(&house.root);
    let key = house.register(&house.root, "App").await.key;
    let edit = |first: Option<&str>, all: Option<&[&str]>| {
        let callback_url = first.map(str::to_owned);
        let callback_urls = all.map(|all| all.iter().map(|url| (*url).to_owned()).collect());
        consumers.edit(key, TypedEdit { callback_url, callback_urls, ..TypedEdit::default() }, None)
    };
    let (a, b) = ("https://app.example/cb", "myapp://cb");
    let saved = edit(None, Some(&[" myapp://cb", a, "", "MYAPP://cb"])).await.unwrap();
    assert_eq!(
        (saved.callback_url.as_deref(), &*saved.callback_urls),
        (Some(b), &[b.to_owned(), a.to_owned()][..])
    );
    assert_eq!(edit(Some(b), Some(&[b, a])).await.unwrap(), saved, "as the API shows it: no change");
    assert_eq!(fields(edit(Some(a), Some(&[b, a])).await), ["callback_url"]);
    assert_eq!(fields(edit(Some(""), Some(&[b])).await), ["callback_url"]);
    assert_eq!(fields(edit(None, Some(&[a, "javascript:alert(1)"])).await), ["callback_urls"]);
    assert_eq!(fields(edit(Some("file:///x"), None).await), ["callback_url"]);
    assert_eq!(consumers.find(key).await.unwrap(), saved);
    let moved = edit(Some("com.example.app:/cb"), None).await.unwrap();
    assert_eq!(moved.callback_urls, ["com.example.app:/cb", a]);
    let none = edit(Some(""), None).await.unwrap();
    assert_eq!((none.callback_url, none.callback_urls.len()), (None, 0));
    edit(None, Some(&[a, b])).await.unwrap();
    let trusted = TypedEdit { trusted: Some(true), ..TypedEdit::default() };
    consumers.edit(key, trusted, None).await.unwrap();
    assert_eq!(fields(edit(None, Some(&[])).await), ["callback_urls"]);
    assert_eq!(fields(edit(Some(""), None).await), ["callback_url"]);
    assert_eq!(edit(None, Some(&[b])).await.unwrap().callback_urls, [b]);
}

#[tokio::test]
async fn a_change_of_callbacks_and_of_allow_oauth_1_0_is_told_in_words() {
    let house = House::new().await;
    let consumers = house.service.consumers(&house.root);
    let consumer = house.register(&house.root, "App").await;
    let edit = TypedEdit {
        allow_oauth_1_0: Some(true),
        callback_urls: Some(vec!["https://app.example/cb".to_owned(), "myapp://cb".to_owned()]),
        ..TypedEdit::default()
    };
    consumers.edit(consumer.key, edit, Some(1)).await.unwrap();
    let stale = conflict(consumers.edit(consumer.key, renamed("Mine"), Some(1)).await);
    let callbacks = "the callback URLs to https://app.example/cb, myapp://cb";
    assert_eq!(stale.changes, ["Allow OAuth 1.0 to on", callbacks]);
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

#[tokio::test]
async fn a_name_in_use_is_pointed_out() {
    let house = House::new().await;
    let name = ConsumerName::parse("App").unwrap();
    assert!(!house.service.consumers(&house.root).is_name_in_use(&name).await.unwrap());
    let consumer = house.register(&house.root, "App").await;
    assert!(house.service.consumers(&house.root).is_name_in_use(&name).await.unwrap());
    let alike = ConsumerName::parse("\u{430}PP").unwrap();
    assert!(house.service.consumers(&house.root).is_name_in_use(&alike).await.unwrap(), "it looks like it");
    assert!(!house.service.consumers(&house.root).is_name_shared(&consumer).await.unwrap());
    house.register(&house.root, "\u{430}PP").await;
    assert!(house.service.consumers(&house.root).is_name_shared(&consumer).await.unwrap());
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
