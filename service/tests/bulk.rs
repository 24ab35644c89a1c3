//! One decision on all consumers of a view: part by part, and on nothing that the administrator has not seen.

use crate::support;

use std::time::Duration;

use domain::{
    Consumer, ConsumerQuery, Status, StatusCounts, View,
    bulk::{BulkPart, Deed, Named, Picked},
};
use service::{
    Admin, ServiceError,
    consumers::{TypedConsumer, TypedDetails, TypedEdit},
};
use support::{HERE, House, SECRET};

/// Adds as many consumers, called by their numbers, and returns the number of the newest line.
async fn some(house: &House, admin: &Admin, count: usize) -> i64 {
    for n in 0..count {
        house.register(admin, &format!("App {n}")).await;
    }
    house.latest().await
}

fn view(query: &str) -> View {
    query.parse().unwrap()
}

/// Every part of a decision.
async fn decided(house: &House, admin: &Admin, deed: Deed, view: &View, seen: i64) -> Vec<BulkPart> {
    let view = view.at(house.service.now());
    let mut parts: Vec<BulkPart> = Vec::new();
    loop {
        let behind = parts.last().and_then(|part| part.next);
        let consumers = house.service.consumers(admin);
        parts.push(consumers.decide_part(deed, &view, seen, behind, &[]).await.unwrap());
        let part = parts.last().unwrap();
        assert_eq!(part.stopped, None);
        if part.next.is_none() {
            return parts;
        }
        assert_ne!(part.next, behind, "it goes on");
    }
}

fn as_seen(consumer: &Consumer) -> Picked {
    Picked { key: consumer.key, revision: consumer.revision }
}

fn done(parts: &[BulkPart]) -> usize {
    parts.iter().map(|part| part.done.len()).sum()
}

async fn counts(house: &House) -> StatusCounts {
    house.service.consumers(&house.root).counts().await.unwrap()
}

#[tokio::test]
async fn a_decision_reaches_every_consumer_of_the_view_and_no_other() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let tool = house.register(&ada, "Tool").await;
    let seen = some(&house, &ada, 101).await;
    let pending = view("q=app&status=pending&sort=name");
    let parts = decided(&house, &ada, Deed::Approve, &pending, seen).await;
    assert_eq!(parts.iter().map(|part| part.done.len()).collect::<Vec<_>>(), [50, 50, 1]);
    assert!(parts.iter().all(|part| part.not_done.is_empty()), "{parts:?}");
    assert_eq!(counts(&house).await, StatusCounts { pending: 1, approved: 101, disapproved: 0 });
    assert_eq!(house.service.consumers(&ada).find(tool.key).await.unwrap(), tool);
    assert_eq!(house.latest().await, seen + 101, "a line for each");
    let by = house.last_activities(101).await.into_iter().map(|line| line.actor.to_string());
    assert!(by.into_iter().all(|actor| actor == "ada"));
}

#[tokio::test]
async fn who_decides_the_same_twice_changes_nothing_more() {
    let house = House::new().await;
    some(&house, &house.root, 3).await;
    decided(&house, &house.root, Deed::Disapprove, &View::default(), house.latest().await).await;
    let before = house.latest().await;
    let again = decided(&house, &house.root, Deed::Disapprove, &View::default(), before).await;
    assert_eq!((done(&again), again[0].already.len(), house.latest().await), (0, 3, before));
    // As after a lost answer: what it has done is newer than the view.
    let again = decided(&house, &house.root, Deed::Disapprove, &View::default(), 0).await;
    assert_eq!((again[0].already.len(), &*again[0].not_done), (3, &[][..]));
}

#[tokio::test]
async fn what_is_left_out_of_a_view_stays_as_it_is() {
    let house = House::new().await;
    let seen = some(&house, &house.root, 3).await;
    let consumers = house.service.consumers(&house.root);
    let page = consumers.list(&ConsumerQuery::default(), 10).await.unwrap();
    let left_out = [page.items[0].key, page.items[2].key];
    let part =
        consumers.decide_part(Deed::Remove, &ConsumerQuery::default(), seen, None, &left_out).await.unwrap();
    assert_eq!((part.len(), part.done[0].key, part.next), (1, page.items[1].key, None));
    assert_eq!(counts(&house).await.all(), 2);
}

