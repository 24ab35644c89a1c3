//! Many ask for keys from many addresses, over and over: a friend among them gets one, and what is kept is bounded.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use http::Request;
use serde_json::json;

use crate::endurance::{
    run::{Run, milliseconds},
    support::{
        SECRET,
        browser::Answer,
        process::memory,
        signer::{CONSUMERS, Provider, send_json},
    },
    wire::Wire,
};

const PATH: &str = "/oauth/requestKey";
const CONNECTIONS: u64 = 16;
const ADDRESSES: u64 = 1_000;
/// What one address may have undecided.
const SHARE: u64 = 20;
/// The longest time until a friend's request shows.
const SHOWS_WITHIN: Duration = Duration::from_secs(1);
/// What the program's memory may grow by, in KiB: for its caches, and the requests of a minute.
const MOST_GROWTH: u64 = 64 * 1024;

/// Request `n`: each address asks for many keys, and now and then for one that it asked for before.
fn flooding(url: &str, n: u64) -> Vec<u8> {
    let address = n % ADDRESSES;
    let which = n / ADDRESSES / 2;
    let body = json!({ "name": format!("Flood {which} of {address}"), "secret": SECRET }).to_string();
    let lines = [
        &format!("POST {PATH} HTTP/1.1"),
        &format!("Host: {}", url.strip_prefix("http://").unwrap()),
        &format!("X-Forwarded-For: 10.1.{}.{}", address / 250, address % 250),
        &format!("Content-Length: {}", body.len()),
        "",
        &body,
    ];
    lines.join("\r\n").into_bytes()
}

/// Asks for a key from an address of its own.
fn ask_as_friend(provider: &Provider, n: u64) -> Answer {
    let request = Request::post(format!("{}{PATH}", provider.url));
    let request = request.header("x-forwarded-for", format!("203.0.113.{n}"));
    send_json(request, &json!({ "name": format!("An honest friend {n}"), "secret": SECRET }))
}

/// Asks as friend `n`; returns how long it took until the administrator's list shows it.
fn until_shown(provider: &Provider, n: u64) -> Duration {
    let begin = Instant::now();
    let key = ask_as_friend(provider, n).is(200).json()["key"].clone();
    let listed = provider.ada().get(&format!("{CONSUMERS}?status=pending&limit=500")).is(200).json();
    let shown = begin.elapsed();
    let rows = listed["items"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["key"] == key), "{key} is not among the newest");
    shown
}

#[test]
fn a_flood_of_requests_for_keys_keeps_no_friend_out_and_is_bounded() {
    let mut run = Run::begin("a flood of requests for keys");
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let stream = provider.ada().events(None);
    stream.expect("ready");
    let mut shown = vec![until_shown(&provider, 0)];
    let before = memory(provider.id());
    let count = run.sizes.key_requests;
    let (next, answers) = (AtomicU64::new(0), Mutex::new(BTreeMap::<u16, u64>::new()));
    let (url, begin) = (provider.url.clone(), Instant::now());
    thread::scope(|scope| {
        let flood = || {
            let mut wire = Wire::open(&url);
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return;
                }
                let status = wire.ask(&flooding(&url, n)).status;
                *answers.lock().unwrap().entry(status).or_default() += 1;
            }
        };
        let floods: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(flood)).collect();
        let mut friend = 1;
        while floods.iter().any(|flood| !flood.is_finished()) && friend < 200 {
            shown.push(until_shown(&provider, friend));
            friend += 1;
        }
    });
    let took = begin.elapsed();
    shown.push(until_shown(&provider, 200));
    let after = memory(provider.id());
    let answers = answers.into_inner().unwrap();
    let total = provider.ada().get(CONSUMERS).is(200).json()["total"].as_u64().unwrap();
    let longest = *shown.iter().max().unwrap();
    run.figure("requests", count);
    run.figure("requests per second", u128::from(count) * 1000 / took.as_millis().max(1));
    run.figure("answers by status", format!("{answers:?}"));
    run.figure("friends in between", shown.len());
    run.figure("longest time until a friend's request showed", milliseconds(longest));
    run.figure("undecided requests afterwards", total);
    run.figure("memory before and after", format!("{before} KiB and {after} KiB"));
    assert!(answers.keys().all(|status| [200, 429].contains(status)), "{answers:?}");
    assert_eq!(answers.values().sum::<u64>(), count);
    assert!(longest < SHOWS_WITHIN, "{longest:?}");
    assert!(total <= ADDRESSES * SHARE + shown.len() as u64, "{total}");
    assert!(after < before + MOST_GROWTH, "{before} KiB became {after} KiB");
    // A page that is open all the while gets a friend's request, too, or has to start over.
    let key = ask_as_friend(&provider, 201).is(200).json()["key"].clone();
    let newest = provider.ada().get("/api/v1/activity?limit=1").is(200).json()["items"][0]["id"].clone();
    let newest = newest.as_i64().unwrap();
    loop {
        let event = stream.next();
        let starts_over = event.name == "resync" && event.id.parse::<i64>().unwrap() >= newest;
        if starts_over || (event.name == "consumer" && event.json()["key"] == key) {
            break;
        }
    }
    run.end();
}
