//! One accepted request sent again and again, and wrong signatures without number: none is accepted, and nothing grows.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use crate::endurance::{
    database,
    run::Run,
    support::{
        Home,
        process::memory,
        signer::{ECHO, Provider, Signed, in_header, nonce, now},
    },
    wire::Wire,
};

const CONNECTIONS: u64 = 32;
/// Warm-up requests, so that the program has the memory that it needs for such requests.
const FIRST: u64 = 2_000;
/// What the program's memory may grow by, in KiB: less than a byte for each of a million requests that it would keep.
const MOST_GROWTH: u64 = 8 * 1024;

/// What PostgreSQL may write for itself during the run, in KiB: less than anything kept of each of many requests.
const OWN_AFFAIRS: u64 = 256;

/// A request to `/verify` as Traefik and Caddy send it.
fn to_verify(url: &str, authorization: &str) -> Vec<u8> {
    let (host, path) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
    let lines = [
        "GET /verify HTTP/1.1",
        "Host: latchkey",
        "X-Forwarded-Method: GET",
        "X-Forwarded-Proto: https",
        &format!("X-Forwarded-Host: {host}"),
        &format!("X-Forwarded-Uri: /{path}"),
        &format!("Authorization: {authorization}"),
        "\r\n",
    ];
    lines.join("\r\n").into_bytes()
}

/// Sends this many requests over kept connections; returns how often each problem was the answer.
fn send(base: &str, count: u64, request: impl Fn(u64) -> Vec<u8> + Sync) -> BTreeMap<String, u64> {
    let next = AtomicU64::new(0);
    let connection = || {
        let mut wire = Wire::open(base);
        let mut problems = BTreeMap::<String, u64>::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                return problems;
            }
            let head = wire.ask(&request(n));
            assert_eq!(head.status, 401, "{}", head.text);
            let problem = head.text.split("oauth_problem=\"").nth(1).and_then(|rest| rest.split('"').next());
            *problems.entry(problem.unwrap_or("none").to_owned()).or_default() += 1;
        }
    };
    thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(connection)).collect();
        let mut all = BTreeMap::<String, u64>::new();
        for (problem, count) in connections.into_iter().flat_map(|connection| connection.join().unwrap()) {
            *all.entry(problem).or_default() += count;
        }
        all
    })
}

/// Resources that must not grow.
#[derive(Debug)]
struct Held {
    nonces: (i64, i64),
    disk: u64,
    memory: u64,
}

impl Held {
    fn by(provider: &Provider) -> Self {
        let home = &provider.home;
        Self { nonces: database::nonces(home), disk: database::size(home), memory: memory(provider.id()) }
    }

    /// Asserts that nothing has grown since; the figures go to the run.
    fn has_not_grown(&self, provider: &Provider, run: &mut Run) {
        let now = Self::by(provider);
        let (rows, bytes) = now.nonces;
        run.figure(
            "nonces kept before and after",
            format!("{} and {rows} rows, {bytes} bytes", self.nonces.0),
        );
        run.figure("database before and after", format!("{} KiB and {} KiB", self.disk, now.disk));
        run.figure("memory before and after", format!("{} KiB and {} KiB", self.memory, now.memory));
        assert_eq!(now.nonces, self.nonces);
        let spare = if provider.home.is_shared() { OWN_AFFAIRS } else { 0 };
        assert!(now.disk <= self.disk + spare, "{self:?} became {now:?}");
        assert!(now.memory < self.memory + MOST_GROWTH, "{self:?} became {now:?}");
    }
}

fn told(problems: &BTreeMap<String, u64>) -> String {
    let told: Vec<_> = problems.iter().map(|(problem, count)| format!("{count} {problem}")).collect();
    told.join(", ")
}

/// Requests per second.
fn rate(count: u64, since: Instant) -> u128 {
    u128::from(count) * 1000 / since.elapsed().as_millis().max(1)
}

/// A provider whose uses are written down, so that the disk rests.
fn at_rest(home: Home) -> (Provider, Signed) {
    let provider = Provider::in_home(home, &[]);
    let app = provider.app_of("Calling", "grace");
    let signed = app.get("https://tool.example/items").query(&[("page", "1")]).sign();
    assert_eq!(signed.verify().status, 200);
    // A later use shows that the earlier one has been written down: each takes a second at the most.
    crate::support::signer::until("the use is written down", || {
        let shown = provider.home.json(&["consumer", "show", &app.key], "");
        (!shown["last_used_at"].is_null()).then_some(())
    });
    (provider, signed)
}

#[test]
fn a_request_sent_again_is_never_accepted_and_leaves_nothing_behind() {
    let mut run = Run::begin("one accepted request sent again and again");
    let (provider, signed) = at_rest(Home::with_users());
    let request = to_verify(&signed.url, signed.authorization.as_deref().unwrap());
    send(&provider.internal, FIRST, |_| request.clone());
    let held = Held::by(&provider);
    let (count, begin) = (run.sizes.replays, Instant::now());
    let problems = send(&provider.internal, count, |_| request.clone());
    run.figure("answers", told(&problems));
    run.figure("requests per second", rate(count, begin));
    assert!(problems.keys().all(|problem| problem == "nonce_used" || problem == "timestamp_refused"));
    assert_eq!(problems.values().sum::<u64>(), count);
    held.has_not_grown(&provider, &mut run);
    run.end();
}

#[test]
fn a_wrong_signature_is_never_accepted_and_leaves_nothing_behind() {
    let mut run = Run::begin("wrong signatures");
    let (provider, signed) = at_rest(Home::with_users());
    let app = provider.app("Attacked");
    let seed = run.random(0).u64(..);
    // Each is another request with another signature, and right in everything else.
    let authorization = |n: u64| {
        let signature = format!("{:016x}{:012x}=", seed.wrapping_mul(n | 1), n);
        let pairs = [
            ("oauth_consumer_key", app.key.clone()),
            ("oauth_nonce", nonce()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", now().to_string()),
            ("oauth_signature", signature),
        ];
        in_header(&pairs.map(|(name, value)| (name.to_owned(), value)))
    };
    let to_tool = |n: u64| to_verify(&signed.url, &authorization(n));
    let to_api = |n: u64| {
        format!("GET {ECHO} HTTP/1.1\r\nHost: latchkey\r\nAuthorization: {}\r\n\r\n", authorization(n))
            .into_bytes()
    };
    send(&provider.internal, FIRST, to_tool);
    send(&provider.url, FIRST, to_api);
    let held = Held::by(&provider);
    let (count, begin) = (run.sizes.replays / 2, Instant::now());
    for (listener, problems) in [
        ("answers of /verify", send(&provider.internal, count, to_tool)),
        ("answers of the API", send(&provider.url, count, to_api)),
    ] {
        run.figure(listener, told(&problems));
        assert_eq!(problems, BTreeMap::from([("signature_invalid".to_owned(), count)]));
    }
    run.figure("requests per second", rate(2 * count, begin));
    held.has_not_grown(&provider, &mut run);
    run.end();
}
