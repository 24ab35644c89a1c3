//! Keys that outside programs ask for.

use http::Request;
use serde_json::{Value, json};

use crate::support::{
    Home, SECRET,
    browser::{Answer, send},
    signer::{App, CONSUMERS, Provider, send_json},
};

const PATH: &str = "/oauth/requestKey";

/// Asks for a key as an address behind a trusted proxy does.
fn ask(provider: &Provider, address: &str, body: &Value) -> Answer {
    let request = Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", address);
    send_json(request, body)
}

fn behind_a_proxy() -> Provider {
    Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")])
}

fn body() -> Value {
    json!({ "name": "Friend", "secret": SECRET })
}

#[track_caller]
fn key(answer: Answer) -> String {
    let answer = answer.is(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body["key"].as_str().unwrap().to_owned()
}

#[track_caller]
fn consumer(provider: &Provider, key: &str) -> Value {
    provider.ada().get(&format!("{CONSUMERS}/{key}")).is(200).json()
}

/// Too many: with the seconds to wait.
#[track_caller]
fn told_to_wait(answer: Answer) -> u64 {
    let answer = answer.is(429);
    assert!(answer.json()["error"].as_str().is_some_and(|words| words.starts_with("Too many keys")));
    answer.header("retry-after").parse().unwrap()
}

#[test]
fn a_key_that_is_asked_for_waits_for_approval() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    let shown = consumer(&provider, &key);
    assert_eq!((&shown["name"], &shown["status"]), (&json!("Friend"), &json!("pending")));
    assert_eq!((&shown["trusted"], &shown["created_by"]), (&json!(false), &json!("by request")));
    let app = App { key, ..provider.pending("Other") };
    app.ask("oob").send().refused(401, "consumer_key_refused");
    provider.decide("approve", &app);
    app.ask("oob").send().is(200);
}

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
    assert!(page.text().contains(r#"\"trusted\":false,\"trusted_wished\":true"#), "{}", page.text());
    let home = &provider.home;
    assert_eq!(home.json(&["consumer", "show", &app.key], "")["trusted_wished"], true);
    assert!(home.run(&["consumer", "show", &app.key], "").stdout.contains("trusted_wished: true"));
    let list = home.run(&["consumer", "list"], "").stdout;
    let row = list.lines().find(|line| line.starts_with(&app.key)).unwrap();
    assert!(row.contains("Wishes Trusted"), "{list}");
}

#[test]
fn approving_grants_no_wish_however_it_is_done() {
    let provider = Provider::start();
    let ada = provider.ada();
    let approvals: [&dyn Fn(&App); 3] = [
        &|app: &App| _ = provider.home.json(&["consumer", "approve", &app.key], ""),
        &|app: &App| _ = provider.decide("approve", app),
        &|app: &App| _ = ada.call("approve", &[("key", &app.key), ("revision", "1")]).is(200),
    ];
    for approve in approvals {
        let app = wish(&provider);
        approve(&app);
        let shown = consumer(&provider, &app.key);
        assert_eq!((&shown["status"], &shown["trusted"]), (&json!("approved"), &json!(false)));
        assert_eq!(shown["trusted_wished"], true, "it stays to be seen");
        let (token, _) = app.temporary("https://evil.example/x");
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

#[test]
fn without_a_name_it_gets_the_senders_address() {
    let provider = behind_a_proxy();
    for (address, name) in [("203.0.113.7", "203.0.113.7"), ("2001:db8::1", "2001:db8::1"), ("", "127.0.0.1")]
    {
        for body in [json!({ "secret": SECRET }), json!({ "name": null, "secret": SECRET })] {
            assert_eq!(consumer(&provider, &key(ask(&provider, address, &body)))["name"], name);
        }
    }
    let provider = Provider::start();
    let untrusted = key(ask(&provider, "203.0.113.7", &json!({ "secret": SECRET })));
    assert_eq!(consumer(&provider, &untrusted)["name"], "127.0.0.1");
}

#[test]
fn the_content_type_does_not_matter() {
    let provider = Provider::start();
    for kind in
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "text/json; charset=utf-8"]
    {
        let request = Request::post(format!("{}{PATH}", provider.url)).header("content-type", kind);
        key(send(request.body(body().to_string()).unwrap()));
    }
    key(send(Request::post(format!("{}{PATH}", provider.url)).body(body().to_string()).unwrap()));
    send(Request::get(format!("{}{PATH}", provider.url)).body(()).unwrap()).is(405);
}

#[test]
fn bad_json_a_missing_secret_and_bad_lengths_are_400() {
    let provider = behind_a_proxy();
    let long = |length: usize| "x".repeat(length);
    let bodies = [
        json!({ "name": "No secret" }),
        json!({ "name": "Null", "secret": null }),
        json!({ "name": "Number", "secret": 12_345_678 }),
        json!({ "name": 5, "secret": SECRET }),
        json!({ "name": "Short", "secret": "1234567" }),
        json!({ "name": "Long", "secret": long(257) }),
        json!({ "name": "Control", "secret": "12345678\n" }),
        json!({ "name": "  ", "secret": SECRET }),
        json!({ "name": long(101), "secret": SECRET }),
        json!({ "name": "a\u{7}b", "secret": SECRET }),
        json!({ "name": "Trusted", "secret": SECRET, "trusted": "yes" }),
        json!("text"),
        json!([]),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let answer = ask(&provider, &format!("203.0.113.{}", n + 1), body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        let words = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(words.ends_with('.') && !words.contains(SECRET) && !words.contains("1234567"), "{words}");
    }
    for (n, text) in
        [&b""[..], b"{", b"\xff", b"{\"secret\":\"\xff\xff\xff\xff\xff\xff\xff\xff\"}"].iter().enumerate()
    {
        let request = Request::post(format!("{}{PATH}", provider.url));
        let request = request.header("x-forwarded-for", format!("203.0.113.{}", n + 100));
        send(request.body(text.to_vec()).unwrap()).is(400);
    }
    for (name, secret) in [(long(100), long(8)), (long(1), long(256)), ("ä".repeat(100), "ä".repeat(8))] {
        key(ask(&provider, "203.0.113.200", &json!({ "name": name, "secret": secret })));
    }
    let listed = provider.ada().get(CONSUMERS).is(200).json();
    assert_eq!(listed["total"], 3, "what is refused leaves nothing behind");
}

#[test]
fn an_address_may_ask_ten_times_a_minute_wrong_requests_included() {
    let provider = behind_a_proxy();
    for n in 0..10 {
        let body = if n % 2 == 0 { body() } else { json!({ "name": "No secret" }) };
        let expected = if n % 2 == 0 { 200 } else { 400 };
        assert_eq!(ask(&provider, "203.0.113.7", &body).status, expected);
    }
    let wait = told_to_wait(ask(&provider, "203.0.113.7", &body()));
    assert!((1..=60).contains(&wait), "{wait}");
    told_to_wait(ask(&provider, "203.0.113.7", &json!({})));
    key(ask(&provider, "203.0.113.8", &body()));
}

#[test]
fn an_address_that_nobody_vouches_for_does_not_count() {
    let provider = Provider::start();
    for n in 0..10 {
        key(ask(&provider, &format!("203.0.113.{n}"), &body()));
    }
    told_to_wait(ask(&provider, "203.0.113.99", &body()));
}

#[test]
fn a_hundred_may_wait_for_a_decision_and_no_more() {
    let home = Home::with_users();
    home.register("By the command line, which does not count");
    let provider = Provider::in_home(home, &[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let keys: Vec<_> =
        (0..100).map(|n| key(ask(&provider, &format!("203.0.113.{}", n / 10), &body()))).collect();
    assert!(told_to_wait(ask(&provider, "203.0.113.50", &body())) >= 1);
    let other = provider.pending("Other");
    provider.decide("approve", &App { key: keys[0].clone(), ..other.clone() });
    key(ask(&provider, "203.0.113.50", &body()));
    told_to_wait(ask(&provider, "203.0.113.50", &body()));
    provider.decide("disapprove", &App { key: keys[1].clone(), ..other.clone() });
    key(ask(&provider, "203.0.113.50", &body()));
    provider.remove(&App { key: keys[2].clone(), ..other });
    key(ask(&provider, "203.0.113.50", &body()));
    told_to_wait(ask(&provider, "203.0.113.50", &body()));
}

#[test]
fn the_approval_page_is_for_administrators() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    let path = format!("/oauth/approveKey?key={key}");
    let page = provider.ada().get(&path).is(200);
    // The script opens the dialog of this one.
    assert!(page.text().contains(&format!(r#"\"asked_for\":{{\"key\":\"{key}\""#)), "{}", page.text());
    provider.signed_in("grace").get(&path).is(403);
    let sent = provider.visitor().get(&path).is(303);
    assert_eq!(sent.header("location"), format!("/sign-in?next={}", oauth::encode(&path)));
    for unknown in ["", "?key=", "?key=nonsense", "?key=00000000-0000-4000-8000-000000000000"] {
        provider.ada().get(&format!("/oauth/approveKey{unknown}")).is(404);
    }
    assert_eq!(consumer(&provider, &key)["status"], "pending", "looking decides nothing");
}
