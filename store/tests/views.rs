//! Views of the consumers: every filter in every order shows what fits it, whether a part of the order has all of it or an index
//! has to find it behind thousands of others.

mod other_versions;
mod texts;

use domain::{
    Actor, Consumer, ConsumerName, ConsumerQuery, Cursor, Sort, Status,
    query::{Order, Span, Used},
};
use store::Store;

use crate::support::{self, Folder, at, consumer, registered, secret};

const SORTS: [Sort; 6] =
    [Sort::CreatedAt, Sort::Name, Sort::Key, Sort::Status, Sort::UpdatedAt, Sort::LastUsedAt];
const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];

const NAMES: [&str; 8] = ["app", "App zq", "APP", "Ärger", "ärger", "100%_", "変更", "zebra"];

/// 32 consumers, registered in the first seconds: of every status, by three authors, some trusted, some used.
async fn some(folder: &Folder, store: &Store) {
    for (n, name) in (0..).zip(NAMES.iter().cycle().take(32)) {
        let mut one = consumer(n);
        one.name = ConsumerName::parse(name).unwrap();
        one.status = [Status::Pending, Status::Approved, Status::Disapproved][n as usize % 3];
        one.created_at = at(i64::from(n / 5));
        one.created_by =
            [Actor::CommandLine, Actor::from("ada".to_owned()), Actor::Request][n as usize % 5 % 3].clone();
        if n % 4 == 1 {
            one.callback_url = Some("https://app.example/cb".to_owned());
            one.trusted = true;
        }
        store.consumers().insert(&one, &secret("correct horse"), registered(&one)).await.unwrap();
        if n % 2 == 0 {
            let used = n % 10 * 1000;
            folder
                .sql(&format!("UPDATE consumers SET last_used_at = {used} WHERE key = '{}'", one.key))
                .await;
        }
    }
}

/// As many others, registered and used later than all of these, as an earlier version or a script would write them.
async fn fill(folder: &Folder, store: &Store, count: u32) {
    let one = support::insert(store, 1_000_000).await;
    let columns = "key, name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision, last_used_at";
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
         INSERT INTO consumers ({columns}) \
         SELECT 'filler-' || n, 'Filler ' || n, secret_key_id, secret, 'approved', false, 1000000 + n * 1000, 'grace', \
         1000000 + n * 1000, 1, 2000000 + n FROM numbers, consumers WHERE key = '{}'",
        one.key
    );
    folder.sql(&sql).await;
}

/// Every row of a query, in pages of this size, each with the same total.
async fn listed(store: &Store, query: &ConsumerQuery, limit: u64) -> (Vec<Consumer>, u64) {
    let mut query = query.clone();
    let (mut rows, mut total) = (Vec::new(), None);
    loop {
        let page = store.consumers().list(&query, limit).await.unwrap();
        assert!(page.items.len() as u64 <= limit);
        assert_eq!(*total.get_or_insert(page.total), page.total, "{query:?}");
        rows.extend(page.items);
        let Some(cursor) = page.next_cursor else { return (rows, page.total) };
        query.after = Some(Cursor::read(&cursor, query.sort, query.order()).unwrap());
    }
}

/// Whether a query lists the consumers of `all` that fit it, in its order.
async fn shows_what_fits(store: &Store, all: &[Consumer], query: &ConsumerQuery, limit: u64) {
    let mut expected: Vec<_> = all.iter().filter(|one| query.fits(one)).cloned().collect();
    expected.sort_by_key(|one| (query.sort.value(one), one.key));
    if query.order() == Order::Descending {
        expected.reverse();
    }
    let (rows, total) = listed(store, query, limit).await;
    let keys = |rows: &[Consumer]| rows.iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(keys(&rows), keys(&expected), "{query:?}");
    assert_eq!(total, expected.len() as u64, "{query:?}");
}

async fn everything(store: &Store) -> Vec<Consumer> {
    listed(store, &ConsumerQuery { sort: Sort::Key, ..ConsumerQuery::default() }, 500).await.0
}

