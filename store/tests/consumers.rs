//! Consumers on a real SQLite: what is written is read back, and the slower of two writers overwrites nothing.

use crate::support;

use std::sync::Arc;

use domain::{Action, Actor, ConsumerName, ConsumerQuery, Cursor, Status};
use store::{StoreError, activity::NewActivity};
use support::{at, by, consumer, insert, insert_user, key, registered, save, secret, store};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_consumer_comes_out_as_it_was_put_in() {
    let (folder, store) = store().await;
    let mut consumer = consumer(1);
    consumer.name = ConsumerName::parse("Änderungen \u{202e}変更 '; DROP TABLE consumers; --").unwrap();
    consumer.created_by = Actor::Request;
    consumer.requested_from = Some("2001:db8::1".to_owned());
    consumer.requested_times = 42;
    consumer.request_fingerprint = Some("3f9a 11c2".to_owned());
    consumer.trusted = true;
    consumer.callback_url = Some("https://app.example/cb".to_owned());
    consumer.callback_urls =
        ["https://app.example/cb", "myapp://cb", "com.example.app:/cb?x='\""].map(str::to_owned).to_vec();
    consumer.allow_oauth_1_0 = true;
    consumer.rsa_public_key = Some("-----BEGIN PUBLIC KEY-----".to_owned());
    consumer.has_secret = false;
    consumer.status = Status::Disapproved;
    store.consumers().insert(&consumer, &secret("correct horse"), registered(&consumer)).await.unwrap();
    assert_eq!(store.consumers().find(key(1)).await.unwrap(), Some(consumer.clone()));
    assert_eq!(store.consumers().find(key(2)).await.unwrap(), None);
    store.close().await.unwrap();
    let again = folder.open().await.unwrap();
    assert_eq!(again.consumers().find(key(1)).await.unwrap(), Some(consumer));
}

#[tokio::test]
async fn a_secret_is_read_back_by_its_key_alone_and_is_not_in_the_database() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    assert_eq!(store.consumers().secret(key(1)).await.unwrap().unwrap().expose(), "the secret of 1");
    assert_eq!(store.consumers().secret(key(2)).await.unwrap(), None);
    store.close().await.unwrap();
    assert!(folder.holds("App 1").await && !folder.holds("the secret of").await);
}

#[tokio::test]
async fn a_secret_put_into_another_row_does_not_open() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    insert(&store, 2).await;
    let (one, two) = (key(1), key(2));
    let from_one = format!("SELECT secret FROM consumers WHERE key = '{one}'");
    folder.sql(&format!("UPDATE consumers SET secret = ({from_one}) WHERE key = '{two}'")).await;
    assert!(matches!(store.consumers().secret(two).await, Err(StoreError::Sealed)));
    assert!(store.consumers().secret(one).await.is_ok());
}

#[tokio::test]
async fn a_save_over_another_ones_save_is_stale_and_changes_nothing() {
    let (_folder, store) = store().await;
    let consumer = insert(&store, 1).await;
    let approved = consumer.decide(Status::Approved, at(2)).unwrap();
    let disapproved = consumer.decide(Status::Disapproved, at(3)).unwrap();
    save(&store, &consumer, &approved).await.unwrap();
    let activity = store.activity().latest().await.unwrap();
    assert!(matches!(save(&store, &consumer, &disapproved).await, Err(StoreError::Stale)));
    let delete = NewActivity::consumer(by(3), Action::ConsumerRemoved, Some(&consumer), None);
    assert!(matches!(store.consumers().delete(&consumer, at(3), delete).await, Err(StoreError::Stale)));
    assert_eq!(store.consumers().find(key(1)).await.unwrap(), Some(approved));
    assert_eq!(store.activity().latest().await.unwrap(), activity, "nothing was done, so nothing is told");
}

