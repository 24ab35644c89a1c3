//! Requests whose head does not end: each is cut off at its size or its time, and memory stays flat.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::endurance::{
    frames,
    pace::Pace,
    run::{Run, milliseconds},
    support::{
        PATIENCE, Server,
        process::{allow_many_files, memory, open_files},
        signer::Provider,
    },
};

/// What the program may hold for each unfinished head of 64 KiB or more, in KiB.
const MOST_MEMORY: u64 = 192;
/// How long the program keeps a connection that waits for a request, where it does not speak HTTP/2; a head has to end sooner.
const KEPT: Duration = Duration::from_secs(75);

/// Sends a head of this size that does not end, after whole requests; the program may hang up before it is sent.
fn unfinished(server: &Server, requests: usize, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for _ in 0..requests {
        stream.write_all(b"HEAD /sign-in HTTP/1.1\r\nHost: latchkey\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    }
    let head = format!("GET /sign-in HTTP/1.1\r\nHost: latchkey\r\nX-Long: {}", "x".repeat(bytes));
    send(&mut stream, head.as_bytes());
    stream
}

/// The same over HTTP/2, as the second request of a connection.
fn unfinished_over_http_2(server: &Server, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let first = [frames::opening(65_535), frames::request(1, "HEAD", "/sign-in")].concat();
    stream.write_all(&first).unwrap();
    frames::read_head(&mut stream);
    send(&mut stream, &frames::unfinished(3, bytes));
    stream
}

fn send(stream: &mut TcpStream, bytes: &[u8]) {
    if let Err(error) = stream.write_all(bytes) {
        let hung_up = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
        assert!(hung_up.contains(&error.kind()), "{error}");
    }
}

#[test]
fn heads_that_do_not_end_are_cut_off_and_take_little_memory() {
    let mut run = Run::begin("request heads that do not end");
    allow_many_files();
    // In full there are more of them than one address may have.
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    Pace::measure(&ada, &app, 200, || false).is_bearable("before", &mut run);
    let (files, before) = (open_files(provider.id()), memory(provider.id()));
    // Enough for what they take to stand out.
    let each = run.sizes.slow.max(200);
    run.figure("first ones of 400 kB, of 60 kB, and second ones of 60 kB, also over HTTP/2: of each", each);
    let begin = Instant::now();
    let ways = [(0, 400_000), (0, 60_000), (1, 60_000)];
    let mut heads: Vec<_> = ways
        .iter()
        .flat_map(|(requests, bytes)| (0..each).map(|_| unfinished(&provider, *requests, *bytes)))
        .collect();
    heads.extend((0..each).map(|_| unfinished_over_http_2(&provider, 60_000)));
    let mut most = memory(provider.id());
    let mut pace = Pace::measure(&ada, &app, 50, || {
        most = most.max(memory(provider.id()));
        begin.elapsed() < KEPT && open_files(provider.id()) > files
    });
    let took = begin.elapsed();
    run.figure("all of them hung up on after", milliseconds(took));
    assert!(took < KEPT, "{took:?}");
    pace.is_bearable("meanwhile", &mut run);
    let grown = most.saturating_sub(before) / heads.len() as u64;
    run.figure("memory for each", format!("{grown} KiB"));
    assert!(grown < MOST_MEMORY, "{grown} KiB");
    run.end();
}
