//! Views of the consumers for administrators: how many have each status, and exports that end with the permission.

use crate::support;

use std::{pin::pin, time::Duration};

use domain::{AccountChange, ConsumerQuery, Status, StatusCounts, View};
use futures::{StreamExt as _, TryStreamExt as _};
use service::{consumers::ExportError, sign_in::IDLE};
use support::House;

/// Adds as many consumers, one a millisecond: more than an export reads at once.
async fn many(house: &House, count: usize) {
    let first = house.register(&house.root, "App 0").await;
    let columns =
        "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count}) \
         INSERT INTO consumers (key, {columns}) \
         SELECT 'app-' || n, 'App ' || n, secret_key_id, secret, status, trusted, created_at + n, created_by, updated_at, revision \
         FROM numbers, consumers WHERE key = '{}'",
        first.key
    );
    house.sql(&sql).await;
    house.pass(Duration::from_mins(1));
}

fn view(query: &str) -> View {
    query.parse().unwrap()
}

#[tokio::test]
async fn consumers_are_counted_by_status_as_the_list_has_them() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    let one = house.register(&ada, "One").await;
    house.register(&ada, "Two").await;
    house.service.consumers(&ada).approve(one.key, None).await.unwrap();
    let counted = house.service.consumers(&ada).counts().await.unwrap();
    assert_eq!(counted, StatusCounts { pending: 1, approved: 1, disapproved: 0 });
    let page = house.service.consumers(&ada).list(&ConsumerQuery::default(), 1).await.unwrap();
    assert_eq!(page.total, counted.all());
}

#[tokio::test]
async fn a_view_is_relative_to_the_clock_of_the_service() {
    let house = House::with_users().await;
    let ada = house.admin("ada").await;
    house.register(&ada, "Unused").await;
    let total = async || {
        let query = view("last_used=not-30d").at(house.service.now());
        house.service.consumers(&ada).list(&query, 10).await.unwrap().total
    };
    assert_eq!(total().await, 0);
    house.pass(Duration::from_hours(24 * 30));
    assert_eq!(total().await, 1);
}

#[tokio::test]
async fn an_export_has_every_consumer_of_the_view_once_and_in_its_order() {
    let house = House::with_users().await;
    many(&house, 1_002).await;
    let ada = house.admin("ada").await;
    let query = view("sort=name&order=desc&q=app").at(house.service.now());
    let export = house.service.consumers(&ada).export(query.clone());
    let batches: Vec<_> = export.try_collect().await.unwrap();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 2]);
    let exported = batches.concat();
    let names: Vec<_> = exported.iter().map(|one| query.sort.value(one)).collect();
    assert!(names.iter().rev().is_sorted(), "{names:?}");
    let none = view("q=nobody").at(house.service.now());
    let batches: Vec<_> = house.service.consumers(&ada).export(none).try_collect().await.unwrap();
    assert_eq!(batches.concat(), []);
}

#[tokio::test]
async fn what_comes_or_goes_during_an_export_disturbs_nothing_else() {
    let house = House::with_users().await;
    many(&house, 600).await;
    let root = house.service.consumers(&house.root);
    let mut export = pin!(root.export(view("order=asc").at(house.service.now())));
    let first = export.try_next().await.unwrap().unwrap();
    assert_eq!(first.len(), 500);
    root.remove(first[0].key, None).await.unwrap();
    let last = house.register(&house.root, "Last").await;
    let rest = export.try_next().await.unwrap().unwrap();
    assert_eq!((rest.len(), rest.last()), (101, Some(&last)));
    assert!(export.next().await.is_none());
}

#[tokio::test]
async fn an_export_ends_when_its_administrator_may_read_no_more() {
    let house = House::with_users().await;
    house.add("bob", true).await;
    many(&house, 501).await;
    for end in ["forbid", "disable", "sign out", "time"] {
        let users = house.service.users(&house.root);
        for change in [AccountChange::Permit, AccountChange::Enable] {
            users.change("ada", change).await.unwrap();
        }
        let signed_in = house.who(&house.sign_in("ada").await).await.unwrap();
        let ada = signed_in.admin().unwrap();
        let mut export = pin!(house.service.consumers(&ada).export(View::default().at(house.service.now())));
        assert_eq!(export.try_next().await.unwrap().map(|rows| rows.len()), Some(500));
        match end {
            "forbid" => drop(users.change("ada", AccountChange::Forbid).await.unwrap()),
            "disable" => drop(users.change("ada", AccountChange::Disable).await.unwrap()),
            "sign out" => house.service.sessions().sign_out(&signed_in).await.unwrap(),
            _ => house.pass(IDLE + Duration::from_secs(1)),
        }
        let ended = export.try_next().await;
        assert!(matches!(ended, Err(ExportError::NotPermitted)), "{end}: {ended:?}");
        assert!(export.next().await.is_none(), "{end}");
    }
}

#[tokio::test]
async fn a_status_that_was_decided_during_an_export_is_told_as_it_was_read() {
    let house = House::new().await;
    many(&house, 501).await;
    let root = house.service.consumers(&house.root);
    let mut export = pin!(root.export(view("status=pending&order=asc").at(house.service.now())));
    let first = export.try_next().await.unwrap().unwrap();
    root.approve(first[0].key, None).await.unwrap();
    let rest = export.try_next().await.unwrap().unwrap();
    assert!(first.iter().chain(&rest).all(|one| one.status == Status::Pending));
    assert_eq!(first.len() + rest.len(), 501);
}
