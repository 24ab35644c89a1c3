//! Clients that are slow or gone: they are disconnected in time, and all others are answered.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    process::Command,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

use crate::{
    endurance::{
        frames::{Client, opening, request},
        pace::{Pace, metric},
        run::{Run, milliseconds},
        wire::Wire,
    },
    listening::ask,
    support::{
        Browser, Home, Server,
        process::{allow_many_files, open_files},
        signer::{Provider, until},
    },
};

/// What slow clients send, a byte each second.
const REQUEST: &[u8] = b"GET /settings/oauth-consumers HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// What they read in a second: less than they have to.
const SIP: usize = 1024;
/// Over HTTP/2, the stream of the page's program, which is large.
const PROGRAM: u32 = 3;

/// How long they may go on.
const LONGEST: Duration = Duration::from_mins(1);

/// A slow client, and how it is slow.
struct Slow {
    stream: TcpStream,
    habit: Habit,
}

/// What a slow client does each second.
enum Habit {
    Nothing,
    /// Sends one of these bytes.
    Drip(&'static [u8]),
    /// Reads a few bytes.
    Sip,
    /// Speaks HTTP/2, and lets little or nothing of an answer be sent.
    Http2(Client),
}

/// What a slow client begins with, and what it does then.
type Way<'a> = (&'a [u8], fn() -> Habit);

fn connect(server: &Server, first: &[u8], habit: Habit) -> Slow {
    connect_to(server.url.strip_prefix("http://").unwrap(), first, habit)
}

fn connect_to(address: &str, first: &[u8], habit: Habit) -> Slow {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // The system keeps little of what is not read.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&address.parse::<SocketAddr>().unwrap().into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.write_all(first).unwrap();
    stream.set_nonblocking(matches!(habit, Habit::Sip | Habit::Http2(_))).unwrap();
    Slow { stream, habit }
}

impl Slow {
    /// What it does each second. The program may have hung up.
    fn act(&mut self) {
        match &mut self.habit {
            Habit::Nothing | Habit::Drip([]) => {}
            Habit::Drip([byte, rest @ ..]) => {
                let _ = self.stream.write_all(&[*byte]);
                self.habit = Habit::Drip(rest);
            }
            Habit::Sip => {
                let _ = self.stream.read(&mut [0; SIP]);
            }
            Habit::Http2(client) => client.act(&mut self.stream, PROGRAM),
        }
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
    let form = b"POST /sign-in HTTP/1.1\r\nHost: latchkey\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n";
    let program = ada
        .get("/settings/oauth-consumers")
        .text()
        .split('"')
        .find(|part| part.rsplit('.').next() == Some("wasm"))
        .unwrap()
        .to_owned();
    let once = format!("GET {program} HTTP/1.1\r\nHost: latchkey\r\nCookie: {cookie}\r\n\r\n");
    let unread = once.repeat(20);
    let asked = [request(1, "GET", "/sign-in"), request(PROGRAM, "GET", &program)].concat();
    let over_http_2 = |window| [opening(window), asked.clone()].concat();
    let ways: [Way<'_>; 8] = [
        (b"", || Habit::Nothing),
        (b"", || Habit::Drip(REQUEST)),
        (form, || Habit::Drip(REQUEST)),
        (unread.as_bytes(), || Habit::Nothing),
        (once.as_bytes(), || Habit::Sip),
        (&over_http_2(0), || Habit::Http2(Client::granting(0))),
        (&over_http_2(1), || Habit::Http2(Client::granting(0))),
        (&over_http_2(0), || Habit::Http2(Client::granting(1024))),
    ];
    ways.iter().flat_map(|(first, habit)| (0..each).map(|_| connect(server, first, habit()))).collect()
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
    asked
        .iter()
        .flat_map(|first| (0..each).map(|_| connect_to(internal, first.as_bytes(), Habit::Nothing)))
        .collect()
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
    let ways = "silent, slow headers, slow bodies, answers not read, read by the sip, over HTTP/2 without a window, with one of a \
                byte, with more by the sip, gateways gone: of each";
    run.figure(ways, each);
    let begin = Instant::now();
    let (ended, end) = channel::<()>();
    let (mut pace, dripped) = thread::scope(|scope| {
        let dripping = scope.spawn(move || {
            // A byte a second is what makes them slow.
            while end.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                for slow in &mut slow {
                    slow.act();
                }
            }
            slow
        });
        let pace =
            Pace::measure(&ada, &app, 50, || begin.elapsed() < LONGEST && open_files(provider.id()) > before);
        drop(ended);
        (pace, dripping.join().unwrap())
    });
    let took = begin.elapsed();
    run.figure("all of them hung up on after", milliseconds(took));
    assert!(took < LONGEST, "{took:?}");
    until("all are hung up on", || (open_files(provider.id()) <= before).then_some(()));
    pace.is_bearable("meanwhile", &mut run);
    let hung_up = metric(&provider.internal, "latchkey_connections_hung_up_total{listener=\"public\"}");
    // Who reads by the sip over TCP may be ended by the system first.
    assert!(hung_up >= 3 * each, "by nothing else can those end that shut their window of HTTP/2: {hung_up}");
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
fn whoever_does_not_read_over_a_unix_socket_is_hung_up_on_too() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_LISTEN", "unix:public.sock")]);
    let (internal, socket) = (server.line("internal listener on "), server.home.path().join("public.sock"));
    let page = ask(&socket, "GET /sign-in HTTP/1.1", "");
    let style = page.split('"').find(|part| part.rsplit('.').next() == Some("css")).unwrap();
    let unread = format!("GET {style} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(50);
    let [mut sipping, mut silent] = [(); 2].map(|()| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(unread.as_bytes()).unwrap();
        stream.read_exact(&mut [0]).unwrap();
        stream
    });
    let begin = Instant::now();
    let (_never, second) = channel::<()>();
    while metric(&internal, "latchkey_connections{listener=\"public\"}") > 0 {
        assert!(begin.elapsed() < LONGEST, "they go on");
        assert_eq!(second.recv_timeout(Duration::from_secs(1)), Err(RecvTimeoutError::Timeout));
        sipping.read_exact(&mut [0; SIP]).unwrap();
        let answer = ask(&socket, "GET /sign-in HTTP/1.1", "");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    assert_eq!(metric(&internal, "latchkey_connections_hung_up_total{listener=\"public\"}"), 2);
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).unwrap();
    assert!(rest.starts_with(b"TTP/1.1 200 "), "{}", String::from_utf8_lossy(&rest));
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
    let silent: Vec<_> = (0..150).map(|_| connect(&provider, b"", Habit::Nothing)).collect();
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
