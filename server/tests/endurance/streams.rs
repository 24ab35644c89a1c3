//! Many event streams that are never read: they take little memory, delay no other request, and are ended.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use socket2::{Domain, Socket, Type};

use crate::endurance::{
    pace::{Pace, until_subscribers},
    run::{Run, milliseconds},
    support::{
        Browser, PATIENCE,
        process::{allow_many_files, memory},
        signer::{CONSUMERS, Provider, send_json},
    },
};

/// The server's limit for a session.
const OF_A_SESSION: usize = 50;
/// What the program may need for each, in KiB.
const MOST_MEMORY: u64 = 64;

/// Opens an event stream as far as its status, and reads no more; the system keeps little of it unread.
fn open(ada: &Browser, provider: &Provider) -> (TcpStream, String) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address: std::net::SocketAddr = provider.url.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let cookie = ada.cookie.as_deref().unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nHost: latchkey\r\nCookie: {cookie}\r\n\r\n").unwrap();
    let mut head = [0; 512];
    let count = stream.read(&mut head).unwrap();
    (stream, String::from_utf8_lossy(&head[..count]).into_owned())
}

#[test]
fn event_streams_that_nobody_reads_delay_nobody_and_are_ended() {
    let mut run = Run::begin("event streams that nobody reads");
    allow_many_files();
    // In full there are more of them than one address may have.
    let provider = Provider::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")]);
    let (ada, app) = (provider.ada().clone(), provider.app_of("Calling", "grace"));
    let key = provider.pending("Changed").key;
    Pace::measure(&ada, &app, 200, || false).is_bearable("before", &mut run);

    let sessions: Vec<_> = (0..run.sizes.streams / OF_A_SESSION).map(|_| provider.signed_in("ada")).collect();
    let before = memory(provider.id());
    let begin = Instant::now();
    let streams: Vec<_> =
        sessions.iter().flat_map(|session| (0..OF_A_SESSION).map(|_| open(session, &provider))).collect();
    assert!(streams.iter().all(|(_, head)| head.starts_with("HTTP/1.1 200 ")));
    until_subscribers(&provider.internal, streams.len());
    run.figure("streams", streams.len());
    run.figure("all of them open after", milliseconds(begin.elapsed()));
    let each = memory(provider.id()).saturating_sub(before) / streams.len() as u64;
    run.figure("memory for each", format!("{each} KiB"));
    assert!(each < MOST_MEMORY, "{each} KiB");
    if run.sizes.streams == MOST_IN_ALL {
        let (_, head) = open(&provider.signed_in("ada"), &provider);
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: "), "{head}");
    }

    let changes = run.sizes.changes;
    let begin = Instant::now();
    let mut during = thread::scope(|scope| {
        let changing = scope.spawn(|| {
            for n in 0..changes {
                let request = ada.request(http::Method::PATCH, &format!("{CONSUMERS}/{key}"));
                let name =
                    format!("Changed for the {n}th time, with a name that fills what the system keeps {n}");
                send_json(request.header("if-match", "*"), &json!({ "name": name })).is(200);
            }
        });
        Pace::measure(&ada, &app, 50, || !changing.is_finished())
    });
    run.figure("changes meanwhile", changes);
    run.figure("changes took", milliseconds(begin.elapsed()));
    during.is_bearable("meanwhile", &mut run);
    let grown = memory(provider.id()).saturating_sub(before) / streams.len() as u64;
    run.figure("memory for each after the changes", format!("{grown} KiB"));
    assert!(grown < MOST_MEMORY, "{grown} KiB");

    let begin = Instant::now();
    until_subscribers(&provider.internal, 0);
    run.figure("all of them ended after", milliseconds(begin.elapsed()));
    Pace::measure(&ada, &app, 200, || false).is_bearable("afterwards", &mut run);
    drop(streams);
    let (_, took) = provider.server.stop();
    assert!(took < Duration::from_secs(11), "{took:?}");
    run.end();
}

/// The server's limit in all.
const MOST_IN_ALL: usize = 10_000;