#[tokio::test]
async fn what_was_picked_is_decided_as_it_was_seen_and_the_rest_is_told_with_its_reason() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let mut picked = Vec::new();
    for name in ["As seen", "Approved before", "Changed", "Removed"] {
        picked.push(as_seen(&house.register(&ada, name).await));
    }
    let root = house.service.consumers(&house.root);
    root.approve(picked[1].key, None).await.unwrap();
    root.disapprove(picked[2].key, None).await.unwrap();
    root.remove(picked[3].key, None).await.unwrap();
    let never = "no-consumer".parse().unwrap();
    picked.push(Picked { key: never, revision: 1 });
    let part = house.service.consumers(&ada).decide_picked(Deed::Approve, &picked).await.unwrap();
    let keys = |named: &[Named]| named.iter().map(|named| named.key).collect::<Vec<_>>();
    assert_eq!(keys(&part.done), [picked[0].key]);
    assert_eq!(keys(&part.already), [picked[1].key], "whoever approved it");
    let told: Vec<_> = part.not_done.iter().map(|not_done| (not_done.consumer.key, &*not_done.why)).collect();
    assert_eq!(
        told[0],
        (picked[2].key, "Changed in the meantime by the command line: the status to Disapproved.")
    );
    assert_eq!(told[1], (picked[3].key, "This consumer was removed by the command line."));
    assert_eq!(told[2], (never, "There is no consumer with the key no-consumer."));
    assert_eq!((told.len(), part.next, part.stopped), (3, None, None));
}

#[tokio::test]
async fn a_part_whose_answer_was_lost_says_the_second_time_what_is_done_already() {
    let house = House::new().await;
    some(&house, &house.root, 3).await;
    let consumers = house.service.consumers(&house.root);
    let page = consumers.list(&ConsumerQuery::default(), 10).await.unwrap();
    let picked: Vec<_> = page.items.iter().map(as_seen).collect();
    for deed in [Deed::Approve, Deed::Remove] {
        // Removing is asked for as the consumers were after the first deed.
        let revision = if deed == Deed::Approve { 1 } else { 2 };
        let picked: Vec<_> = picked.iter().map(|one| Picked { revision, ..*one }).collect();
        let first = consumers.decide_picked(deed, &picked).await.unwrap();
        assert_eq!((first.done.len(), first.already.len()), (3, 0), "{deed:?}");
        let latest = house.latest().await;
        let again = consumers.decide_picked(deed, &picked).await.unwrap();
        assert_eq!((again.done.len(), again.already.len(), again.not_done.len()), (0, 3, 0), "{deed:?}");
        assert_eq!(house.latest().await, latest, "nothing more is written");
    }
}

#[tokio::test]
async fn a_reason_stands_with_every_consumer_that_is_decided() {
    let house = House::new().await;
    let seen = some(&house, &house.root, 2).await;
    let reason = service::consumers::reason("Audit of May").unwrap();
    let consumers = house.service.consumers(&house.root).because(reason.as_ref());
    consumers.decide_part(Deed::Disapprove, &ConsumerQuery::default(), seen, None, &[]).await.unwrap();
    for consumer in consumers.list(&ConsumerQuery::default(), 10).await.unwrap().items {
        assert_eq!(consumer.reason, reason);
    }
}

#[tokio::test]
async fn what_came_or_changed_after_the_view_was_read_is_left_as_it_is_and_told() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    some(&house, &ada, 3).await;
    let rows = house.service.consumers(&ada).first_rows(&ConsumerQuery::default(), 10).await.unwrap();
    let changed: &Consumer = &rows.items[0];
    house.service.consumers(&house.root).disapprove(changed.key, None).await.unwrap();
    let came = house.register(&house.root, "Came").await;
    let parts = decided(&house, &ada, Deed::Approve, &View::default(), rows.seen).await;
    assert_eq!(done(&parts), 2);
    let not_done: Vec<_> = parts.iter().flat_map(|part| &part.not_done).collect();
    let mut keys: Vec<_> = not_done.iter().map(|not_done| not_done.consumer.key).collect();
    keys.sort_unstable();
    let mut expected = [changed.key, came.key];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    for not_done in not_done {
        assert!(not_done.why.starts_with("the command line has registered or changed it"), "{not_done:?}");
    }
    let left = |key| house.service.consumers(&house.root).find(key);
    assert_eq!(left(changed.key).await.unwrap().status, Status::Disapproved);
    assert_eq!(left(came.key).await.unwrap().status, Status::Pending);
}

