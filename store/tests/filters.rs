//! Which consumers a list shows: by status, by text with any characters, and how many there are.

use crate::support;

use domain::{Consumer, ConsumerQuery, Cursor, Sort, Status};
use store::Store;
use support::{consumer, insert, key, registered, rename, secret};

/// Names with characters that are special in SQL or LIKE.
const NAMES: [&str; 13] = [
    "app",
    "App",
    "APP",
    "Ärger",
    "100%",
    "100 percent",
    "a_b",
    "axb",
    r"a\b",
    r"a\%b",
    "' OR 1=1 --",
    "変更",
    "😀 z",
];

async fn add(store: &Store, consumer: &Consumer) {
    store.consumers().insert(consumer, &secret("correct horse"), registered(consumer)).await.unwrap();
}

async fn names(store: &Store, text: &str) -> Vec<String> {
    let query = ConsumerQuery { text: Some(text.to_owned()), sort: Sort::Name, ..ConsumerQuery::default() };
    let page = store.consumers().list(&query, 100).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64, "{text}");
    page.items.into_iter().map(|one| one.name.to_string()).collect()
}

#[tokio::test]
async fn a_filter_holds_on_every_page_and_for_the_total() {
    let (_folder, store) = support::store().await;
    for n in 1..=30 {
        let status = [Status::Pending, Status::Approved, Status::Disapproved][n as usize % 3];
        add(&store, &Consumer { status, ..consumer(n) }).await;
    }
    let numbers =
        |n: std::ops::RangeInclusive<u32>, rest| n.filter(move |n| n % 3 == rest).collect::<Vec<_>>();
    for (rest, status) in [(0, Status::Pending), (1, Status::Approved), (2, Status::Disapproved)] {
        // "app 1": App 1, and App 10 to App 19.
        let with_text: Vec<_> =
            numbers(1..=30, rest).into_iter().filter(|n| *n == 1 || (10..20).contains(n)).collect();
        for (text, expected) in [(None, numbers(1..=30, rest)), (Some("app 1"), with_text)] {
            let text = text.map(str::to_owned);
            let mut query =
                ConsumerQuery { status: Some(status), text, sort: Sort::Key, ..ConsumerQuery::default() };
            let mut listed = Vec::new();
            loop {
                let page = store.consumers().list(&query, 2).await.unwrap();
                assert_eq!(page.total, expected.len() as u64, "of all pages: {query:?}");
                listed.extend(page.items.into_iter().map(|one| one.key));
                let Some(cursor) = page.next_cursor else { break };
                query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
            }
            assert_eq!(listed, expected.into_iter().map(key).collect::<Vec<_>>(), "{query:?}");
        }
    }
}

#[tokio::test]
async fn a_text_is_found_as_it_is_written_in_names_and_keys() {
    let (_folder, store) = support::store().await;
    for (n, name) in (1..).zip(NAMES) {
        let before = insert(&store, n).await;
        rename(&store, &before, name).await;
    }
    for (text, expected) in [
        ("%", &["100%", r"a\%b"][..]),
        ("0%", &["100%"]),
        ("_", &["a_b"]),
        ("a_b", &["a_b"]),
        ("\\", &[r"a\%b", r"a\b"]),
        (r"\%", &[r"a\%b"]),
        (r"\\", &[]),
        (r"\_", &[]),
        ("%%", &[]),
        ("'", &["' OR 1=1 --"]),
        ("aPp", &["app", "App", "APP"]),
        ("Ä", &["Ärger"]),
        ("ÄRGER", &["Ärger"]),
        ("更", &["変更"]),
        ("😀", &["😀 z"]),
        (" z", &["😀 z"]),
        ("0-00000000000A", &[r"a\%b"]),
        ("nobody", &[]),
    ] {
        assert_eq!(names(&store, text).await, expected, "{text}");
    }
    for everybody in ["", "-", "0000"] {
        assert_eq!(names(&store, everybody).await.len(), NAMES.len(), "{everybody}");
    }
}

#[tokio::test]
async fn a_text_as_long_as_a_name_is_found_and_a_longer_one_nowhere() {
    let (_folder, store) = support::store().await;
    let before = insert(&store, 1).await;
    let longest = "ü".repeat(100);
    rename(&store, &before, &longest).await;
    assert_eq!(names(&store, &longest).await, [longest]);
    for length in [101, 1000, 25_000, 60_000] {
        for sign in ["a", "_", "%"] {
            assert!(names(&store, &sign.repeat(length)).await.is_empty(), "{length} times {sign}");
        }
    }
}