#[tokio::test]
async fn of_many_who_save_at_once_from_two_processes_one_wins() {
    let (folder, store) = store().await;
    let before = insert(&store, 1).await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut attempts = JoinSet::new();
    for n in 0..10 {
        let mut after = before.decide(Status::Approved, at(n)).unwrap();
        after.name = ConsumerName::parse(&format!("Attempt {n}")).unwrap();
        let (store, before) = (stores[usize::from(n % 2 == 0)].clone(), before.clone());
        attempts.spawn(async move { save(&store, &before, &after).await.is_ok() });
    }
    let won = attempts.join_all().await.into_iter().filter(|saved| *saved).count();
    let store = &stores[0];
    assert_eq!(won, 1);
    assert_eq!(store.consumers().find(key(1)).await.unwrap().unwrap().revision, 2);
    assert_eq!(store.activity().changes_since(key(1), 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one_and_without_one_it_stays() {
    let (_folder, store) = store().await;
    let consumer = insert(&store, 1).await;
    let second = consumer.decide(Status::Approved, at(2)).unwrap();
    save(&store, &consumer, &second).await.unwrap();
    assert_eq!(store.consumers().secret(key(1)).await.unwrap().unwrap().expose(), "the secret of 1");
    let third = second.decide(Status::Disapproved, at(3)).unwrap();
    let activity = NewActivity::consumer(by(3), Action::ConsumerEdited, Some(&second), Some(&third));
    store.consumers().save(&third, Some(&secret("another secret")), false, activity).await.unwrap();
    assert_eq!(store.consumers().secret(key(1)).await.unwrap().unwrap().expose(), "another secret");
}

#[tokio::test]
async fn every_change_is_told_once_with_what_it_was_before_and_after() {
    let (_folder, store) = store().await;
    let before = insert(&store, 1).await;
    let after = before.decide(Status::Approved, at(2)).unwrap();
    save(&store, &before, &after).await.unwrap();
    let delete = NewActivity::consumer(by(3), Action::ConsumerRemoved, Some(&after), None);
    store.consumers().delete(&after, at(3), delete).await.unwrap();
    let lines = store.activity().after(0, 10).await.unwrap();
    let actions: Vec<_> = lines.iter().map(|line| line.action.clone()).collect();
    assert_eq!(actions, [Action::ConsumerRegistered, Action::ConsumerEdited, Action::ConsumerRemoved]);
    assert!(lines.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(lines.iter().all(|line| line.consumer_key == Some(key(1)) && line.actor == Actor::CommandLine));
    assert_eq!((&lines[0].before, &lines[2].after), (&None, &None));
    let value = |consumer| Some(serde_json::to_value(consumer).unwrap());
    assert_eq!((&lines[1].before, &lines[1].after), (&value(before), &value(after)));
    assert_eq!((lines[1].at, lines[1].address.as_deref()), (at(1), Some("192.0.2.1")));
    let since = store.activity().changes_since(key(1), 1).await.unwrap();
    assert_eq!(since, lines[1..], "what the slower one is told; a removal is the last change");
    assert_eq!(store.activity().after(lines[0].id, 1).await.unwrap(), lines[1..2]);
}

#[tokio::test]
async fn a_change_that_fails_is_not_told() {
    let (_folder, store) = store().await;
    let consumer = insert(&store, 1).await;
    let told = store.activity().latest().await.unwrap();
    let twice = store.consumers().insert(&consumer, &secret("correct horse"), registered(&consumer)).await;
    assert!(twice.is_err());
    assert_eq!(store.activity().latest().await.unwrap(), told);
}

#[tokio::test]
async fn numbers_of_activities_are_never_used_again() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    let told = store.activity().latest().await.unwrap();
    folder.sql("DELETE FROM activity").await;
    insert(&store, 2).await;
    assert!(store.activity().latest().await.unwrap() > told);
}

#[tokio::test]
async fn a_list_comes_in_pages_newest_first_and_misses_nobody() {
    let (_folder, store) = store().await;
    for n in 0..7 {
        let mut consumer = consumer(n);
        // Several were registered in the same millisecond.
        consumer.created_at = at(i64::from(n / 3));
        store.consumers().insert(&consumer, &secret("correct horse"), registered(&consumer)).await.unwrap();
    }
    let mut query = ConsumerQuery::default();
    let mut pages = Vec::new();
    loop {
        let page = store.consumers().list(&query, 3).await.unwrap();
        assert_eq!(page.total, 7);
        pages.push(page.items.iter().map(|consumer| consumer.key).collect::<Vec<_>>());
        let Some(cursor) = page.next_cursor else { break };
        query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
        // Rows that are added or removed between the pages move nothing.
        if pages.len() == 1 {
            insert(&store, 100).await;
            let newest = support::consumer(100);
            let delete = NewActivity::consumer(by(3), Action::ConsumerRemoved, Some(&newest), None);
            store.consumers().delete(&newest, at(3), delete).await.unwrap();
        }
    }
    assert_eq!(pages.concat(), [6, 5, 4, 3, 2, 1, 0].map(key));
    let all = store.consumers().list(&ConsumerQuery::default(), 7).await.unwrap();
    assert_eq!(all.items.len(), 7);
}

#[tokio::test]
async fn a_name_need_not_be_unique() {
    let (_folder, store) = store().await;
    let name = ConsumerName::parse("App 1").unwrap();
    assert_eq!(store.consumers().count_alike(&name, None).await.unwrap(), 0);
    insert(&store, 1).await;
    let mut second = consumer(2);
    second.name = name.clone();
    store.consumers().insert(&second, &secret("correct horse"), registered(&second)).await.unwrap();
    assert_eq!(store.consumers().count_alike(&name, None).await.unwrap(), 2);
}

#[tokio::test]
async fn names_that_look_alike_are_counted_also_after_a_change() {
    let (_folder, store) = store().await;
    let count = async |name: &str| {
        store.consumers().count_alike(&ConsumerName::parse(name).unwrap(), None).await.unwrap()
    };
    let before = insert(&store, 1).await;
    assert_eq!((count("\u{410}pp\u{a0}1").await, count("App 2").await), (1, 0), "with a Cyrillic letter");
    support::rename(&store, &before, "Cameo").await;
    assert_eq!((count("App 1").await, count("\u{421}AMEO").await), (0, 1));
}

#[tokio::test]
async fn users_signed_in_through_a_consumer_are_counted_once_and_not_after_it_is_over() {
    let (folder, store) = store().await;
    let consumer = insert(&store, 1).await;
    let (ada, eve) = (insert_user(&store, "ada", true).await, insert_user(&store, "eve", false).await);
    let second = |n: i64| n * 1000;
    for (token, user, expires, revoked) in [
        ("a", ada, "NULL".to_owned(), "NULL"),
        ("b", ada, "NULL".to_owned(), "NULL"),
        ("c", eve, second(100).to_string(), "NULL"),
        ("d", eve, "NULL".to_owned(), "1"),
    ] {
        let key = consumer.key;
        let secret = if folder.is_postgres() { r"'\x00'" } else { "x'00'" };
        let row = format!("'{token}', 1, {secret}, '{key}', {user}, 0, {expires}, NULL, {revoked}");
        folder.sql(&format!("INSERT INTO token_credentials VALUES ({row})")).await;
    }
    assert_eq!(store.tokens().count_users(&[key(1)], at(99)).await.unwrap(), 2);
    assert_eq!(store.tokens().count_users(&[key(1)], at(101)).await.unwrap(), 1);
    assert_eq!(store.tokens().count_users(&[key(2)], at(99)).await.unwrap(), 0);
    assert_eq!(store.tokens().count_users(&[key(1), key(2)], at(99)).await.unwrap(), 2);
    let after = consumer.decide(Status::Disapproved, at(2)).unwrap();
    save(&store, &consumer, &after).await.unwrap();
    assert_eq!(store.tokens().count_users(&[key(1)], at(101)).await.unwrap(), 1, "disapproving keeps tokens");
    let out = after.decide(Status::Approved, at(3)).unwrap();
    let activity = NewActivity::consumer(by(3), Action::ConsumerEdited, Some(&after), Some(&out));
    store.consumers().save(&out, None, true, activity).await.unwrap();
    assert_eq!(store.tokens().count_users(&[key(1)], at(99)).await.unwrap(), 0, "everybody was signed out");
}