#[tokio::test]
async fn every_combination_of_filters_shows_what_fits_it_in_any_order() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    let all = everything(&store).await;
    assert_eq!(all.len(), 32);
    let ways = SORTS.iter().flat_map(|sort| ORDERS.map(|order| (*sort, order)));
    let mut ways = ways.collect::<Vec<_>>().into_iter().cycle();
    for status in [None, Some(Status::Pending), Some(Status::Approved), Some(Status::Disapproved)] {
        for used in [None, Some(Used::Never), Some(Used::After(at(4))), Some(Used::NotAfter(at(4)))] {
            for registered_by in [None, Some(Actor::from("ada".to_owned())), Some(Actor::Request)] {
                for trusted in [None, Some(true), Some(false)] {
                    for text in [None, Some("aPP"), Some("ÄR"), Some("変"), Some("0-0000")] {
                        let (sort, order) = ways.next().unwrap();
                        let query = ConsumerQuery {
                            status,
                            text: text.map(str::to_owned),
                            used,
                            registered_by: registered_by.clone(),
                            trusted,
                            sort,
                            order: Some(order),
                            ..ConsumerQuery::default()
                        };
                        shows_what_fits(&store, &all, &query, 9).await;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn every_place_of_a_view_is_found_by_its_number_and_knows_how_many_rows_are_behind_it() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    let consumers = store.consumers();
    for (sort, order) in SORTS.iter().flat_map(|sort| ORDERS.map(|order| (*sort, order))) {
        for (status, text) in [(None, None), (Some(Status::Approved), None), (None, Some("app"))] {
            let text = text.map(str::to_owned);
            let query = ConsumerQuery { status, text, sort, order: Some(order), ..ConsumerQuery::default() };
            let (rows, total) = listed(&store, &query, 100).await;
            assert_eq!(consumers.count(&query).await.unwrap(), total);
            for (n, row) in (0..).zip(&rows) {
                let place = consumers.place(&query, n).await.unwrap();
                assert_eq!(place, Some(Cursor::of(row, sort)), "{query:?}");
                let behind = ConsumerQuery { after: place, ..query.clone() };
                assert_eq!(consumers.count_behind(&behind).await.unwrap(), total - n - 1, "{query:?}");
            }
            assert_eq!(consumers.place(&query, total).await.unwrap(), None, "{query:?}");
        }
    }
}

#[tokio::test]
async fn what_is_rare_is_found_behind_thousands_of_others_in_every_order() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    fill(&folder, &store, 2_500).await;
    let all = everything(&store).await;
    assert_eq!(all.len(), 2_533);
    let text = |text: &str| ConsumerQuery { text: Some(text.to_owned()), ..ConsumerQuery::default() };
    let by = |by: &str| ConsumerQuery {
        registered_by: Some(Actor::from(by.to_owned())),
        ..ConsumerQuery::default()
    };
    let used = |used| ConsumerQuery { used: Some(used), ..ConsumerQuery::default() };
    let trusted = ConsumerQuery { trusted: Some(true), ..ConsumerQuery::default() };
    for query in [
        text("zebra"),
        text("ZQ"),
        text("q"),
        text("変"),
        text("%_"),
        text("0000-0000"),
        text("nowhere"),
        text("xy"),
        text("ß"),
        by("ada"),
        by("by request"),
        by("nobody"),
        used(Used::Never),
        used(Used::NotAfter(at(5))),
        trusted.clone(),
        ConsumerQuery { status: Some(Status::Approved), ..trusted },
        ConsumerQuery { status: Some(Status::Approved), ..text("app") },
        ConsumerQuery { used: Some(Used::Never), ..text("app") },
        ConsumerQuery { registered_by: Some(Actor::Request), ..text("Är") },
        ConsumerQuery { status: Some(Status::Pending), ..text("l") },
    ] {
        for sort in SORTS {
            for order in ORDERS {
                let query = ConsumerQuery { sort, order: Some(order), ..query.clone() };
                shows_what_fits(&store, &all, &query, 15).await;
            }
        }
    }
}

#[tokio::test]
async fn what_ends_then_is_found_among_thousands_in_every_order() {
    let (folder, store) = support::store().await;
    for n in 0..6 {
        let one = Consumer { ends_at: (n > 0).then(|| at(i64::from(n))), ..consumer(n) };
        store.consumers().insert(&one, &secret("correct horse"), registered(&one)).await.unwrap();
    }
    fill(&folder, &store, 1_500).await;
    let all = everything(&store).await;
    for (after, until, total) in [(1, 3, 2), (0, 5, 5), (5, 9, 0)] {
        for sort in SORTS {
            for order in ORDERS {
                let ends = Some(Span { after: at(after), until: at(until) });
                let query = ConsumerQuery { ends, sort, order: Some(order), ..ConsumerQuery::default() };
                shows_what_fits(&store, &all, &query, 2).await;
                assert_eq!(store.consumers().list(&query, 1).await.unwrap().total, total);
            }
        }
    }
}

#[tokio::test]
async fn what_is_frequent_comes_whole_and_is_counted() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    fill(&folder, &store, 2_500).await;
    let all = everything(&store).await;
    for text in ["i", "fi", "filler", "Filler 2"] {
        for (sort, order) in [(Sort::CreatedAt, Order::Ascending), (Sort::Name, Order::Descending)] {
            let text = Some(text.to_owned());
            let query = ConsumerQuery { text, sort, order: Some(order), ..ConsumerQuery::default() };
            shows_what_fits(&store, &all, &query, 500).await;
        }
    }
}

#[tokio::test]
async fn what_one_in_sixty_has_comes_whole_in_every_order_and_status() {
    let (folder, store) = support::store().await;
    some(&folder, &store).await;
    fill(&folder, &store, 2_500).await;
    let all = everything(&store).await;
    for text in ["77", "00"] {
        for (sort, order) in SORTS.iter().flat_map(|sort| ORDERS.map(|order| (*sort, order))) {
            for status in [None, Some(Status::Approved)] {
                let text = Some(text.to_owned());
                let query =
                    ConsumerQuery { status, text, sort, order: Some(order), ..ConsumerQuery::default() };
                shows_what_fits(&store, &all, &query, 25).await;
            }
        }
    }
}
