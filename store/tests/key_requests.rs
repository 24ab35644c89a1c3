//! Requests for a key: those that are alike are one row, each network has a share, and undecided ones end.

mod repetitions;

use crate::support;

use std::{net::IpAddr, sync::Arc};

use domain::{Action, Actor, Consumer, ConsumerName, ConsumerQuery, Network, Status};
use store::{
    Store,
    activity::{By, NewActivity},
    key_requests::{Limits, Requested},
};
use support::{
    Folder, at, begin_rotation, by, consumer, decide, give_secret, insert, key, rename, secret, store,
};
use tokio::task::JoinSet;

const HERE: &str = "192.0.2.1";
const SECRET: &str = "the secret of a friend";

/// Three of a network may wait, and those of second 0 and before have ended.
fn limits() -> Limits {
    Limits { of_network: 3, since: at(0) }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Asks in second `n` for key `n`.
async fn ask(store: &Store, n: u32, name: &str, text: &str, from: &str) -> Requested {
    let name = ConsumerName::parse(name).unwrap();
    let asked = Consumer { name, created_by: Actor::Request, ..consumer(n) };
    store.key_requests().request(asked, &secret(text), address(from), limits()).await.unwrap()
}

#[track_caller]
fn new(requested: Requested) -> Consumer {
    match requested {
        Requested::New(consumer) => consumer,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn again(requested: Requested) -> Consumer {
    match requested {
        Requested::Again(consumer) => consumer,
        other => panic!("{other:?}"),
    }
}

/// The numbers of all rows, oldest first.
async fn rows(store: &Store) -> Vec<u32> {
    let page = store.consumers().list(&ConsumerQuery::default(), 500).await.unwrap();
    let numbers =
        page.items.iter().rev().map(|row| u32::try_from(row.key.uuid().unwrap().as_u128()).unwrap());
    numbers.collect()
}

fn server(n: i64) -> By {
    By { actor: Actor::Server, address: None, at: at(n), reason: None }
}

#[tokio::test]
async fn requests_that_are_alike_are_one_row_that_is_counted_and_leave_one_line() {
    let (_folder, store) = store().await;
    let first = new(ask(&store, 1, "Friend", SECRET, HERE).await);
    assert_eq!((first.requested_from.as_deref(), first.requested_times), (Some(HERE), 1));
    for n in 2..=4 {
        assert_eq!(again(ask(&store, n, "Friend", SECRET, HERE).await).key, first.key);
    }
    store.key_requests().write_repeats().await.unwrap();
    let counted = store.consumers().find(first.key).await.unwrap().unwrap();
    assert_eq!(counted, Consumer { requested_times: 4, ..first }, "its revision stays");
    store.key_requests().write_repeats().await.unwrap();
    assert_eq!(store.consumers().find(counted.key).await.unwrap(), Some(counted), "counted once");
    assert_eq!((rows(&store).await, store.activity().latest().await.unwrap()), (vec![1], 1));
}

#[tokio::test]
async fn another_name_secret_or_network_is_another_request() {
    let (_folder, store) = store().await;
    new(ask(&store, 1, "Friend", SECRET, HERE).await);
    new(ask(&store, 2, "Friends", SECRET, HERE).await);
    new(ask(&store, 3, "Friend", "the secret of another", HERE).await);
    new(ask(&store, 4, "Friend", SECRET, "192.0.2.2").await);
    new(ask(&store, 5, "Friend", SECRET, "2001:db8::1").await);
    assert_eq!(again(ask(&store, 6, "Friend", SECRET, "2001:db8::2").await).key, key(5));
    new(ask(&store, 7, "Friend", SECRET, "2001:db8:0:1::1").await);
    assert_eq!(rows(&store).await, [1, 2, 3, 4, 5, 7]);
}

#[tokio::test]
async fn only_an_undecided_request_with_the_secret_that_was_asked_for_is_alike() {
    let (_folder, store) = store().await;
    for (n, status) in [(1, Status::Approved), (2, Status::Disapproved)] {
        let asked = new(ask(&store, n, "Friend", SECRET, HERE).await);
        decide(&store, &asked, status).await;
    }
    let asked = new(ask(&store, 3, "Friend", SECRET, HERE).await);
    let renamed = rename(&store, &asked, "What the administrator calls it").await;
    assert_eq!(again(ask(&store, 4, "Friend", SECRET, HERE).await).key, key(3));
    let other = give_secret(&store, &renamed, "of the administrator's choice").await;
    assert_eq!(other.request_fingerprint, None);
    assert_eq!(store.consumers().find(key(3)).await.unwrap().unwrap(), other);
    new(ask(&store, 5, "Friend", SECRET, HERE).await);
}

#[tokio::test]
async fn a_network_has_a_share_that_decisions_free_and_others_have_theirs() {
    let (_folder, store) = store().await;
    let mut asked = Vec::new();
    for n in 1..=3 {
        asked.push(new(ask(&store, n, &format!("Friend {n}"), SECRET, "2001:db8::1").await));
    }
    let another = async |n: u32, from| ask(&store, n, &format!("Friend {n}"), SECRET, from).await;
    assert!(matches!(another(4, "2001:db8::2").await, Requested::TooMany));
    assert_eq!(again(ask(&store, 5, "Friend 1", SECRET, "2001:db8::1").await).key, key(1));
    new(another(6, "2001:db8:0:1::1").await);
    decide(&store, &asked[0], Status::Approved).await;
    new(another(7, "2001:db8::2").await);
    assert!(matches!(another(8, "2001:db8::2").await, Requested::TooMany));
    let network = Network::of(address("2001:db8::3"));
    assert_eq!(store.key_requests().count_from(network).await.unwrap(), 3);
}

#[tokio::test]
async fn of_many_at_once_no_more_pass_than_the_share_and_alike_ones_become_one() {
    let (_folder, store) = store().await;
    let store = Arc::new(store);
    for (name, from) in [(None, HERE), (Some("Friend"), "192.0.2.2")] {
        let mut all = JoinSet::new();
        for n in 1..=12 {
            let n = if name.is_some() { 100 + n } else { n };
            let (store, name) = (store.clone(), name.map_or_else(|| format!("Friend {n}"), str::to_owned));
            all.spawn(async move { ask(&store, n, &name, SECRET, from).await });
        }
        let requested = all.join_all().await;
        let made = requested.iter().filter(|one| matches!(one, Requested::New(_))).count();
        let repeated = requested.iter().filter(|one| matches!(one, Requested::Again(_))).count();
        let expected = if name.is_some() { (1, 11) } else { (3, 0) };
        assert_eq!((made, repeated), expected, "{requested:?}");
    }
    store.key_requests().write_repeats().await.unwrap();
    let listed = store.consumers().list(&ConsumerQuery::default(), 10).await.unwrap();
    assert_eq!(listed.total, 4);
    let times: u64 = listed.items.iter().map(|row| row.requested_times).sum();
    assert_eq!(times, 3 + 12);
}

#[tokio::test]
async fn every_undecided_request_that_is_old_enough_ends_and_nothing_else_does() {
    let (_folder, store) = store().await;
    insert(&store, 1).await;
    let approved = new(ask(&store, 2, "Approved", SECRET, HERE).await);
    decide(&store, &approved, Status::Approved).await;
    // More than one transaction removes.
    for n in 3..=452 {
        let from = format!("10.0.{}.{}", n / 200, n % 200);
        new(ask(&store, n, "Friend", SECRET, &from).await);
    }
    new(ask(&store, 1000, "Later", SECRET, HERE).await);
    let query = ConsumerQuery { undecided_since: Some(at(452)), ..ConsumerQuery::default() };
    let listed = store.consumers().list(&query, 10).await.unwrap();
    assert_eq!((listed.total, listed.items.len()), (3, 3), "what has ended does not show any more");
    let before = store.activity().latest().await.unwrap();
    assert_eq!(store.key_requests().end_undecided(at(452), server(2000)).await.unwrap(), 450);
    assert_eq!(rows(&store).await, [1, 2, 1000]);
    let lines = store.activity().after(before, 1000).await.unwrap();
    assert_eq!(lines.len(), 450);
    for line in lines {
        assert_eq!((line.action, line.actor, line.address), (Action::ConsumerRemoved, Actor::Server, None));
        assert!(line.before.is_some() && line.after.is_none());
    }
    assert_eq!(store.key_requests().end_undecided(at(452), server(2000)).await.unwrap(), 0);
    assert_eq!(store.consumers().list(&query, 10).await.unwrap().total, 3);
}

#[tokio::test]
async fn every_undecided_request_of_a_network_is_removed_and_no_other() {
    let (_folder, store) = store().await;
    let approved = new(ask(&store, 1, "Approved", SECRET, "2001:db8::1").await);
    decide(&store, &approved, Status::Approved).await;
    for (n, from) in [(2, "2001:db8::1"), (3, "2001:db8::2"), (4, "2001:db8:0:1::1"), (5, HERE)] {
        new(ask(&store, n, &format!("Friend {n}"), SECRET, from).await);
    }
    let before = store.activity().latest().await.unwrap();
    let network = Network::of(address("2001:db8::9"));
    let removed = store.key_requests().remove_from(network, by(9)).await.unwrap();
    let mut keys: Vec<_> = removed.iter().map(|consumer| consumer.key).collect();
    keys.sort_unstable();
    assert_eq!(keys, [key(2), key(3)]);
    assert_eq!(rows(&store).await, [1, 4, 5]);
    let lines = store.activity().after(before, 10).await.unwrap();
    let told: Vec<_> = lines.iter().map(|line| (&line.action, &line.actor)).collect();
    assert_eq!(told, [(&Action::ConsumerRemoved, &Actor::CommandLine); 2]);
    assert!(store.key_requests().remove_from(network, by(9)).await.unwrap().is_empty());
    assert_eq!(store.activity().latest().await.unwrap(), before + 2);
}

#[tokio::test]
async fn a_new_vault_key_changes_neither_what_is_alike_nor_a_fingerprint() {
    let (folder, store) = store().await;
    let asked = new(ask(&store, 1, "Friend", SECRET, HERE).await);
    let fingerprint = asked.request_fingerprint.clone().unwrap();
    let is_readable = |at: usize, c: char| if at == 4 { c == ' ' } else { c.is_ascii_hexdigit() };
    assert!(fingerprint.len() == 9 && fingerprint.char_indices().all(|(at, c)| is_readable(at, c)));
    let other = new(ask(&store, 2, "Other", SECRET, HERE).await);
    assert_ne!(other.request_fingerprint, asked.request_fingerprint, "it is of the key as well");
    let key_id = begin_rotation(&store).await;
    assert_eq!(store.vault_keys().reseal().await.unwrap(), 3, "two secrets and the key of the digests");
    assert!(store.vault_keys().end_rotation(by(5)).await.unwrap().is_some());
    let with_old_keys = format!("SELECT count(*) FROM sealed_keys WHERE secret_key_id <> {key_id}");
    assert_eq!(folder.number(&with_old_keys).await, 0);
    let after = folder.open().await.unwrap();
    let found = again(ask(&after, 3, "Friend", SECRET, HERE).await);
    assert_eq!((found.key, found.request_fingerprint), (asked.key, Some(fingerprint)));
}

#[tokio::test]
async fn neither_the_secret_nor_the_key_of_the_digests_is_readable_in_the_database() {
    let (folder, store) = store().await;
    new(ask(&store, 1, "Friend", SECRET, HERE).await);
    store.close().await.unwrap();
    assert!(folder.holds(HERE).await && !folder.holds(SECRET).await);
    assert_eq!(folder.number("SELECT count(*) FROM sealed_keys").await, 1);
    let (other, beside) = support::store().await;
    new(ask(&beside, 1, "Friend", SECRET, HERE).await);
    let digest = async |folder: &Folder| {
        let hex = if folder.is_postgres() { "encode(request_digest, 'hex')" } else { "hex(request_digest)" };
        folder.number(&format!("SELECT count(*) FROM consumers WHERE length({hex}) = 64")).await
    };
    assert_eq!((digest(&folder).await, digest(&other).await), (1, 1));
    let fingerprint =
        async |store: Store| store.consumers().find(key(1)).await.unwrap().unwrap().request_fingerprint;
    let one = fingerprint(folder.open().await.unwrap()).await;
    assert_ne!(one, fingerprint(beside).await, "without the server's own key it cannot be computed");
}

#[tokio::test]
async fn requests_of_an_earlier_version_get_their_address_and_count_for_its_network() {
    let (folder, store) = store().await;
    for (n, from) in [(1, HERE), (2, "2001:db8::1"), (3, "2001:db8::2")] {
        let asked = Consumer { created_by: Actor::Request, ..consumer(n) };
        let by = By { actor: Actor::Request, address: Some(from.to_owned()), at: at(n.into()), reason: None };
        let line = NewActivity::consumer(by, Action::ConsumerRequested, None, Some(&asked));
        store.consumers().insert(&asked, &secret(SECRET), line).await.unwrap();
    }
    insert(&store, 4).await;
    store.close().await.unwrap();
    for statement in [
        "DELETE FROM seaql_migrations WHERE version = 'm20261129_000009_count_key_requests'",
        "DROP TABLE sealed_keys",
        "DROP INDEX consumers_request_digest",
        "DROP INDEX consumers_requested_network",
        "DROP INDEX consumers_status_created_by_created_at",
        "ALTER TABLE consumers DROP COLUMN requested_from",
        "ALTER TABLE consumers DROP COLUMN requested_network",
        "ALTER TABLE consumers DROP COLUMN requested_times",
        "ALTER TABLE consumers DROP COLUMN request_digest",
        "ALTER TABLE consumers DROP COLUMN request_fingerprint",
    ] {
        folder.sql(statement).await;
    }
    let store = folder.open_made().await.unwrap();
    let find = async |n| store.consumers().find(key(n)).await.unwrap().unwrap();
    for (n, from, times) in
        [(1, Some(HERE), 1), (2, Some("2001:db8::1"), 1), (3, Some("2001:db8::2"), 1), (4, None, 0)]
    {
        let row = find(n).await;
        assert_eq!((row.requested_from.as_deref(), row.requested_times), (from, times), "{n}");
    }
    assert_eq!(store.key_requests().count_from(Network::of(address("2001:db8::3"))).await.unwrap(), 2);
    assert_eq!(store.key_requests().end_undecided(at(1), server(9)).await.unwrap(), 1);
    // A node of that version, which still runs, inserts such rows.
    folder.sql("UPDATE consumers SET requested_times = 0, requested_from = NULL").await;
    assert_eq!((find(2).await.requested_times, find(4).await.requested_times), (1, 0));
}

#[tokio::test]
async fn a_request_says_which_approved_name_it_looks_like_and_no_other() {
    let (_folder, store) = store().await;
    let pending = insert(&store, 1).await;
    assert_eq!(new(ask(&store, 2, "\u{410}PP 1", SECRET, HERE).await).resembles, None, "it is not approved");
    decide(&store, &pending, Status::Approved).await;
    let alike = new(ask(&store, 3, "\u{410}pp\u{a0}1", "another secret", HERE).await);
    assert_eq!(alike.resembles.as_ref(), Some(&pending.name));
    assert_eq!(store.consumers().find(key(3)).await.unwrap().unwrap(), alike);
    assert_eq!(
        again(ask(&store, 4, "\u{410}pp\u{a0}1", "another secret", HERE).await).resembles,
        alike.resembles
    );
    assert_eq!(new(ask(&store, 5, "App 2", SECRET, HERE).await).resembles, None);
}
