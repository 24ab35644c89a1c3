//! What a consumer is given: rights, alone or with an approval, and the callbacks that they depend on.

use domain::{Action, Status};
use service::consumers::TypedEdit;

use super::{conflict, fields, renamed};
use crate::support::House;

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
