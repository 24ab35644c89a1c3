//! Exports: the view whole, as CSV or JSON, without a secret.

use crate::support::{
    SECRET,
    browser::Answer,
    signer::{CONSUMERS, Provider},
};

fn lines(answer: &Answer) -> Vec<&str> {
    answer.text().strip_suffix("\r\n").unwrap().split("\r\n").collect()
}

#[test]
fn a_view_is_exported_whole_as_csv() {
    let provider = Provider::start();
    let ada = provider.ada();
    for name in ["Große App", "=cmd|' /C calc'!A0", "a, \"b\""] {
        ada.register(name);
    }
    let key = |name: &str| {
        let found = ada.get(&format!("{CONSUMERS}?q={}", oauth::encode(name))).is(200).json();
        found["items"][0]["key"].as_str().unwrap().to_owned()
    };
    let answer = ada.get("/api/v1/consumers.csv?sort=name").is(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"consumers.csv\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    let lines = lines(&answer);
    assert!(lines[0].starts_with("key,name,status,trusted,"), "{}", lines[0]);
    let [formula, quoted, plain] = ["=cmd", "a, ", "Große"].map(key);
    for (line, begin) in lines[1..].iter().zip([
        format!("{formula},'=cmd|' /C calc'!A0,pending,false,"),
        format!("{quoted},\"a, \"\"b\"\"\",pending,"),
        format!("{plain},Große App,pending,"),
    ]) {
        assert!(line.starts_with(&begin), "{line}");
    }
    assert_eq!(lines.len(), 4);
    let only = ada.get("/api/v1/consumers.csv?q=GROSSE&status=pending").is(200);
    assert_eq!(self::lines(&only)[1..], [lines[3]]);
    let nobody = ada.get("/api/v1/consumers.csv?q=nobody").is(200);
    assert_eq!(self::lines(&nobody), [lines[0]]);
}

#[test]
fn a_view_is_exported_as_json_with_the_consumers_as_the_api_shows_them() {
    let provider = Provider::start();
    let ada = provider.ada();
    assert_eq!(ada.get("/api/v1/consumers.json").is(200).text(), "[]\n");
    for name in ["One", "Two", "Three"] {
        ada.register(name);
    }
    let answer = ada.get("/api/v1/consumers.json?sort=name&order=desc").is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"consumers.json\"");
    let listed = ada.get(&format!("{CONSUMERS}?sort=name&order=desc")).is(200).json();
    assert_eq!(answer.json(), listed["items"]);
}

#[test]
fn an_export_of_more_than_is_read_at_once_is_whole_and_has_no_secret() {
    let provider = Provider::start();
    let ada = provider.ada();
    let first = ada.register("App 0")["key"].as_str().unwrap().to_owned();
    let columns =
        "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";
    provider.home.sql(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100) \
         INSERT INTO consumers (key, {columns}) SELECT 'app-' || n, {columns} FROM numbers, consumers WHERE key = '{first}'"
    ));
    let csv = ada.get("/api/v1/consumers.csv").is(200);
    let json = ada.get("/api/v1/consumers.json?order=asc").is(200);
    assert_eq!((lines(&csv).len(), json.json().as_array().unwrap().len()), (1_102, 1_101));
    for text in [csv.text(), json.text()] {
        assert!(!text.contains(SECRET) && !text.contains("\"secret"));
    }
}

#[test]
fn what_is_no_view_is_not_exported() {
    let provider = Provider::start();
    for query in ["status=open", "limit=5", "cursor=x", "format=csv", "q=a&q=b"] {
        for file in ["csv", "json"] {
            provider.ada().get(&format!("/api/v1/consumers.{file}?{query}")).problem(400);
        }
    }
}

#[test]
fn a_consumer_may_be_called_as_the_exports_are() {
    let provider = Provider::start();
    let ada = provider.ada();
    for key in ["consumers.csv", "export"] {
        let form = [("name", "Named"), ("secret", SECRET), ("key", key)];
        ada.call("register", &form).is(200);
        assert_eq!(ada.get(&format!("{CONSUMERS}/{key}")).is(200).json()["key"], key);
    }
}
