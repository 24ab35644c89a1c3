//! Views of the consumers over the API: filters, and case beyond ASCII.

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
    let unset = "q=&status=&last_used=&registered_by=&trusted=&sort=name";
    assert_eq!(names(ada, unset), ["By the page", "Trusted", "Used"]);
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
    assert_eq!(refused(ada, "trusted=true&trusted=true"), "trusted is given twice.");
    let unknown = refused(ada, "colour=red");
    assert!(unknown.starts_with("colour: there is no such parameter; q, status, last_used, "), "{unknown}");
    assert!(unknown.ends_with(", limit and cursor are."), "{unknown}");
}