#[tokio::test]
async fn everything_that_a_view_has_is_removed_for_good() {
    let house = House::new().await;
    let seen = some(&house, &house.root, 60).await;
    let first = house.service.consumers(&house.root).list(&ConsumerQuery::default(), 1).await.unwrap();
    let parts = decided(&house, &house.root, Deed::Remove, &view("q=app"), seen).await;
    assert_eq!((parts.len(), done(&parts)), (2, 60));
    assert_eq!(counts(&house).await, StatusCounts::default());
    let found = house.service.consumers(&house.root).find(first.items[0].key).await;
    assert!(matches!(found, Err(ServiceError::Removed(_))), "{found:?}");
    assert_eq!(decided(&house, &house.root, Deed::Remove, &view("q=app"), seen).await, [BulkPart::default()]);
}

#[tokio::test]
async fn what_comes_into_a_view_by_time_alone_while_it_is_decided_on_is_left_as_it_is() {
    const HALF_A_DAY: Duration = Duration::from_hours(12);
    let house = House::new().await;
    some(&house, &house.root, 51).await;
    house.pass(HALF_A_DAY);
    // Behind all others: their keys begin with a digit or one of the letters up to f.
    let younger = TypedConsumer { key: Some("younger".to_owned()), ..TypedConsumer::new("Younger", SECRET) };
    let consumers = house.service.consumers(&house.root);
    let younger = consumers.register(&younger).await.unwrap();
    // Thirty days and a quarter after the others came.
    house.pass(Duration::from_hours(30 * 24 + 6 - 12));
    let (seen, unused) = (house.latest().await, view("last_used=not-30d").at(house.service.now()));
    let first = consumers.decide_part(Deed::Remove, &unused, seen, None, &[]).await.unwrap();
    assert_eq!((first.done.len(), first.next.is_some()), (50, true));
    house.pass(HALF_A_DAY);
    let rest = consumers.decide_part(Deed::Remove, &unused, seen, first.next, &[]).await.unwrap();
    assert_eq!((rest.len(), rest.done.len(), rest.next), (1, 1, None));
    assert_eq!(consumers.find(younger.key).await.unwrap(), younger);
}

#[tokio::test]
async fn of_many_changes_a_reason_names_the_first_and_how_many_more_there_are() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let picked = house.register(&ada, "App").await;
    let text = |text: &str| Some(text.to_owned());
    let details = TypedDetails {
        owner: text("Purchasing"),
        contact: text("ask@purchasing.example"),
        note: text("Once more"),
        ..TypedDetails::default()
    };
    let edit = TypedEdit { name: text("Renamed"), details, ..TypedEdit::default() };
    house.service.consumers(&house.root).edit(picked.key, edit, None).await.unwrap();
    let part = house.service.consumers(&ada).decide_picked(Deed::Remove, &[as_seen(&picked)]).await.unwrap();
    assert_eq!(
        part.not_done[0].why,
        "Changed in the meantime by the command line: the name to “Renamed”, the owner to “Purchasing”, the contact to “ask@purchasing.example” and 1 more."
    );
}

#[tokio::test]
async fn what_looks_like_an_approved_consumer_is_approved_where_it_is_picked_alone() {
    let house = House::new().await;
    let consumers = house.service.consumers(&house.root);
    let cameo = house.register(&house.root, "Cameo").await;
    consumers.approve(cameo.key, None).await.unwrap();
    let ask = |name| house.service.key_requests().register(Some(name), SECRET, false, HERE);
    let (alike, other) = (ask("C\u{430}meo").await.unwrap(), ask("Other").await.unwrap());
    let parts =
        decided(&house, &house.root, Deed::Approve, &view("status=pending"), house.latest().await).await;
    assert_eq!(parts[0].done, [Named::from(&other)]);
    let [not_done] = &parts[0].not_done[..] else { panic!("{parts:?}") };
    assert_eq!(not_done.consumer.key, alike.key);
    assert!(not_done.why.starts_with("Its name looks like “Cameo”, which is approved"), "{not_done:?}");
    let part = consumers.decide_picked(Deed::Approve, &[as_seen(&alike)]).await.unwrap();
    assert_eq!(part.done, [Named::from(&alike)]);
}

#[tokio::test]
async fn a_consumer_that_was_used_meanwhile_has_not_changed() {
    let house = House::new().await;
    let seen = some(&house, &house.root, 1).await;
    house.sql("UPDATE consumers SET last_used_at = 1700000000000").await;
    house.pass(Duration::from_secs(1));
    let parts = decided(&house, &house.root, Deed::Approve, &view("last_used=1d"), seen).await;
    assert_eq!(done(&parts), 1);
}
