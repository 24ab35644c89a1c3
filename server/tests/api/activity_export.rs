//! The activity filtered, and exported whole.

use http::Method;

use super::{at, call, register};
use crate::support::signer::Provider;

#[test]
fn the_activity_is_filtered_by_author_action_and_time() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "Told");
    call(ada, Method::POST, &format!("{}/approve", at(&key)), &[]).is(200);
    let count = |query: &str| {
        let page = ada.get(&format!("/api/v1/activity?limit=500&{query}")).is(200).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(count("what=consumer_approved"), 1);
    assert_eq!(count(&format!("what=consumer_approved&consumer={key}&who=ADA&until=2999-01-01")), 1);
    assert_eq!(count("what=user_added&who=the%20command%20line"), 2);
    assert_eq!(count("about=GRACE"), 1);
    assert_eq!(
        count("who=nobody") + count("about=nobody") + count("what=no_such_thing") + count("from=2999-01-01"),
        0
    );
    assert_eq!(count("until=2000-01-01"), 0);
    assert_eq!(count("who=&about=&what="), count(""));
    for wrong in ["consumer=a%2Fb", "from=yesterday", "until=1", "about=a%20b", "who=a&who=b", "actor=ada"] {
        ada.get(&format!("/api/v1/activity?{wrong}")).problem(400);
        ada.get(&format!("/api/v1/activity.csv?{wrong}")).problem(400);
    }
}

#[test]
fn the_activity_is_exported_as_csv_in_words_with_formulas_defused() {
    let provider = Provider::start();
    let ada = provider.ada();
    let key = register(ada, "=1+1");
    call(ada, Method::POST, &format!("{}/approve", at(&key)), &[]).is(200);
    let answer = ada.get(&format!("/api/v1/activity.csv?consumer={key}")).is(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"activity.csv\"");
    let lines: Vec<_> = answer.text().split("\r\n").collect();
    assert_eq!(lines[0], "id,at,actor,address,action,what,consumer_key,consumer_name,user,changes,reason");
    let approved = format!(
        ",ada,127.0.0.1,consumer_approved,Consumer approved,{key},'=1+1,,the status from Pending to Approved,"
    );
    assert!(lines[1].ends_with(&approved), "{}", lines[1]);
    assert!(lines[2].contains(",consumer_registered,Consumer registered,"), "{}", lines[2]);
    assert_eq!(lines.len(), 4, "two lines, and the end of the last");
}

#[test]
fn the_activity_is_exported_as_json_as_the_list_has_it() {
    let provider = Provider::start();
    let ada = provider.ada();
    register(ada, "Told");
    let answer = ada.get("/api/v1/activity.json?who=ada").is(200);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"activity.json\"");
    let listed = ada.get("/api/v1/activity?limit=500&who=ada").is(200).json();
    assert_eq!(answer.json(), listed["items"]);
    assert_eq!(ada.get("/api/v1/activity.json?who=nobody").is(200).text(), "[]\n");
}

#[test]
fn an_export_of_more_than_is_read_at_once_is_whole() {
    let provider = Provider::start();
    let ada = provider.ada();
    provider.home.sql(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1100) \
         INSERT INTO activity (at, actor, action) SELECT n, 'mallory', 'signed_in' FROM numbers",
    );
    let csv = ada.get("/api/v1/activity.csv?who=mallory").is(200);
    let json = ada.get("/api/v1/activity.json?who=mallory").is(200).json();
    let ids: Vec<_> = json.as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()).collect();
    assert_eq!((csv.text().split("\r\n").count(), ids.len()), (1_102, 1_100));
    assert!(ids.is_sorted_by(|newer, older| newer > older));
}
