//! What signals do to a running server.

use crate::support;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

use support::{Home, PATIENCE, Server};

/// A request that is under way for as long as the connection is held: its body does not come.
fn under_way(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    stream
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    for (first, second, code) in [("TERM", "TERM", 143), ("INT", "INT", 130), ("TERM", "INT", 130)] {
        let server = Home::with_users().serve();
        let request = under_way(&server);
        server.signal(first);
        server.log_until("stopping: finishing what is under way");
        server.signal(second);
        server.log_until("stopping at once");
        assert_eq!(server.exit_code(), Some(code), "{first}, {second}");
        drop(request);
    }
}

#[test]
fn sigusr1_and_sigusr2_do_nothing() {
    let server = Home::with_users().serve();
    for name in ["USR1", "USR2", "USR1"] {
        server.signal(name);
    }
    // Signals are delivered in whatever order: this one is answered while the server lives.
    server.signal("HUP");
    server.log_until("SIGHUP");
    server.visitor().get("/sign-in").is(200);
    server.stop();
}
