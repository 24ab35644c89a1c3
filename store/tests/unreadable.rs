//! Rows and lines of activity that this version cannot read: later versions write them, or somebody by hand. Each is left out or
//! shown as it is, and takes nothing else with it.

use crate::support;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use domain::{
    Action, Actor, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Cursor, LineQuery, Network, Sort,
    time::timestamp,
};
use serde_json::json;
use store::{
    Holding, Store,
    feed::News,
    key_requests::{Limits, Requested},
};
use support::{
    Folder, at, by, consumer, follow, insert, insert_approved, insert_user, key, next, next_line, rename,
    secret, store,
};
use tokio::sync::broadcast::Receiver;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

const HOLDING: Holding =
    Holding { begun: time::OffsetDateTime::UNIX_EPOCH, seen: time::OffsetDateTime::UNIX_EPOCH };

/// What makes a consumer's row one that cannot be read.
fn oddities() -> [String; 7] {
    [
        "status = 'suspended'".to_owned(),
        format!("name = '{}'", "x".repeat(101)),
        r#"networks = '{"any": true}'"#.to_owned(),
        r#"networks = '["everywhere"]'"#.to_owned(),
        "functional_user = 'x y'".to_owned(),
        "last_used_at = 999999999999999".to_owned(),
        "ends_at = -999999999999999".to_owned(),
    ]
}

/// What puts it right.
const RIGHT: &str = "status = 'approved', name = 'App 2', networks = NULL, functional_user = NULL, last_used_at = NULL, \
                     ends_at = NULL";

async fn change(folder: &Folder, key: ConsumerKey, columns: &str) {
    folder.sql(&format!("UPDATE consumers SET {columns} WHERE key = '{key}'")).await;
}

fn by_key() -> ConsumerQuery {
    ConsumerQuery { sort: Sort::Key, ..ConsumerQuery::default() }
}

fn keys(consumers: &[Consumer]) -> Vec<ConsumerKey> {
    consumers.iter().map(|consumer| consumer.key).collect()
}

async fn listed(store: &Store) -> Vec<ConsumerKey> {
    keys(&store.consumers().list(&by_key(), 10).await.unwrap().items)
}

/// The keys in the next message to a listener, which is about uses or repetitions.
async fn next_used(news: &mut Receiver<News>) -> Vec<ConsumerKey> {
    let News::Used(consumers) = next(news).await else { panic!("no line is published here") };
    let mut used = keys(&consumers);
    used.sort_unstable();
    used
}

/// Asks in second `n` for key `n`, by a name.
async fn ask_as(store: &Store, n: u32, name: &ConsumerName) -> Requested {
    let asked = Consumer { name: name.clone(), created_by: Actor::Request, ..consumer(n) };
    let limits = Limits { of_network: 1_000, since: at(0) };
    let secret = secret(&format!("the secret of {n}"));
    store.key_requests().request(asked, &secret, HERE, limits).await.unwrap()
}

/// The same by a name of its own, which makes requests for one key alike.
async fn ask(store: &Store, n: u32) -> Requested {
    ask_as(store, n, &consumer(n).name).await
}

#[track_caller]
fn new(requested: Requested) -> Consumer {
    match requested {
        Requested::New(consumer) => consumer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_consumer_that_cannot_be_read_is_left_out_of_lists_until_its_row_is_put_right() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        for n in 1..=3 {
            insert_approved(&store, n).await;
        }
        change(&folder, key(2), &oddity).await;
        assert_eq!(listed(&store).await, [key(1), key(3)], "{oddity}");
        assert!(store.consumers().find(key(2)).await.is_err(), "{oddity}");
        store.close().await.unwrap();

        let store = folder.open().await.unwrap();
        assert_eq!(listed(&store).await, [key(1), key(3)], "also after a start: {oddity}");
        change(&folder, key(2), RIGHT).await;
        assert_eq!(listed(&store).await, [1, 2, 3].map(key), "{oddity}");
        assert_eq!(store.consumers().counts(None).await.unwrap().approved, 3, "{oddity}");
    }
}

#[tokio::test]
async fn a_consumer_that_cannot_be_read_verifies_nothing() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        insert_approved(&store, 1).await;
        insert_approved(&store, 2).await;
        change(&folder, key(2), &oddity).await;
        let is_there = async |n| store.consumers().cached(key(n)).await.unwrap().is_some();
        assert!(is_there(1).await && !is_there(2).await, "{oddity}");
        change(&folder, key(2), RIGHT).await;
        assert!(is_there(2).await, "{oddity}");
    }
}

