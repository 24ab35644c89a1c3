//! Pruning beside administrators: followers, conflicts and sessions live with lines that are gone.

use crate::support;

use std::time::Duration;

use domain::{Action, Actor, Conflict, Consumer, LineQuery};
use futures::StreamExt as _;
use service::{ServiceError, activity::Told, consumers::TypedEdit};
use support::{House, PATIENCE};

const DAY: Duration = Duration::from_hours(24);

/// Deletes all activity until now.
async fn prune(house: &House) {
    house.pass(Duration::from_millis(1));
    let pruned = house.service.pruning(&house.root).prune(house.service.now()).await.unwrap();
    assert!(pruned.lines > 0);
}

/// The first item of a follower that knows a line.
async fn first(house: &House, after: i64) -> Told {
    let mut told = Box::pin(house.service.activity(&house.root).follow(Some(after), DAY));
    let first = tokio::time::timeout(PATIENCE, told.next()).await.expect("an item comes");
    first.expect("it may follow").unwrap()
}

fn conflict(refused: Result<Consumer, ServiceError>) -> Conflict {
    match refused {
        Err(ServiceError::Conflict(conflict)) => *conflict,
        other => panic!("{other:?} is not a conflict"),
    }
}

fn renamed(name: &str) -> TypedEdit {
    TypedEdit { name: Some(name.to_owned()), ..TypedEdit::default() }
}

#[tokio::test]
async fn a_follower_whose_next_lines_were_pruned_starts_over_and_others_go_on() {
    let house = House::new().await.with_feed().await;
    house.register(&house.root, "First").await;
    let seen = house.latest().await;
    house.register(&house.root, "Second").await;
    let last = house.latest().await;
    prune(&house).await;
    let newest = house.latest().await;
    assert_eq!(newest, last + 1);
    assert_eq!(first(&house, seen).await, Told::Resync(newest));
    assert_eq!(first(&house, 0).await, Told::Resync(newest));
    assert_eq!(first(&house, last).await, Told::Ready(last), "it has missed nothing");
    assert_eq!(first(&house, newest).await, Told::Ready(newest));
}

#[tokio::test]
async fn a_follower_goes_on_while_lines_that_it_knows_are_pruned() {
    let house = House::new().await.with_feed().await;
    let mut told = Box::pin(house.service.activity(&house.root).follow(None, DAY));
    assert_eq!(told.next().await.unwrap().unwrap(), Told::Ready(house.latest().await));
    for name in ["First", "Second"] {
        house.register(&house.root, name).await;
        // Once the follower has it, the feed knows the line.
        let next = tokio::time::timeout(PATIENCE, told.next()).await.unwrap().unwrap().unwrap();
        assert!(matches!(next, Told::Event(id, _) if id == house.latest().await), "{next:?}");
        prune(&house).await;
        let next = tokio::time::timeout(PATIENCE, told.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(next, Told::Line(house.latest().await), "that it was pruned");
    }
}

#[tokio::test]
async fn a_conflict_with_changes_that_were_pruned_is_still_one() {
    let house = House::new().await;
    let consumer = house.register(&house.root, "App").await;
    let consumers = house.service.consumers(&house.root);
    let approved = consumers.approve(consumer.key, Some(1)).await.unwrap();
    prune(&house).await;
    let all_gone = conflict(consumers.edit(consumer.key, renamed("Mine"), Some(1)).await);
    assert_eq!((all_gone.by.to_string().as_str(), all_gone.at), ("Somebody", approved.updated_at));
    assert_eq!(all_gone.changes, ["what the activity no longer says"]);
    consumers.edit(consumer.key, renamed("Renamed"), Some(2)).await.unwrap();
    let some_gone = conflict(consumers.edit(consumer.key, renamed("Mine"), Some(1)).await);
    assert_eq!(some_gone.by, Actor::CommandLine);
    assert_eq!(some_gone.changes, ["the name to “Renamed”", "what the activity no longer says"]);
    let none_gone = conflict(consumers.edit(consumer.key, renamed("Mine"), Some(2)).await);
    assert_eq!(none_gone.changes, ["the name to “Renamed”"]);
    let made_up = consumers.edit(consumer.key, renamed("Mine"), Some(7)).await;
    assert!(matches!(made_up, Err(ServiceError::Invalid(_))), "{made_up:?}");
}

#[tokio::test]
async fn the_list_ends_where_the_lines_do() {
    let house = House::new().await;
    for n in 0..4 {
        house.register(&house.root, &format!("App {n}")).await;
    }
    let lines = house.service.activity(&house.root);
    let (_, next) = lines.list(&LineQuery::default(), None, 2).await.unwrap();
    prune(&house).await;
    let (rest, end) = lines.list(&LineQuery::default(), next, 2).await.unwrap();
    assert_eq!((rest.len(), end), (0, None));
}

#[tokio::test]
async fn a_time_that_has_not_come_is_refused_and_deletes_nothing() {
    let house = House::with_users().await;
    let before = house.activities().await;
    let soon = house.service.now() + Duration::from_millis(1);
    let pruning = house.service.pruning(&house.root);
    for refused in [pruning.prune(soon).await, pruning.count(soon).await] {
        match refused {
            Err(ServiceError::Invalid(errors)) => assert_eq!(errors[0].field, "before"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(house.activities().await, before);
}

#[tokio::test]
async fn who_is_signed_in_stays_signed_in() {
    let house = House::with_users().await;
    let token = house.sign_in("ada").await;
    prune(&house).await;
    assert!(house.who(&token).await.is_some());
}

#[tokio::test]
async fn a_server_prunes_by_itself_what_is_older_than_it_keeps() {
    let house = House::with_users().await;
    house.pass(2 * DAY);
    house.register(&house.root, "Young").await;
    let service = house.service.clone();
    let pruning = tokio::spawn(async move { service.keep_pruning(DAY).await });
    let pruned = async {
        while house.last_activities(1).await[0].action != Action::ActivityPruned {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, pruned).await.expect("it prunes at its start");
    pruning.abort();
    let kept = house.last_activities(2).await;
    assert_eq!(house.activities().await, 2);
    assert_eq!((&kept[0].action, &kept[1].actor), (&Action::ConsumerRegistered, &Actor::Server));
}
