//! Decisions that are taken back: what is restored, and whose undo is refused.

use crate::support;

use std::time::Duration;

use domain::{Action, Conflict, Consumer, ConsumerKey, Status};
use service::{
    Admin, ServiceError,
    consumers::{TypedEdit, reason},
};
use support::{HERE, House, SECRET};

async fn undo(house: &House, admin: &Admin, consumer: &Consumer) -> Result<Consumer, ServiceError> {
    house.service.consumers(admin).undo(consumer.key, consumer.revision).await
}

fn conflict<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Conflict {
    match refused {
        Err(ServiceError::Conflict(conflict)) => *conflict,
        other => panic!("{other:?}"),
    }
}

/// A house with `ada` and `eve`, and the key of a consumer that `ada` has registered.
async fn house() -> (House, Admin, Admin, ConsumerKey) {
    let house = House::with_users().await;
    house.add("eve", true).await;
    let (ada, eve) = (house.admin("ada").await, house.admin("eve").await);
    let key = house.register(&ada, "App").await.key;
    (house, ada, eve, key)
}

#[tokio::test]
async fn a_decision_that_is_taken_back_leaves_the_status_and_the_reason_that_were() {
    let (house, ada, _, key) = house().await;
    let consumers = house.service.consumers(&ada);
    let approved = consumers.approve(key, None).await.unwrap();
    let pending = undo(&house, &ada, &approved).await.unwrap();
    assert_eq!((pending.status, pending.revision), (Status::Pending, 3));
    let line = house.last_activities(1).await.remove(0);
    assert_eq!((line.action, line.actor.to_string()), (Action::ConsumerEdited, "ada".to_owned()));
    assert_eq!(line.after.unwrap()["undone"], true);

    let leaked = reason("The key leaked.").unwrap();
    let disapproved = consumers.because(leaked.as_ref()).disapprove(key, None).await.unwrap();
    let approved = consumers.approve(key, None).await.unwrap();
    let again = undo(&house, &ada, &approved).await.unwrap();
    assert_eq!((again.status, &again.reason), (Status::Disapproved, &disapproved.reason));
    assert_eq!(house.last_activities(1).await[0].action, Action::ConsumerDisapproved);
    assert_eq!(consumers.find(key).await.unwrap(), again);
}

#[tokio::test]
async fn trust_that_came_with_an_approval_goes_with_it_and_trust_from_before_stays() {
    let (house, ada, _, key) = house().await;
    let consumers = house.service.consumers(&ada);
    let callback =
        TypedEdit { callback_url: Some("https://app.example/cb".to_owned()), ..TypedEdit::default() };
    consumers.edit(key, callback, None).await.unwrap();
    let trusted = consumers.approve_trusted(key, None).await.unwrap();
    let undone = undo(&house, &ada, &trusted).await.unwrap();
    assert_eq!((undone.status, undone.trusted), (Status::Pending, false));

    consumers.approve_trusted(key, None).await.unwrap();
    let disapproved = consumers.disapprove(key, None).await.unwrap();
    assert!(disapproved.trusted);
    let undone = undo(&house, &ada, &disapproved).await.unwrap();
    assert_eq!((undone.status, undone.trusted), (Status::Approved, true));
}

#[tokio::test]
async fn nothing_is_taken_back_over_a_change_that_came_after_and_its_author_is_named() {
    let (house, ada, eve, key) = house().await;
    let disapproved = house.service.consumers(&ada).disapprove(key, None).await.unwrap();
    let renamed = TypedEdit { name: Some("Renamed".to_owned()), ..TypedEdit::default() };
    let current = house.service.consumers(&eve).edit(key, renamed, None).await.unwrap();
    let refused = conflict(undo(&house, &ada, &disapproved).await);
    assert_eq!((refused.by.to_string(), &refused.current), ("eve".to_owned(), &current));
    assert_eq!(refused.changes, ["the name to “Renamed”"]);
    assert_eq!(house.service.consumers(&ada).find(key).await.unwrap(), current);
}

