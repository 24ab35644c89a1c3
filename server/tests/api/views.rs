//! Views of the consumers over the API: filters, and case beyond ASCII.

use serde_json::{Value, json};
use service::Clock;

use crate::support::{
    Browser,
    signer::{CONSUMERS, Provider},
};

#[track_caller]
fn names(ada: &Browser, query: &str) -> Vec<String> {
    let page = ada.get(&format!("{CONSUMERS}?{query}")).is(200).json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(page["total"], items.len(), "{query}");
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(ada: &Browser, query: &str) -> String {
    let problem = ada.get(&format!("{CONSUMERS}?{query}")).problem(400);
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn consumers_are_filtered_by_author_trust_and_last_use() {
    let provider = Provider::start();
    let ada = provider.ada();
    ada.register("By the page");
    provider.trusted("Trusted", "https://app.example/cb");
    let used = provider.app("Used");
    used.echo().send().is(200);
    let path = format!("{CONSUMERS}/{}", used.key);
    crate::support::signer::until("the use is written", || {
        ada.get(&path).json()["last_used_at"].as_str().map(|_| ())
    });
    assert_eq!(names(ada, "registered_by=ada"), ["By the page"]);
    assert_eq!(names(ada, "registered_by=the+command+line&sort=name"), ["Trusted", "Used"]);
    assert_eq!(names(ada, "registered_by=nobody"), [""; 0]);
    assert_eq!(names(ada, "trusted=true"), ["Trusted"]);
    assert_eq!(names(ada, "trusted=false&sort=name"), ["By the page", "Used"]);
    assert_eq!(names(ada, "last_used=1d"), ["Used"]);
    assert_eq!(names(ada, "last_used=never&sort=name"), ["By the page", "Trusted"]);
    assert_eq!(names(ada, "last_used=not-30d"), [""; 0]);
    assert_eq!(names(ada, "q=us&status=approved&trusted=false&last_used=1d&sort=key"), ["Used"]);
    let unset = "q=&status=&last_used=&registered_by=&trusted=&ends=&sort=name";
    assert_eq!(names(ada, unset), ["By the page", "Trusted", "Used"]);
}

#[test]
fn what_ends_soon_is_neither_over_nor_far_away() {
    let provider = Provider::start();
    let ends = |name: &str, days| {
        let at = Clock::System.now() + time::Duration::days(days);
        provider.edit(&provider.app(name), &json!({ "ends_at": domain::time::timestamp(at) }));
    };
    ends("Over", -1);
    ends("Tomorrow", 1);
    ends("Next month", 29);
    ends("Next year", 365);
    provider.app("Without an end");
    assert_eq!(names(provider.ada(), "ends=soon&sort=name"), ["Next month", "Tomorrow"]);
    assert_eq!(names(provider.ada(), "ends=soon&q=tomo"), ["Tomorrow"]);
}

#[test]
fn case_is_ignored_beyond_ascii_in_searches_and_in_the_order_of_names() {
    let provider = Provider::start();
    let ada = provider.ada();
    for name in ["Straße", "ÄRGER", "ΟΔΟΣ", "ärger 2"] {
        ada.register(name);
    }
    assert_eq!(names(ada, "q=STRASSE"), ["Straße"]);
    assert_eq!(names(ada, "q=%C3%A4rg&sort=name"), ["ÄRGER", "ärger 2"]);
    assert_eq!(names(ada, "q=%C3%84&sort=name&order=desc"), ["ärger 2", "ÄRGER"]);
    assert_eq!(names(ada, "q=%CE%BF%CE%B4%CE%BF%CF%82"), ["ΟΔΟΣ"]);
    assert_eq!(names(ada, "sort=name"), ["Straße", "ÄRGER", "ärger 2", "ΟΔΟΣ"]);
}

#[test]
fn a_parameter_that_no_view_has_is_refused_in_words() {
    let provider = Provider::start();
    let ada = provider.ada();
    let last_used = "last_used=30d: give never, 1d, not-30d, not-90d or not-365d.";
    assert_eq!(refused(ada, "last_used=30d"), last_used);
    assert_eq!(refused(ada, "trusted=yes"), "trusted=yes: give true or false.");
    assert_eq!(refused(ada, "ends=30d"), "ends=30d: give soon.");
    assert_eq!(refused(ada, "trusted=true&trusted=true"), "trusted is given twice.");
    let unknown = refused(ada, "colour=red");
    assert!(unknown.starts_with("colour: there is no such parameter; q, status, last_used, "), "{unknown}");
    assert!(unknown.ends_with(", limit and cursor are."), "{unknown}");
}

#[test]
fn the_page_gets_the_rows_of_a_view_and_how_many_consumers_have_each_status() {
    let provider = Provider::start();
    let ada = provider.ada();
    for name in ["App 1", "App 2", "Tool"] {
        ada.register(name);
    }
    provider.app("App 3");
    let rows = |view: &str| {
        let rows = ada.call("rows", &[("view", view)]).is(200).json();
        assert!(rows["seen"].is_number(), "{rows}");
        rows
    };
    let of = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&rows("")), ["App 3", "Tool", "App 2", "App 1"]);
    let page = rows("q=APP&status=pending&sort=name");
    assert_eq!((of(&page), &page["total"]), (vec!["App 1".to_owned(), "App 2".to_owned()], &json!(2)));
    let counts = ada.call("counts", &[("view", "q=app")]).is(200).json();
    assert_eq!(counts["counts"], json!({ "pending": 3, "approved": 1, "disapproved": 0 }));
    assert_eq!((&counts["total"], &counts["behind"]), (&json!(3), &json!(0)));
    for (view, cursor) in [("status=open", ""), ("nonsense=1", ""), ("", "nonsense")] {
        let form = [("view", view), ("cursor", cursor)];
        let sent = if cursor.is_empty() { &form[..1] } else { &form[..] };
        ada.call("rows", sent).is(400);
    }
    let first = ada.get(&format!("{CONSUMERS}?limit=1")).is(200).json();
    let by_time = first["next_cursor"].as_str().unwrap();
    let rest = ada.call("rows", &[("cursor", by_time)]).is(200).json();
    assert_eq!(of(&rest), ["Tool", "App 2", "App 1"]);
    assert_eq!((&rest["total"], &rest["next_cursor"]), (&json!(4), &Value::Null));
    ada.call("rows", &[("view", "sort=name"), ("cursor", by_time)]).is(400);
}

