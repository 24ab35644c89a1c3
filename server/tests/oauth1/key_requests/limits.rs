//! How many keys an address may ask for, how many requests may wait, and when they end.

use domain::{Actor, Consumer, ConsumerName, ConsumerSecret};
use serde_json::json;
use service::Clock;
use store::key_requests::{Limits, Requested};
use time::{Duration, OffsetDateTime};

use super::{ask, behind_a_proxy, body, consumer, key, listed};
use crate::support::{
    Home, SECRET,
    browser::Answer,
    signer::{App, Provider, until},
};

const HOME: &str = "/settings/oauth-consumers";

/// Too many: with the seconds to wait.
#[track_caller]
fn told_to_wait(answer: Answer) -> u64 {
    let answer = answer.is(429);
    assert!(answer.json()["error"].as_str().is_some_and(|words| words.starts_with("Too many keys")));
    answer.header("retry-after").parse().unwrap()
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
    provider.log_until("denied address=203.0.113.7 reason=too_many_key_requests");
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
