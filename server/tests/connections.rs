//! How many connections the program keeps open, for whom, and how large the head of a request may be.

use std::{
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use socket2::{Domain, Socket, Type};

use crate::support::{
    Home, PATIENCE, Server,
    browser::send,
    signer::{raw, until},
};

/// With 400 open files the public listener may have 250 connections, 63 of them from one address.
const FEW_FILES: [&str; 2] = ["prlimit", "--nofile=400:400"];
const IN_ALL: usize = 250;
const OF_ADDRESS: usize = 63;
/// A request that waits for its body once its head is answered by this line.
const UNDER_WAY: &str = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n";

/// A connection from an address of this machine's own network.
fn connect(server: &Server, last_byte: u8) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, last_byte], 0)).into()).unwrap();
    let address: SocketAddr = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(&address.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Begins a request, and returns the first line of what comes: nothing where the program has hung up.
fn begin(stream: &mut TcpStream) -> String {
    let hung_up = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    let mut line = String::new();
    let begun = stream.write_all(UNDER_WAY.as_bytes());
    match begun.and_then(|()| BufReader::new(stream).read_line(&mut line)) {
        Ok(_) => {}
        Err(error) => assert!(hung_up.contains(&error.kind()), "{error}"),
    }
    line
}

/// Connections from one address, each with a request under way.
fn at_work(server: &Server, last_byte: u8, count: usize) -> Vec<TcpStream> {
    let connected = (0..count).map(|_| {
        let mut stream = connect(server, last_byte);
        assert_eq!(begin(&mut stream), CONTINUE);
        stream
    });
    connected.collect()
}

fn metric(internal: &str, name: &str) -> usize {
    let request = http::Request::get(format!("http://{internal}/metrics")).body(()).unwrap();
    let answer = send(request).is(200);
    let line = answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |number| number.parse().unwrap())
}

#[test]
fn an_address_has_its_share_and_what_is_over_is_closed_at_once() {
    let server = Home::with_users().serve_by(&FEW_FILES, &[]);
    let internal = server.line("internal listener on http://");
    let held = at_work(&server, 2, OF_ADDRESS);
    assert_eq!(begin(&mut connect(&server, 2)), "");
    assert_eq!(begin(&mut connect(&server, 3)), CONTINUE, "another address has its own");
    let refused = "latchkey_connections_refused_total{listener=\"public\",limit=\"network\"}";
    assert_eq!(metric(&internal, refused), 1);
    let log = server.log_until("a connection is refused");
    assert!(log.last().unwrap().contains("network=127.0.0.2"), "{log:?}");
    drop(held);
    until("there is room again", || (begin(&mut connect(&server, 2)) == CONTINUE).then_some(()));
}

#[test]
fn clients_behind_a_trusted_proxy_do_not_share_one_address_s_connections() {
    let server = Home::with_users().serve_by(&FEW_FILES, &[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.2")]);
    assert_eq!(at_work(&server, 2, OF_ADDRESS + 10).len(), OF_ADDRESS + 10);
}

#[test]
fn the_public_listener_full_of_requests_refuses_and_the_internal_one_goes_on() {
    let server = Home::with_users().serve_by(&FEW_FILES, &[]);
    let internal = server.line("internal listener on http://");
    let mut held: Vec<_> = (2..5).flat_map(|address| at_work(&server, address, OF_ADDRESS)).collect();
    held.extend(at_work(&server, 5, IN_ALL - held.len()));
    assert_eq!(begin(&mut connect(&server, 6)), "");
    assert_eq!(metric(&internal, "latchkey_connections{listener=\"public\"}"), IN_ALL);
    let refused = "latchkey_connections_refused_total{listener=\"public\",limit=\"all\"}";
    assert_eq!(metric(&internal, refused), 1);
    assert!(metric(&internal, "latchkey_connections{listener=\"internal\"}") > 0);
    held.pop();
    until("there is room again", || (begin(&mut connect(&server, 6)) == CONTINUE).then_some(()));
}

#[test]
fn connections_that_only_wait_make_room_for_new_ones() {
    let server = Home::with_users().serve_by(&FEW_FILES, &[]);
    let internal = server.line("internal listener on http://");
    let silent: Vec<_> = (2..8).flat_map(|address| (0..50).map(move |_| address)).collect();
    let mut silent: Vec<_> = silent.into_iter().map(|address| connect(&server, address)).collect();
    server.visitor().get("/sign-in").is(200);
    assert_eq!(silent[0].read(&mut [0]).unwrap_or(0), 0, "the oldest one is closed");
    assert_eq!(begin(silent.last_mut().unwrap()), CONTINUE, "the newest one is not");
    assert!(metric(&internal, "latchkey_connections{listener=\"public\"}") <= IN_ALL);
    assert!(metric(&internal, "latchkey_connections_reclaimed_total{listener=\"public\"}") >= 50);
    assert_eq!(metric(&internal, "latchkey_connections_refused_total{listener=\"public\",limit=\"all\"}"), 0);
}

#[test]
fn a_head_may_hold_64_kib_and_what_is_larger_is_refused_on_both_listeners() {
    let server = Home::with_users().serve();
    let internal = format!("http://{}", server.line("internal listener on http://"));
    for (base, path) in [(&server.url, "/sign-in"), (&internal, "/healthz")] {
        let ask = |bytes: usize| {
            let long = "x".repeat(bytes);
            let head = format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Long: {long}\r\n\r\n"
            );
            raw::exchange(base, head.as_bytes())
        };
        assert_eq!(ask(63 * 1024).0, 200, "{path}");
        for bytes in [65 * 1024, 100 * 1024, 400 * 1024] {
            let (status, answer) = ask(bytes);
            // 0: it hung up while the rest was still being sent.
            assert!(matches!(status, 0 | 431), "{path} {bytes}: {answer}");
        }
    }
}

#[test]
fn a_head_may_hold_100_fields_and_one_with_more_is_told_so() {
    let server = Home::with_users().serve();
    let internal = format!("http://{}", server.line("internal listener on http://"));
    for (base, path) in [(&server.url, "/sign-in"), (&internal, "/healthz")] {
        let ask = |fields: usize| {
            let more = "A: b\r\n".repeat(fields - 2);
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
            raw::exchange(base, head.as_bytes())
        };
        assert_eq!(ask(100).0, 200, "{path}");
        let (status, answer) = ask(101);
        assert!(status == 431 && answer.contains("100 header fields"), "{path}: {answer}");
    }
}