#[test]
fn the_page_decides_on_all_consumers_of_a_view_part_by_part() {
    let provider = Provider::start();
    let ada = provider.ada();
    for name in ["App 1", "App 2", "Tool"] {
        ada.register(name);
    }
    let seen = ada.call("rows", &[]).is(200).json()["seen"].to_string();
    let late = ada.register("App 3");
    let form = [("deed", "approve"), ("view", "q=app&status=pending"), ("seen", &*seen)];
    let part = ada.call("decide_part", &form).is(200).json();
    let mut done: Vec<_> =
        part["done"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, ["App 1", "App 2"]);
    assert_eq!(part["not_done"][0]["consumer"]["key"], late["key"]);
    assert_eq!((&part["next"], &part["stopped"]), (&Value::Null, &Value::Null));
    assert_eq!(names(ada, "status=approved&sort=name"), ["App 1", "App 2"]);
    let again = ada.call("decide_part", &form).is(200).json();
    assert_eq!(again["done"], json!([]), "they have left the view");
    ada.call("decide_part", &[("deed", "approve"), ("view", "status=open"), ("seen", "0")]).is(400);
    ada.call("decide_part", &[("deed", "praise"), ("seen", "0")]).is(400);
    ada.call("decide_part", &[("deed", "approve"), ("seen", "0"), ("behind", "no key")]).is(400);
    ada.call("decide_part", &[("deed", "approve"), ("seen", "0"), ("left_out", "no key")]).is(400);
    let reason = "x".repeat(10_000);
    ada.call("decide_part", &[("deed", "approve"), ("seen", "0"), ("reason", &*reason)]).is(422);
}