#[tokio::test]
async fn what_another_administrator_decided_is_theirs_to_take_back() {
    let (house, ada, eve, key) = house().await;
    let approved = house.service.consumers(&eve).approve(key, None).await.unwrap();
    // As for who was slower: approving what is approved answers with the other's decision.
    assert_eq!(house.service.consumers(&ada).approve(key, Some(1)).await.unwrap(), approved);
    let refused = conflict(undo(&house, &ada, &approved).await);
    assert_eq!((refused.by.to_string(), refused.current), ("eve".to_owned(), approved));
    assert_eq!(refused.changes, ["the status to Approved"]);
}

#[tokio::test]
async fn what_no_decision_made_cannot_be_taken_back() {
    let (house, ada, _, key) = house().await;
    let consumers = house.service.consumers(&ada);
    let wrong = |refused: Result<Consumer, ServiceError>| match refused {
        Err(ServiceError::Invalid(errors)) => assert_eq!(errors[0].field, "revision"),
        other => panic!("{other:?}"),
    };
    wrong(consumers.undo(key, 1).await);
    wrong(consumers.undo(key, 7).await);
    let renamed = TypedEdit { name: Some("Renamed".to_owned()), ..TypedEdit::default() };
    consumers.edit(key, renamed, None).await.unwrap();
    wrong(consumers.undo(key, 2).await);
    consumers.remove(key, None).await.unwrap();
    assert!(matches!(consumers.undo(key, 2).await, Err(ServiceError::Removed(_))));
}

#[tokio::test]
async fn a_right_comes_back_only_to_whoever_has_signed_in_a_moment_ago() {
    let (house, ada, _, key) = house().await;
    let consumers = house.service.consumers(&ada);
    let callback = Some(vec!["https://app.example/cb".to_owned()]);
    let edit = TypedEdit { callback_urls: callback, ..TypedEdit::default() };
    consumers.edit(key, edit, None).await.unwrap();
    consumers.disapprove(key, None).await.unwrap();
    let trusted = consumers.approve_trusted(key, None).await.unwrap();
    let undone = undo(&house, &ada, &trusted).await.unwrap();
    assert_eq!((undone.status, undone.trusted), (Status::Disapproved, false));
    let token = house.sign_in("ada").await;
    house.pass(std::time::Duration::from_mins(16));
    let stale = house.who(&token).await.unwrap().admin().unwrap();
    let refused = undo(&house, &stale, &undone).await;
    assert!(matches!(refused, Err(ServiceError::SignInAgain)), "{refused:?}");
    assert_eq!(consumers.find(key).await.unwrap(), undone);
}

#[tokio::test]
async fn who_was_faster_with_the_same_decision_is_told_to_all_but_themselves() {
    let (house, ada, eve, key) = house().await;
    house.service.consumers(&eve).approve(key, Some(1)).await.unwrap();
    let (consumers, theirs) = (house.service.consumers(&ada), house.service.consumers(&eve));
    let by = consumers.changed_by_another(key, 1).await.unwrap();
    assert_eq!(by.map(|by| by.to_string()).as_deref(), Some("eve"));
    assert_eq!(theirs.changed_by_another(key, 1).await.unwrap(), None);
    assert_eq!(consumers.changed_by_another(key, 2).await.unwrap(), None, "nothing has changed since");

    let renamed = TypedEdit { name: Some("Renamed".to_owned()), ..TypedEdit::default() };
    consumers.edit(key, renamed, None).await.unwrap();
    let by = consumers.changed_by_another(key, 1).await.unwrap();
    assert_eq!(
        by.map(|by| by.to_string()).as_deref(),
        Some("eve"),
        "a decision counts for more than an edit"
    );
    assert_eq!(consumers.changed_by_another(key, 2).await.unwrap(), None);
}

#[tokio::test]
async fn a_request_that_would_have_ended_by_now_does_not_become_pending_again() {
    let (house, _, _, _) = house().await;
    let key = house.service.key_requests().register(Some("Asked"), SECRET, false, HERE).await.unwrap().key;
    house.pass(Duration::from_hours(29 * 24));
    let ada = house.admin("ada").await;
    let approved = house.service.consumers(&ada).approve(key, None).await.unwrap();
    house.pass(Duration::from_hours(24));
    let ada = house.admin("ada").await;
    let Err(ServiceError::Invalid(refused)) = undo(&house, &ada, &approved).await else {
        panic!("not refused")
    };
    assert!(refused[0].detail.contains("30 days"), "{refused:?}");
    assert_eq!(house.service.consumers(&ada).find(key).await.unwrap().status, Status::Approved);
}