#[tokio::test]
async fn uses_of_others_are_published_beside_a_consumer_that_cannot_be_read() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        for n in 1..=3 {
            insert_approved(&store, n).await;
            let cached = store.consumers().cached(key(n)).await.unwrap().expect("it is registered");
            store.uses().note(&cached, None, 20_000);
        }
        change(&folder, key(2), &oddity).await;
        let store = Arc::new(store);
        let _running = follow(&store).await;
        let mut news = store.listen();
        store.uses().write().await.unwrap();
        assert_eq!(next_used(&mut news).await, [key(1), key(3)], "{oddity}");
        let used = store.consumers().find(key(3)).await.unwrap().unwrap();
        assert_eq!(used.last_used_at, Some(at(20)), "{oddity}");
    }
}

#[tokio::test]
async fn requests_of_others_are_counted_published_and_ended_beside_one_that_cannot_be_read() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        for n in 1..=3 {
            ask(&store, n).await;
            let again = ask(&store, n).await;
            assert!(matches!(again, Requested::Again(_)), "{again:?}");
        }
        change(&folder, key(2), &oddity).await;
        let store = Arc::new(store);
        let _running = follow(&store).await;
        let mut news = store.listen();
        store.key_requests().write_repeats().await.unwrap();
        assert_eq!(next_used(&mut news).await, [key(1), key(3)], "{oddity}");
        let counted = "SELECT count(*) FROM consumers WHERE requested_times = 2";
        assert_eq!(folder.number(counted).await, 3, "{oddity}");
        assert_eq!(store.key_requests().end_undecided(at(3), by(9)).await.unwrap(), 2, "{oddity}");
        assert_eq!(folder.number("SELECT count(*) FROM consumers").await, 1, "{oddity}");
        change(&folder, key(2), RIGHT).await;
        change(&folder, key(2), "status = 'pending'").await;
        assert_eq!(store.key_requests().end_undecided(at(3), by(9)).await.unwrap(), 1, "{oddity}");
    }
}

#[tokio::test]
async fn requests_end_behind_more_that_cannot_be_read_than_one_transaction_removes() {
    let (folder, store) = store().await;
    for n in 1..=403 {
        ask(&store, n).await;
    }
    let odd = format!("created_at <= 401000 AND key <> '{}'", key(7));
    folder.sql(&format!("UPDATE consumers SET ends_at = -999999999999999 WHERE {odd}")).await;
    assert_eq!(store.key_requests().end_undecided(at(403), by(500)).await.unwrap(), 3);
    assert_eq!(store.key_requests().end_undecided(at(403), by(500)).await.unwrap(), 0);
    assert_eq!(folder.number("SELECT count(*) FROM consumers").await, 400);
}

#[tokio::test]
async fn requests_of_a_network_are_removed_beside_one_that_cannot_be_read() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        for n in 1..=3 {
            ask(&store, n).await;
        }
        change(&folder, key(2), &oddity).await;
        let mut removed = keys(&store.key_requests().remove_from(Network::of(HERE), by(9)).await.unwrap());
        removed.sort_unstable();
        assert_eq!(removed, [key(1), key(3)], "{oddity}");
        assert_eq!(folder.number("SELECT count(*) FROM consumers").await, 1, "{oddity}");
    }
}

#[tokio::test]
async fn a_request_looks_like_an_approved_consumer_that_can_be_read() {
    for oddity in oddities() {
        let (folder, store) = store().await;
        let name = insert_approved(&store, 2).await.name;
        change(&folder, key(2), &oddity).await;
        assert_eq!(new(ask_as(&store, 3, &name).await).resembles, None, "{oddity}");
        let other = insert_approved(&store, 4).await;
        rename(&store, &other, name.as_str()).await;
        let asked = new(ask_as(&store, 5, &name).await);
        assert_eq!(asked.resembles.as_ref(), Some(&name), "{oddity}");
    }
}

#[tokio::test]
async fn a_check_names_each_row_that_cannot_be_read() {
    let (folder, store) = store().await;
    for n in 1..=3 {
        insert_approved(&store, n).await;
    }
    insert_user(&store, "ada", true).await;
    insert_user(&store, "bob", false).await;
    assert!(store.health().await.unwrap().unreadable.is_empty());
    change(&folder, key(2), "status = 'suspended'").await;
    folder.sql("UPDATE users SET username = 'x y' WHERE folded = 'bob'").await;
    let health = store.health().await.unwrap();
    let named: Vec<_> = health.unreadable.iter().map(ToString::to_string).collect();
    let consumer = format!("the consumer \"{}\" has a status that cannot be read", key(2));
    assert_eq!(named, [&*consumer, "the user \"x y\" has a username that cannot be read"]);
    let counted = health.views.unwrap().counted;
    assert!(counted.is_right() && counted.rows.all() == 2, "{counted:?}");
}