#[test]
fn a_part_has_the_filters_of_the_time_at_which_its_view_was_selected() {
    let provider = Provider::start();
    let ada = provider.ada();
    let now = Clock::System.now();
    for (name, ends_in) in
        [("Tomorrow", time::Duration::days(1)), ("In thirty days", time::Duration::hours(30 * 24 - 1))]
    {
        let ends_at = domain::time::timestamp(now + ends_in);
        provider.edit(&provider.app(name), &json!({ "ends_at": ends_at }));
    }
    let counts = ada.call("counts", &[("view", "ends=soon")]).is(200).json();
    assert_eq!(counts["total"], 2);
    let selected_at = counts["at_ms"].as_i64().unwrap();
    let decide = |hours_before: i64| {
        let at_ms = (selected_at - hours_before * 3_600_000).to_string();
        let seen = counts["seen"].to_string();
        let form = [("deed", "disapprove"), ("view", "ends=soon"), ("seen", &*seen), ("at_ms", &*at_ms)];
        ada.call("decide_part", &form)
    };
    for hours_before in [25, -1] {
        let refused = decide(hours_before).is(400);
        assert!(refused.text().contains("Select all that match again."), "{}", refused.text());
    }
    let part = decide(20).is(200).json();
    let done: Vec<_> = part["done"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(done, ["Tomorrow"], "the other one did not end soon then");
    assert_eq!(decide(0).is(200).json()["done"][0]["name"], "In thirty days");
}

#[test]
fn a_cursor_of_another_view_leads_to_no_consumer_outside_of_the_view() {
    let provider = Provider::start();
    let ada = provider.ada();
    let tool = ada.register("Tool");
    for name in ["App 1", "App 2", "App 3"] {
        ada.register(name);
    }
    let seen = ada.call("counts", &[]).is(200).json()["seen"].to_string();
    let behind = tool["key"].as_str().unwrap();
    let form = [("deed", "approve"), ("view", "q=app"), ("seen", &*seen), ("behind", behind)];
    let part = ada.call("decide_part", &form).is(200).json();
    for one in part["done"].as_array().unwrap() {
        assert!(one["key"].as_str().unwrap() > behind, "{part}");
        assert!(one["name"].as_str().unwrap().starts_with("App"), "{part}");
    }
    assert_eq!(names(ada, "status=pending&q=tool"), ["Tool"]);
}

#[test]
fn the_page_decides_on_consumers_that_were_picked() {
    let provider = Provider::start();
    let ada = provider.ada();
    let picked = ["App 1", "App 2"].map(|name| format!("{} 1", ada.register(name)["key"].as_str().unwrap()));
    let list = picked.join("\n");
    let form = [("deed", "disapprove"), ("picked", &*list), ("reason", "Audit of May")];
    let part = ada.call("decide_picked", &form).is(200).json();
    assert_eq!(part["done"].as_array().unwrap().len(), 2, "{part}");
    assert_eq!(names(ada, "status=disapproved&sort=name"), ["App 1", "App 2"]);
    let again = ada.call("decide_picked", &form).is(200).json();
    assert_eq!((&again["done"], again["already"].as_array().unwrap().len()), (&json!([]), 2), "{again}");
    let stale = ada.call("decide_picked", &[("deed", "remove"), ("picked", &*list)]).is(200).json();
    assert_eq!(stale["not_done"].as_array().unwrap().len(), 2, "it has changed since: {stale}");
    let refused = |deed: &str, picked: &str| {
        ada.call("decide_picked", &[("deed", deed), ("picked", picked)]).is(400);
    };
    refused("approve", "");
    refused("praise", &list);
    refused("approve", "no revision");
    refused("approve", &[&*picked[0]; 51].join("\n"));
    ada.call("decide_picked", &[("deed", "approve")]).is(400);
}

#[test]
fn users_of_several_consumers_are_counted_once() {
    let provider = Provider::start();
    let ada = provider.ada();
    let keys = ["App 1", "App 2"].map(|name| ada.register(name)["key"].as_str().unwrap().to_owned());
    assert_eq!(ada.call("signed_in_users", &[("keys", &*keys.join("\n"))]).is(200).text(), "0");
    ada.call("signed_in_users", &[("keys", "")]).is(400);
    ada.call("signed_in_users", &[("keys", &*[&*keys[0]; 251].join("\n"))]).is(400);
}
