//! Keys that outside programs ask for.

use domain::{Actor, Consumer, ConsumerName, ConsumerSecret};
use http::Request;
use serde_json::{Value, json};
use service::Clock;
use store::key_requests::{Limits, Requested};
use time::{Duration, OffsetDateTime};

use crate::support::{
    Home, SECRET,
    browser::{Answer, send},
    signer::{App, CONSUMERS, Provider, send_json, until},
};

const HOME: &str = "/settings/oauth-consumers";

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

#[test]
fn the_address_is_what_a_trusted_proxy_or_network_says_with_or_without_a_port() {
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.0/8, fd00::/8")]);
    for (forwarded, address) in [
        ("203.0.113.7:51008", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("1.1.1.1, 203.0.113.8, 10.1.2.3:8080, fd00::7,", "203.0.113.8"),
        ("\"::ffff:203.0.113.9\"", "203.0.113.9"),
        ("unknown", "127.0.0.1"),
    ] {
        let key = key(ask(&provider, forwarded, &json!({ "name": address, "secret": SECRET })));
        assert_eq!(consumer(&provider, &key)["requested_from"], address, "{forwarded}");
    }
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
    assert!(page.text().contains(r#""trusted":false,"trusted_wished":true"#), "{}", page.text());
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
fn a_request_is_read_as_friends_were_written_for() {
    let provider = behind_a_proxy();
    let address = "203.0.113.7";
    let cases = [
        (json!({ "name": "", "trusted": "true" }), address, true),
        (json!({ "name": " \t", "trusted": "false" }), address, false),
        (json!({ "name": null, "trusted": null }), address, false),
        (json!({ "name": 7, "trusted": "yes" }), "7", false),
        (
            json!({ "name": " Friend ", "trusted": 1, "secretType": "string", "more": { "a": [] } }),
            "Friend",
            false,
        ),
    ];
    for (n, (asked, name, wished)) in cases.into_iter().enumerate() {
        let mut body = asked.clone();
        // Requests that are alike would be one.
        body["secret"] = json!(format!("{SECRET}{n}"));
        let shown = consumer(&provider, &key(ask(&provider, address, &body)));
        assert_eq!((&shown["name"], &shown["trusted_wished"]), (&json!(name), &json!(wished)), "{asked}");
        assert_eq!((&shown["trusted"], &shown["status"]), (&json!(false), &json!("pending")), "{asked}");
    }
}

#[test]
fn a_body_in_another_encoding_is_told_about_utf_8() {
    let provider = behind_a_proxy();
    let post = |body: &[u8]| {
        let request =
            Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", "203.0.113.7");
        send(request.body(body.to_vec()).unwrap())
    };
    let latin_1 = [b"{\"name\":\"Jos\xe9\",\"secret\":\"", SECRET.as_bytes(), b"\"}"].concat();
    let words = post(&latin_1).is(400).json()["error"].as_str().unwrap().to_owned();
    assert!(words.contains("UTF-8") && !words.contains("column") && !words.contains(SECRET), "{words}");
    let with_mark = format!("\u{feff}{}", json!({ "name": "José", "secret": SECRET }));
    assert_eq!(consumer(&provider, &key(post(with_mark.as_bytes())))["name"], "José");
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
        json!({ "name": ["a"], "secret": SECRET }),
        json!({ "name": "Short", "secret": "1234567" }),
        json!({ "name": "Long", "secret": long(257) }),
        json!({ "name": "Control", "secret": "12345678\n" }),
        json!({ "name": long(101), "secret": SECRET }),
        json!({ "name": "a\u{7}b", "secret": SECRET }),
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
fn the_addresses_of_an_ipv6_64_share_their_ten_requests() {
    let provider = behind_a_proxy();
    for host in 1..=10 {
        key(ask(&provider, &format!("2001:db8::{host}"), &body()));
    }
    told_to_wait(ask(&provider, "2001:db8::b", &body()));
    key(ask(&provider, "2001:db8:0:1::1", &body()));
}

#[test]
fn asking_again_alike_is_the_same_request_counted() {
    let provider = behind_a_proxy();
    let fingerprint = |answer: &Answer| answer.header("latchkey-fingerprint").to_owned();
    let first = ask(&provider, "203.0.113.7", &body());
    let told = fingerprint(&first);
    let asked = key(first);
    for _ in 0..2 {
        let again = ask(&provider, "203.0.113.7", &body());
        assert_eq!((fingerprint(&again), key(again)), (told.clone(), asked.clone()));
    }
    let shown = until("the repetitions are counted", || {
        let shown = consumer(&provider, &asked);
        (shown["requested_times"] == 3).then_some(shown)
    });
    assert_eq!(
        (&shown["requested_from"], &shown["request_fingerprint"], &shown["revision"]),
        (&json!("203.0.113.7"), &json!(told), &json!(1))
    );
    let lines = provider.ada().get(&format!("/api/v1/activity?consumer={asked}")).is(200).json();
    assert_eq!(lines["items"].as_array().unwrap().len(), 1, "{lines}");
    let page = provider.ada().get(HOME).is(200);
    for words in ["from 203.0.113.7", "×3", &told, "ends by itself on "] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    for other in [
        ask(&provider, "203.0.113.8", &body()),
        ask(&provider, "203.0.113.7", &json!({ "name": "Other", "secret": SECRET })),
        ask(&provider, "203.0.113.7", &json!({ "name": "Friend", "secret": "another secret" })),
    ] {
        assert_ne!((fingerprint(&other), key(other)), (told.clone(), asked.clone()));
    }
    let app = App { key: asked.clone(), ..provider.pending("Other") };
    provider.decide("approve", &app);
    assert_ne!(
        key(ask(&provider, "203.0.113.7", &body())),
        asked,
        "once it is decided, it is not asked for again"
    );
    assert_eq!(consumer(&provider, &asked)["requested_times"], 3);
}

/// A home where requests were made before the program starts: this many of each address, in the order of time.
fn with_requests(made: OffsetDateTime, addresses: &[&str], of_each: u32) -> Home {
    let home = Home::with_users();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store::Store::open(&home.location(), &home.vault_key()).await.unwrap();
        let limits = Limits { of_network: u64::from(of_each), since: OffsetDateTime::UNIX_EPOCH };
        let secret = ConsumerSecret::parse(SECRET).unwrap();
        let mut count = 0_u32;
        for address in addresses {
            for n in 0..of_each {
                let name = ConsumerName::parse(&format!("Friend {n} of {address}")).unwrap();
                let key = format!("00000000-0000-4000-8000-{count:012x}").parse().unwrap();
                count += 1;
                let asked = Consumer::register(key, name, false, Actor::Request, made);
                let address = address.parse().unwrap();
                let requested = store.key_requests().request(asked, &secret, address, limits).await.unwrap();
                assert!(matches!(requested, Requested::New(_)), "{requested:?}");
            }
        }
        store.close().await.unwrap();
    });
    home
}

fn listed(provider: &Provider) -> u64 {
    provider.ada().get(CONSUMERS).is(200).json()["total"].as_u64().unwrap()
}

#[test]
fn twenty_of_a_network_may_wait_for_a_decision_and_that_keeps_nobody_else_out() {
    let home = with_requests(Clock::System.now(), &["203.0.113.7", "2001:db8::1"], 20);
    let provider = Provider::in_home(home, &[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    assert!(told_to_wait(ask(&provider, "203.0.113.7", &body())) > 60);
    told_to_wait(ask(&provider, "2001:db8::2", &body()));
    key(ask(&provider, "203.0.113.8", &body()));
    key(ask(&provider, "2001:db8:0:1::1", &body()));
    let alike = json!({ "name": "Friend 0 of 203.0.113.7", "secret": SECRET });
    let asked = key(ask(&provider, "203.0.113.7", &alike));
    provider.decide("disapprove", &App { key: asked, ..provider.pending("Other") });
    key(ask(&provider, "203.0.113.7", &body()));
    told_to_wait(ask(&provider, "203.0.113.7", &json!({ "name": "One more", "secret": SECRET })));
}

#[test]
fn a_request_ends_by_itself_after_thirty_days_and_the_activity_says_so() {
    let old = Clock::System.now() - Duration::days(31);
    let provider = Provider::in_home(with_requests(old, &["203.0.113.7"], 3), &[]);
    assert_eq!(listed(&provider), 0, "it does not show, whether it is removed yet or not");
    let lines = until("they are removed", || {
        let lines = provider.ada().get("/api/v1/activity?limit=100").is(200).json();
        let lines = lines["items"].as_array().unwrap().clone();
        let ended: Vec<_> = lines.into_iter().filter(|line| line["action"] == "consumer_removed").collect();
        (ended.len() == 3).then_some(ended)
    });
    assert!(lines.iter().all(|line| line["actor"] == "the server" && line["address"].is_null()), "{lines:?}");
    let young = Clock::System.now() - Duration::days(29);
    assert_eq!(listed(&Provider::in_home(with_requests(young, &["203.0.113.7"], 3), &[])), 3);
}

#[test]
fn all_requests_of_an_address_are_removed_at_once_by_the_page_and_the_command_line() {
    let addresses = ["203.0.113.7", "203.0.113.8", "2001:db8::1"];
    let provider = Provider::in_home(with_requests(Clock::System.now(), &addresses, 5), &[]);
    let ada = provider.ada();
    let from = [("address", "203.0.113.7")];
    assert_eq!(ada.call("count_requests_from", &from).is(200).json(), 5);
    assert_eq!(ada.call("remove_requests_from", &from).is(200).json().as_array().unwrap().len(), 5);
    assert_eq!(ada.call("remove_requests_from", &from).is(200).json(), json!([]));
    assert_eq!(ada.call("count_requests_from", &[("address", "nonsense")]).status, 400);
    assert_eq!(listed(&provider), 10);
    let home = &provider.home;
    let removed = home.json(&["consumer", "remove", "--requests-from", "2001:db8::ffff", "--yes"], "");
    let removed = removed.as_array().unwrap();
    assert_eq!(removed.len(), 5);
    assert!(removed.iter().all(|one| one["requested_from"] == "2001:db8::1"), "{removed:?}");
    assert_eq!(listed(&provider), 5);
    let key = removed[0]["key"].as_str().unwrap();
    for wrong in [
        &["consumer", "remove"][..],
        &["consumer", "remove", key, "--requests-from", "203.0.113.8"],
        &["consumer", "remove", "--requests-from", "203.0.113.0/24"],
    ] {
        assert_eq!(home.run(wrong, "").code, Some(2), "{wrong:?}");
    }
    assert_eq!(listed(&provider), 5);
}

#[test]
fn a_page_of_another_site_cannot_have_a_browser_ask() {
    let provider = behind_a_proxy();
    let by_browser = |headers: &[(&str, &str)]| {
        let request =
            Request::post(format!("{}{PATH}", provider.url)).header("x-forwarded-for", "203.0.113.7");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        send(request.body(body().to_string()).unwrap())
    };
    // More than an address may ask: the visitor of that page is not held to have asked.
    for _ in 0..3 {
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://evil.example")],
        ] {
            let answer = by_browser(headers).is(403);
            let words = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(words.starts_with("A page of another site "), "{words}");
        }
    }
    assert_eq!(listed(&provider), 0);
    key(by_browser(&[("origin", provider.url.as_str()), ("sec-fetch-site", "same-origin")]));
    key(by_browser(&[("origin", provider.url.as_str())]));
    key(by_browser(&[]));
}

#[test]
fn a_server_that_takes_no_requests_says_so_and_names_no_address_for_them() {
    let provider = Provider::with(&[("LATCHKEY_KEY_REQUESTS", "off")]);
    for body in [body(), json!({}), json!("nonsense")] {
        let answer = ask(&provider, "", &body).is(404);
        let words = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(words.starts_with("This server takes no requests for keys."), "{words}");
    }
    assert_eq!(listed(&provider), 0);
    let services = provider.visitor().get("/rootservices").is(200);
    assert!(!services.text().contains("requestKey"), "{}", services.text());
    assert!(services.text().contains("oauthRequestTokenUrl"), "{}", services.text());
}

#[test]
fn tens_of_thousands_of_requests_leave_the_list_the_page_and_the_figures_answering() {
    let home = with_requests(Clock::System.now(), &["203.0.113.7"], 1);
    // As many rows like that one, by the database itself.
    let key = if home.is_postgres() {
        "gen_random_uuid()::text"
    } else {
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || \
         substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
    };
    let others = "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision, \
                  requested_from, requested_network, requested_times";
    let doubled = format!("INSERT INTO consumers (key, {others}) SELECT {key}, {others} FROM consumers");
    for _ in 0..15 {
        home.sql(&doubled);
    }
    let provider = Provider::in_home(home, &[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    assert_eq!(listed(&provider), 1 << 15);
    for path in [HOME, "/api/v1/consumers?limit=500", "/api/v1/consumers?status=pending&limit=500"] {
        provider.ada().get(path).is(200);
    }
    assert!(provider.inside("/metrics").is(200).text().contains(&(1 << 15).to_string()));
    told_to_wait(ask(&provider, "203.0.113.7", &body()));
    self::key(ask(&provider, "203.0.113.8", &body()));
}

#[test]
fn the_approval_page_is_for_administrators() {
    let provider = Provider::start();
    let key = key(ask(&provider, "", &body()));
    let path = format!("/oauth/approveKey?key={key}");
    let page = provider.ada().get(&path).is(200);
    // The script opens the dialog of this one.
    assert!(page.text().contains(&format!(r#""asked_for":{{"key":"{key}""#)), "{}", page.text());
    provider.signed_in("grace").get(&path).is(403);
    let sent = provider.visitor().get(&path).is(303);
    assert_eq!(sent.header("location"), format!("/sign-in?next={}", oauth::encode(&path)));
    for (unknown, words) in [
        ("", "This link names no consumer key."),
        ("?key=", "This link names no consumer key."),
        ("?key=nonsense", "There is no consumer with the key nonsense."),
        ("?key=%3Cb%3E", "There is no consumer with the key &lt;b&gt;."),
        (
            "?key=00000000-0000-4000-8000-000000000000",
            "There is no consumer with the key 00000000-0000-4000-8000-000000000000.",
        ),
    ] {
        let page = provider.ada().get(&format!("/oauth/approveKey{unknown}")).is(404);
        assert!(page.text().contains(words), "{unknown}: {}", page.text());
        assert!(page.text().contains(&key) && page.text().contains("Friend"), "the list is shown: {unknown}");
    }
    assert_eq!(consumer(&provider, &key)["status"], "pending", "looking decides nothing");
}
