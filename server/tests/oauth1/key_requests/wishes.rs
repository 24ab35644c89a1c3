//! Rights that a request for a key wishes for: none is granted with the key.

use serde_json::{Value, json};

use super::{ask, body, consumer, key};
use crate::support::{
    SECRET,
    signer::{App, Provider, until},
};

/// Asks for a key that is to be trusted.
fn wish(provider: &Provider) -> App {
    let wish = json!({ "name": "Wishes", "secret": SECRET, "trusted": true });
    App { key: key(ask(provider, "", &wish)), ..provider.pending("Other") }
}

#[test]
fn trusted_is_a_wish_that_the_administrator_sees() {
    let provider = Provider::start();
    let app = wish(&provider);
    let shown = consumer(&provider, &app.key);
    assert_eq!((&shown["trusted"], &shown["trusted_wished"]), (&json!(false), &json!(true)));
    assert_eq!(shown["status"], "pending");
    let page = provider.ada().get(&format!("/oauth/approveKey?key={}", app.key)).is(200);
    assert!(page.text().contains(r#""trusted":false,"trusted_wished":true"#), "{}", page.text());
    let home = &provider.home;
    assert_eq!(home.json(&["consumer", "show", &app.key], "")["trusted_wished"], true);
    assert!(home.run(&["consumer", "show", &app.key], "").stdout.contains("trusted_wished: true"));
    let list = home.run(&["consumer", "list"], "").stdout;
    let row = list.lines().find(|line| line.starts_with(&app.key)).unwrap();
    assert!(row.contains("Wishes Trusted"), "{list}");
}

#[test]
fn a_wish_that_comes_with_a_repetition_is_seen_at_once_and_stays() {
    let provider = Provider::start();
    let stream = provider.ada().events(None);
    stream.expect("ready");
    let asked = key(ask(&provider, "", &body()));
    assert_eq!(stream.expect("consumer").json()["trusted_wished"], false);
    let mut wish = body();
    wish["trusted"] = json!(true);
    assert_eq!(key(ask(&provider, "", &wish)), asked);
    let told = stream.expect("consumer").json();
    assert_eq!((&told["key"], &told["trusted_wished"]), (&json!(asked), &json!(true)));
    assert_eq!((&told["trusted"], &told["status"]), (&json!(false), &json!("pending")));
    assert_eq!(key(ask(&provider, "", &body())), asked);
    let shown = until("the repetitions are counted", || {
        let shown = consumer(&provider, &asked);
        (shown["requested_times"] == 3).then_some(shown)
    });
    assert_eq!((&shown["trusted_wished"], &shown["revision"]), (&json!(true), &json!(1)));
    let list = provider.home.run(&["consumer", "list"], "").stdout;
    assert!(list.contains("Wishes Trusted"), "{list}");
}

#[test]
fn approving_grants_no_wish_however_it_is_done() {
    let provider = Provider::start();
    let ada = provider.ada();
    let approvals: [&dyn Fn(&App); 3] = [
        &|app: &App| _ = provider.home.json(&["consumer", "approve", &app.key], ""),
        &|app: &App| _ = provider.decide("approve", app),
        &|app: &App| {
            let revision = consumer(&provider, &app.key)["revision"].to_string();
            ada.call("approve", &[("key", &app.key), ("revision", &revision)]).is(200);
        },
    ];
    // With a registered callback nothing else is in the way of trust.
    for (approve, is_registered) in approvals.iter().flat_map(|approve| [(approve, false), (approve, true)]) {
        let app = wish(&provider);
        if is_registered {
            provider.edit(&app, &json!({ "callback_url": "https://app.example/cb" }));
        }
        approve(&app);
        let shown = consumer(&provider, &app.key);
        assert_eq!((&shown["status"], &shown["trusted"]), (&json!("approved"), &json!(false)));
        assert_eq!(shown["trusted_wished"], true, "it stays to be seen");
        let (token, _) = app.temporary(if is_registered { "oob" } else { "https://evil.example/x" });
        let page = ada.get(&format!("/oauth/authorize?oauth_token={token}")).is(200);
        assert!(page.text().contains("name=\"decision\""), "ada is asked: {}", page.text());
    }
}

#[test]
fn a_wish_is_granted_by_an_act_of_its_own_once_a_callback_is_registered() {
    let provider = Provider::start();
    let app = wish(&provider);
    let approve: [&str; 4] = ["consumer", "approve", &app.key, "--trusted"];
    let refused = provider.home.run(&approve, "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.sentence().contains("callback URL"), "{refused:?}");
    assert_eq!(consumer(&provider, &app.key)["status"], "pending", "it is done whole or not at all");
    provider.edit(&app, &json!({ "callback_url": "https://app.example/cb" }));
    let approved = provider.home.json(&approve, "");
    assert_eq!((&approved["status"], &approved["trusted"]), (&json!("approved"), &json!(true)));
    let line = &provider.ada().get(&format!("/api/v1/activity?consumer={}", app.key)).json()["items"][0];
    assert_eq!((&line["action"], &line["actor"]), (&json!("consumer_approved"), &json!("the command line")));
    assert_eq!((&line["before"]["trusted"], &line["after"]["trusted"]), (&json!(false), &json!(true)));
    assert_eq!(
        (&line["before"]["status"], &line["after"]["status"]),
        (&json!("pending"), &json!("approved"))
    );
    assert_eq!(provider.home.json(&approve, ""), approved, "twice is once");
}

#[test]
fn no_other_right_can_be_asked_for() {
    let provider = Provider::start();
    let asked = json!({
        "name": "Greedy", "secret": SECRET, "trusted": true, "may_administer": true, "status": "approved",
        "callback_url": "https://evil.example/x", "created_by": "ada",
    });
    let shown = consumer(&provider, &key(ask(&provider, "", &asked)));
    assert_eq!((&shown["trusted"], &shown["may_administer"]), (&json!(false), &json!(false)));
    assert_eq!((&shown["status"], &shown["callback_url"]), (&json!("pending"), &Value::Null));
    assert_eq!(shown["created_by"], "by request");
}

#[test]
fn an_older_nodes_wish_for_trust_is_read_as_a_wish() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    // As earlier versions keep a request with "trusted": true.
    provider.home.sql(&format!("UPDATE consumers SET trusted = TRUE WHERE key = '{key}'"));
    let shown = consumer(&provider, &key);
    assert_eq!((&shown["trusted"], &shown["trusted_wished"]), (&json!(false), &json!(true)));
    let app = App { key, ..provider.pending("Other") };
    let approved = provider.decide("approve", &app);
    assert_eq!((&approved["trusted"], &approved["trusted_wished"]), (&json!(false), &json!(true)));
}
