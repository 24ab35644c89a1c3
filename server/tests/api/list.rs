//! The list: filtered, sorted, in pages.

use serde_json::{Value, json};

use super::register;
use crate::support::{
    Browser,
    signer::{App, CONSUMERS, Provider},
};

#[track_caller]
fn page(ada: &Browser, query: &str) -> Value {
    ada.get(&format!("{CONSUMERS}?{query}")).is(200).json()
}

#[track_caller]
fn names(ada: &Browser, query: &str) -> Vec<String> {
    let page = page(ada, query);
    assert_eq!(page["total"], page["items"].as_array().unwrap().len(), "{page}");
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// Three consumers of each status and one more, two of them used.
fn some() -> (Provider, Vec<App>) {
    let provider = Provider::start();
    let words = [
        "Delta",
        "alpha",
        "Charlie",
        "bravo",
        "echo 100%",
        "Foxtrot",
        "golf_1",
        "golf 1",
        "Äthiopien",
        "Echo",
    ];
    let apps: Vec<_> = words.map(|word| provider.pending(word)).into_iter().collect();
    for app in &apps[..3] {
        provider.decide("approve", app);
    }
    for app in &apps[3..6] {
        provider.decide("disapprove", app);
    }
    for app in &apps[..2] {
        app.echo().send().is(200);
        let path = format!("{CONSUMERS}/{}", app.key);
        let ada = provider.ada();
        crate::support::signer::until("it is written", || {
            ada.get(&path).json()["last_used_at"].as_str().map(|_| ())
        });
    }
    (provider, apps)
}

#[test]
fn the_list_is_filtered_by_status_and_by_text_in_name_or_key() {
    let (provider, apps) = some();
    let ada = provider.ada();
    assert_eq!(names(ada, "status=approved&sort=name"), ["alpha", "Charlie", "Delta"]);
    assert_eq!(names(ada, "status=disapproved&sort=name"), ["bravo", "echo 100%", "Foxtrot"]);
    assert_eq!(names(ada, "status=pending").len(), 4);
    assert_eq!(names(ada, "status=&q="), names(ada, ""));
    assert_eq!(names(ada, "q=ECHO&sort=name"), ["Echo", "echo 100%"]);
    assert_eq!(names(ada, "q=echo&status=pending"), ["Echo"]);
    assert_eq!(names(ada, "q=%25"), ["echo 100%"], "no wildcard");
    assert_eq!(names(ada, "q=_"), ["golf_1"], "no wildcard");
    assert_eq!(names(ada, "q=golf+1"), ["golf 1"]);
    assert_eq!(names(ada, "q=%C3%84thi"), ["Äthiopien"]);
    assert_eq!(names(ada, "q=nothing+like+it"), [""; 0]);
    assert_eq!(names(ada, "q=%27+OR+1%3D1--"), [""; 0]);
    assert_eq!(names(ada, &format!("q={}", &apps[4].key[..13])), ["echo 100%"]);
    assert_eq!(names(ada, &format!("q={}", apps[4].key.to_uppercase())), ["echo 100%"]);
}

#[test]
fn the_list_is_sorted_by_every_column_in_either_direction() {
    let (provider, _) = some();
    let ada = provider.ada();
    let by = |query: &str, field: &str| {
        let page = page(ada, query);
        let items = page["items"].as_array().unwrap();
        let value = |item: &Value| item[field].as_str().unwrap_or_default().to_lowercase();
        items.iter().map(value).collect::<Vec<_>>()
    };
    for field in ["name", "key", "status", "created_at", "updated_at", "last_used_at"] {
        let up = by(&format!("sort={field}&order=asc"), field);
        let down = by(&format!("sort={field}&order=desc"), field);
        assert!(up.is_sorted(), "{field}: {up:?}");
        if field.ends_with("_at") {
            let is_whole = |at: &String| at.is_empty() || (at.len() == 24 && at.ends_with('z'));
            assert!(up.iter().all(is_whole), "three fraction digits: {up:?}");
        }
        assert!(down.iter().rev().is_sorted(), "{field}: {down:?}");
        let usual = if field.ends_with("_at") { &down } else { &up };
        assert_eq!(&by(&format!("sort={field}"), field), usual);
    }
    assert_eq!(names(ada, ""), names(ada, "sort=created_at&order=desc"), "newest first");
    assert_eq!(names(ada, "sort=last_used_at")[..2], ["alpha", "Delta"]);
    assert_eq!(names(ada, "")[9], "Delta");
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition_in_every_order() {
    let (provider, _) = some();
    let ada = provider.ada();
    for sort in ["name", "key", "status", "created_at", "updated_at", "last_used_at"] {
        for order in ["asc", "desc"] {
            let query = format!("sort={sort}&order={order}");
            let (mut all, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = page(ada, &format!("{query}&limit=3{cursor}"));
                assert_eq!(page["total"], 10);
                let items = page["items"].as_array().unwrap();
                assert!((1..=3).contains(&items.len()));
                all.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={}", oauth::encode(next));
            }
            assert_eq!(all, names(ada, &query), "{query}");
        }
    }
    let first = page(ada, "status=pending&limit=2");
    let cursor = oauth::encode(first["next_cursor"].as_str().unwrap()).into_owned();
    let second = page(ada, &format!("status=pending&limit=2&cursor={cursor}"));
    assert_eq!((&second["next_cursor"], &second["total"]), (&Value::Null, &json!(4)));
    ada.get(&format!("{CONSUMERS}?sort=name&cursor={cursor}")).problem(400);
}

#[test]
fn a_cursor_of_another_order_or_of_an_earlier_version_is_refused_in_words() {
    let (provider, apps) = some();
    let ada = provider.ada();
    let orders: Vec<_> = ["name", "key", "status", "created_at", "updated_at", "last_used_at"]
        .iter()
        .flat_map(|sort| ["asc", "desc"].map(|order| format!("sort={sort}&order={order}")))
        .collect();
    let refused = |query: &str, cursor: &str| {
        let problem = ada.get(&format!("{CONSUMERS}?{query}&cursor={cursor}")).problem(400);
        let detail = problem["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("This is no cursor of this list; take next_cursor"), "{query}: {detail}");
    };
    for query in &orders {
        let first = page(ada, &format!("{query}&limit=1"));
        let cursor = oauth::encode(first["next_cursor"].as_str().unwrap()).into_owned();
        let second = page(ada, &format!("{query}&limit=500&cursor={cursor}"));
        assert_eq!(second["items"].as_array().unwrap().len(), 9, "{query}");
        for other in orders.iter().filter(|other| *other != query) {
            refused(other, &cursor);
        }
    }
    for value in ["n5", "talpha"] {
        refused("sort=name", &format!("{}.{value}", apps[0].key));
        refused("", &format!("{}.{value}", apps[0].key));
    }
}

#[test]
fn a_cursor_goes_on_in_a_list_with_other_filters() {
    let (provider, _) = some();
    let ada = provider.ada();
    let first = page(ada, "sort=name&limit=3");
    let cursor = oauth::encode(first["next_cursor"].as_str().unwrap()).into_owned();
    let rest = page(ada, &format!("sort=name&q=echo&cursor={cursor}"));
    let shown: Vec<_> = rest["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(json!(shown), json!(["Echo", "echo 100%"]));
}

#[test]
fn what_is_registered_or_removed_meanwhile_disturbs_no_page() {
    let (provider, apps) = some();
    let ada = provider.ada();
    let first = page(ada, "sort=name&limit=3");
    let shown: Vec<_> = first["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(json!(shown), json!(["alpha", "bravo", "Charlie"]));
    register(ada, "aaa");
    provider.remove(&apps[2]);
    let cursor = oauth::encode(first["next_cursor"].as_str().unwrap()).into_owned();
    let second = page(ada, &format!("sort=name&limit=3&cursor={cursor}"));
    let shown: Vec<_> = second["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(json!(shown), json!(["Delta", "Echo", "echo 100%"]));
}

#[test]
fn fifty_come_where_nobody_says_how_many() {
    let provider = Provider::start();
    let ada = provider.ada();
    for n in 0..51 {
        register(ada, &format!("App {n}"));
    }
    let listed = page(ada, "");
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["total"]), (50, &json!(51)));
    assert_eq!(listed["items"][0]["name"], "App 50");
    assert!(listed["next_cursor"].is_string());
    assert_eq!(names(ada, "limit=500").len(), 51);
}