#[tokio::test]
async fn pages_go_on_over_rows_that_cannot_be_read() {
    let (folder, store) = store().await;
    for n in 1..=12 {
        insert(&store, n).await;
    }
    let odd = format!("key < '{}' AND key <> '{}'", key(9), key(4));
    folder.sql(&format!("UPDATE consumers SET last_used_at = 999999999999999 WHERE {odd}")).await;
    for sort in [Sort::Key, Sort::Name, Sort::CreatedAt, Sort::LastUsedAt] {
        let mut query = ConsumerQuery { sort, ..ConsumerQuery::default() };
        let mut all = Vec::new();
        loop {
            let page = store.consumers().list(&query, 2).await.unwrap();
            assert!(page.items.len() <= 2, "{sort:?}");
            all.extend(keys(&page.items));
            let Some(cursor) = page.next_cursor else { break };
            query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
        }
        all.sort();
        assert_eq!(all, [4, 9, 10, 11, 12].map(key), "{sort:?}");
    }
    let place = store.consumers().place(&by_key(), 1).await.unwrap();
    assert_eq!(place, Some(Cursor::by_key(key(2))), "a row that cannot be read has its place");
    let behind = ConsumerQuery { after: place, ..by_key() };
    let (rows, _) = store.consumers().rows(&behind, 2).await.unwrap();
    assert_eq!(keys(&rows), [key(4), key(9)]);
}

#[tokio::test]
async fn a_user_who_cannot_be_read_is_left_out_of_lists_and_the_page_is_full() {
    let (folder, store) = store().await;
    for name in ["ada", "bob", "carol", "dave"] {
        insert_user(&store, name, false).await;
    }
    folder.sql("UPDATE users SET username = 'x y' WHERE folded = 'bob'").await;
    let users = store.users().list().await.unwrap();
    let names: Vec<_> = users.iter().map(|user| user.username.as_str()).collect();
    assert_eq!(names, ["ada", "carol", "dave"]);
    let members = store.users().members(None, None, 2, HOLDING).await.unwrap();
    let names: Vec<_> = members.iter().map(|member| member.username.as_str()).collect();
    assert_eq!(names, ["ada", "carol"]);
}

#[tokio::test]
async fn a_line_beyond_the_calendar_is_told_with_the_nearest_time_and_the_feed_goes_on() {
    let (folder, store) = store().await;
    let store = Arc::new(store);
    let _running = follow(&store).await;
    let mut lines = store.listen();
    folder
        .sql("INSERT INTO activity (at, actor, action) VALUES (999999999999999, 'ada', 'credential_retired')")
        .await;
    insert(&store, 1).await;
    let odd = next_line(&mut lines).await;
    assert_eq!(timestamp(odd.at), "9999-12-31T23:59:59.999Z");
    assert_eq!(odd.action, Action::Unknown("credential_retired".to_owned()));
    assert_eq!(next_line(&mut lines).await.consumer_key, Some(key(1)));
    let newest = store.activity().list(&LineQuery::default(), (None, None), 2).await.unwrap();
    assert_eq!(newest[1], *odd);
}

#[tokio::test]
async fn in_sqlite_a_value_of_another_kind_concerns_its_row_alone() {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    for n in 1..=3 {
        insert(&store, n).await;
    }
    change(&folder, key(2), "networks = 'nonsense'").await;
    change(&folder, key(3), "created_at = 'yesterday'").await;
    assert_eq!(listed(&store).await, [key(1)]);
    assert!(store.consumers().cached(key(2)).await.unwrap().is_none());
    // What is no JSON at all does not get in: there is an index by what is in it.
    let values = "'yesterday', x'ff', 'user_added', '7', '[]'";
    folder.sql(&format!("INSERT INTO activity (at, actor, action, before, after) VALUES ({values})")).await;
    let line = store.activity().after(0, 10).await.unwrap().pop().unwrap();
    assert_eq!(line.actor, Actor::Unknown("\u{fffd}".to_owned()));
    assert_eq!((line.at, line.action), (time::OffsetDateTime::UNIX_EPOCH, Action::UserAdded));
    assert_eq!((line.before, line.after), (Some(json!(7)), Some(json!([]))));
    assert_eq!(store.activity().latest().await.unwrap(), line.id);
}

#[tokio::test]
async fn in_sqlite_an_ended_request_with_a_value_of_another_kind_takes_no_list_with_it() {
    let folder = Folder::sqlite();
    let store = folder.open().await.unwrap();
    for n in 1..=3 {
        ask(&store, n).await;
    }
    change(&folder, key(1), "networks = 'nonsense'").await;
    let query = ConsumerQuery { undecided_since: Some(at(2)), ..by_key() };
    let page = store.consumers().list(&query, 10).await.unwrap();
    assert_eq!((keys(&page.items), page.total), (vec![key(3)], 1));
    assert_eq!(store.key_requests().end_undecided(at(2), by(9)).await.unwrap(), 1);
    assert_eq!(folder.number("SELECT count(*) FROM consumers").await, 2);
}
