//! Clients that are slow or gone: they are disconnected in time, and all others are answered.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    process::Command,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use crate::endurance::{
    pace::Pace,
    run::{Run, milliseconds},
    support::{
        Browser, Server,
        process::{allow_many_files, open_files},
        signer::{Provider, until},
    },
    wire::Wire,
};

/// What slow clients send, a byte each second.
const REQUEST: &[u8] = b"GET /settings/oauth-consumers HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A slow client, and how it is slow.
struct Slow {
    stream: TcpStream,
    /// A request that comes byte by byte.
    drip: &'static [u8],
}

fn connect(server: &Server, first: &str, drip: &'static [u8]) -> Slow {
    connect_to(server.url.strip_prefix("http://").unwrap(), first, drip)
}

fn connect_to(address: &str, first: &str, drip: &'static [u8]) -> Slow {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(first.as_bytes()).unwrap();
    Slow { stream, drip }
}

impl Slow {
    /// Sends one byte more; false once the program has hung up.
    fn drip(&mut self) -> bool {
        let Some((byte, rest)) = self.drip.split_first() else { return true };
        self.drip = rest;
        self.stream.write_all(&[*byte]).is_ok()
    }

    /// What the program sent before it hung up.
    fn last_words(mut self) -> String {
        let mut words = Vec::new();
        match self.stream.read_to_end(&mut words) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
        String::from_utf8_lossy(&words).into_owned()
    }
}

/// Each way of being slow, with this many clients each.
fn slow_ones(server: &Server, ada: &Browser, each: usize) -> Vec<Slow> {
    let cookie = ada.cookie.as_deref().unwrap();
    let form = "POST /sign-in HTTP/1.1\r\nHost: latchkey\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n";
    let program = ada
        .get("/settings/oauth-consumers")
        .text()
        .split('"')
        .find(|part| part.rsplit('.').next() == Some("wasm"))
        .unwrap()
        .to_owned();
    let unread = format!("GET {program} HTTP/1.1\r\nHost: latchkey\r\nCookie: {cookie}\r\n\r\n").repeat(20);
    let ways = [("", &[][..]), ("", REQUEST), (form, REQUEST), (&unread, &[])];
    ways.iter().flat_map(|(first, drip)| (0..each).map(|_| connect(server, first, drip))).collect()
}

/// Gateways that are gone in the middle of a body, of a kind each.
fn gateways(provider: &Provider, each: usize) -> Vec<Slow> {
    let internal = provider.internal.strip_prefix("http://").unwrap();
    let kinds = ["application/x-www-form-urlencoded", "application/octet-stream"];
    let asked = kinds.map(|kind| {
        format!(
            "POST /verify HTTP/1.1\r\nHost: localhost\r\nX-Original-Method: POST\r\nX-Original-URL: http://api.example/items\r\n\
             Content-Type: {kind}\r\nContent-Length: 1000\r\n\r\nname=Half"
        )
    });
    asked.iter().flat_map(|first| (0..each).map(|_| connect_to(internal, first, &[]))).collect()
}

#[test]
fn whoever_is_slow_is_hung_up_on_and_delays_nobody() {
    let mut run = Run::begin("slow and silent connections");
    allow_many_files();
    // In full there are more of them than one address may have.
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    Pace::measure(&ada, &app, 200, || false).is_bearable("before", &mut run);
    let before = open_files(provider.id());
    let each = run.sizes.slow;
    let mut slow = slow_ones(&provider, &ada, each);
    let gateways = gateways(&provider, each);
    run.figure("silent, slow headers, slow bodies, answers not read, gateways gone: of each", each);
    let begin = Instant::now();
    let (ended, end) = channel::<()>();
    let (mut pace, dripped) = thread::scope(|scope| {
        let dripping = scope.spawn(move || {
            // A byte a second is what makes them slow.
            while end.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                for slow in &mut slow {
                    slow.drip();
                }
            }
            slow
        });
        let pace = Pace::measure(&ada, &app, 50, || {
            begin.elapsed() < Duration::from_mins(1) && open_files(provider.id()) > before
        });
        drop(ended);
        (pace, dripping.join().unwrap())
    });
    run.figure("all of them hung up on after", milliseconds(begin.elapsed()));
    until("all are hung up on", || (open_files(provider.id()) <= before).then_some(()));
    pace.is_bearable("meanwhile", &mut run);
    let mut words = dripped.into_iter().map(Slow::last_words);
    let (silent, bodies): (Vec<_>, Vec<_>) =
        (words.by_ref().take(2 * each).collect(), words.take(each).collect());
    assert!(silent.iter().all(String::is_empty), "{silent:?}");
    assert!(bodies.iter().all(|words| words.starts_with("HTTP/1.1 408 ")), "{bodies:?}");
    let told: Vec<_> = gateways.into_iter().map(Slow::last_words).collect();
    assert!(told.iter().all(|words| words.starts_with("HTTP/1.1 401 ")), "{told:?}");
    run.end();
}

#[test]
fn slow_connections_do_not_hold_up_the_end() {
    let provider = Provider::start();
    let ada = provider.ada().clone();
    let slow = slow_ones(&provider, &ada, 5);
    let stream = ada.events(None);
    stream.expect("ready");
    let (_, took) = provider.server.stop();
    println!("stopped {took:?} after SIGTERM, with {} slow connections", slow.len());
    assert!(took < Duration::from_secs(11), "{took:?}");
    assert!(stream.rest().is_empty());
}

#[test]
fn more_connections_than_open_files_are_waited_out_while_kept_ones_are_answered() {
    let provider = Provider::start();
    let mut kept = Wire::open(&provider.url);
    let question = b"GET /sign-in HTTP/1.1\r\nHost: latchkey\r\n\r\n";
    assert_eq!(kept.ask(question).status, 200);
    let limit = ["--pid", &provider.id().to_string(), "--nofile=100:100"];
    assert!(Command::new("prlimit").args(limit).status().unwrap().success());
    let silent: Vec<_> = (0..150).map(|_| connect(&provider, "", &[])).collect();
    let begin = Instant::now();
    let answer = thread::scope(|scope| {
        let visitor = provider.visitor();
        let new = scope.spawn(move || visitor.get("/sign-in"));
        let mut answered = 0;
        while !new.is_finished() {
            assert_eq!(kept.ask(question).status, 200);
            answered += 1;
        }
        println!("{answered} answers over the kept connection meanwhile");
        new.join().unwrap()
    });
    println!("a new connection was answered after {:?}", begin.elapsed());
    answer.is(200);
    drop(silent);
}
