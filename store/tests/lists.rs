//! Lists of consumers: every order, page by page, so that no row is missed or comes twice.

use crate::support;

use std::collections::HashMap;

use domain::{
    Consumer, ConsumerName, ConsumerQuery, Sort, Status,
    query::{Cursor, Order},
};
use store::Store;
use support::{Folder, at, consumer, decide, insert, key, registered, remove, rename, secret};

const SORTS: [Sort; 6] =
    [Sort::CreatedAt, Sort::Name, Sort::Key, Sort::Status, Sort::UpdatedAt, Sort::LastUsedAt];

/// Names that are hard to sort or to put into a cursor.
const NAMES: [&str; 8] = ["app", "App", "APP", "Ärger", "ärger", "x.n5", "変更", "zebra"];

/// Four times as many consumers as names. Many are alike in what they are sorted by, and half were never used.
async fn many() -> (Folder, Store, Vec<Consumer>) {
    let (folder, store) = support::store().await;
    let mut all = Vec::new();
    for (n, name) in (0..).zip(NAMES.iter().cycle().take(32)) {
        let mut one = consumer(n);
        // Keys in an order of their own, with letters in them.
        one.key = key(n.wrapping_mul(0x9e37_79b9));
        one.name = ConsumerName::parse(name).unwrap();
        one.status =
            [Status::Pending, Status::Approved, Status::Disapproved, Status::Approved][n as usize % 4];
        one.created_at = at(i64::from(n / 5));
        one.updated_at = at(i64::from(n % 7));
        store.consumers().insert(&one, &secret("correct horse"), registered(&one)).await.unwrap();
        if n % 2 == 0 {
            // One was used at time 0, which differs from never.
            one.last_used_at = Some(at(i64::from(n % 6)));
            let used =
                format!("UPDATE consumers SET last_used_at = {} WHERE key = '{}'", n % 6 * 1000, one.key);
            folder.sql(&used).await;
        }
        all.push(one);
    }
    (folder, store, all)
}

/// Every page of a query.
async fn pages(store: &Store, query: &ConsumerQuery, limit: u64) -> Vec<Vec<Consumer>> {
    let mut query = query.clone();
    let mut pages = Vec::new();
    loop {
        let page = store.consumers().list(&query, limit).await.unwrap();
        pages.push(page.items);
        let Some(cursor) = page.next_cursor else { return pages };
        let cursor = Cursor::read(&cursor, query.sort, query.order()).unwrap();
        assert_ne!(query.after.replace(cursor.clone()), Some(cursor), "it goes on");
    }
}

#[tokio::test]
async fn every_order_comes_whole_in_pages_of_any_size() {
    let (_folder, store, all) = many().await;
    for sort in SORTS {
        for order in [None, Some(Order::Ascending), Some(Order::Descending)] {
            let query = ConsumerQuery { sort, order, ..ConsumerQuery::default() };
            let mut expected = all.clone();
            expected.sort_by_key(|one| (sort.value(one), one.key));
            if query.order() == Order::Descending {
                expected.reverse();
            }
            for limit in [1, 3, 7, 31, 32, 33, 500] {
                let pages = pages(&store, &query, limit).await;
                assert!(pages.iter().all(|page| page.len() as u64 <= limit));
                assert_eq!(pages.concat(), expected, "{sort:?} {order:?} by {limit}");
            }
        }
    }
}

#[tokio::test]
async fn the_last_page_says_that_it_is_the_last_even_where_it_is_full() {
    let (_folder, store) = support::store().await;
    for n in 1..=4 {
        insert(&store, n).await;
    }
    for (limit, sizes) in [(1, vec![1; 4]), (2, vec![2, 2]), (3, vec![3, 1]), (4, vec![4]), (5, vec![4])] {
        let pages = pages(&store, &ConsumerQuery::default(), limit).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "by {limit}");
    }
}

#[tokio::test]
async fn names_go_from_a_on_whatever_their_case_and_never_is_before_every_use() {
    let (folder, store) = support::store().await;
    for (n, name) in [(1, "bee"), (2, "Zebra"), (3, "Ant"), (4, "cat"), (5, "ant")] {
        let before = insert(&store, n).await;
        rename(&store, &before, name).await;
    }
    folder.sql("UPDATE consumers SET last_used_at = 0 WHERE name = 'bee'").await;
    folder.sql("UPDATE consumers SET last_used_at = 5 WHERE name = 'Zebra'").await;
    let list = async |sort, order| {
        let query = ConsumerQuery { sort, order, ..ConsumerQuery::default() };
        let all = pages(&store, &query, 2).await.concat();
        all.into_iter().map(|one| one.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(Sort::Name, None).await, ["Ant", "ant", "bee", "cat", "Zebra"]);
    assert_eq!(list(Sort::LastUsedAt, None).await, ["Zebra", "bee", "ant", "cat", "Ant"]);
    let oldest_first = list(Sort::LastUsedAt, Some(Order::Ascending)).await;
    assert_eq!(oldest_first, ["Ant", "cat", "ant", "bee", "Zebra"]);
}

#[tokio::test]
async fn whoever_comes_goes_or_moves_between_two_pages_moves_nobody_else() {
    let (_folder, store, all) = many().await;
    // A removed key is not taken again.
    let mut strangers = 1_000_000..;
    for (sort, order) in
        SORTS.into_iter().flat_map(|sort| [(sort, Order::Ascending), (sort, Order::Descending)])
    {
        let mut query = ConsumerQuery { sort, order: Some(order), ..ConsumerQuery::default() };
        let mut seen = HashMap::new();
        for n in 0.. {
            let page = store.consumers().list(&query, 4).await.unwrap();
            page.items.iter().for_each(|one| *seen.entry(one.key).or_insert(0) += 1);
            let Some(cursor) = page.next_cursor else { break };
            query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
            let stranger = insert(&store, strangers.next().unwrap()).await;
            if n % 2 == 0 {
                remove(&store, &stranger).await;
            } else {
                let stranger = decide(&store, &stranger, Status::Approved).await;
                let stranger = rename(&store, &stranger, "aaa").await;
                remove(&store, &stranger).await;
            }
        }
        assert!(all.iter().all(|one| seen[&one.key] == 1), "{sort:?} {order:?}: {seen:?}");
        assert_eq!(seen.len(), all.len());
    }
}
