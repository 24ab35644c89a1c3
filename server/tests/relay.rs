//! The relay that tests put between the program and a server: what each of its faults looks like from both ends.

use crate::support;

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use support::{PATIENCE, relay::Relay};

/// A server that echoes its input.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut &stream));
        }
    });
    address
}

fn connect(relay: &Relay) -> TcpStream {
    let stream = TcpStream::connect(relay.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends something; returns how long the answer took, or `None` where the connection has ended.
fn said_again(stream: &mut TcpStream) -> Option<Duration> {
    let begin = Instant::now();
    stream.write_all(b"hello").ok()?;
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).ok()?;
    assert_eq!(&heard, b"hello");
    Some(begin.elapsed())
}

#[test]
fn everything_passes_until_it_is_cut() {
    let relay = Relay::to(echo());
    let mut stream = connect(&relay);
    assert!(said_again(&mut stream).is_some());
    relay.cut();
    assert_eq!(said_again(&mut stream), None);
    assert!(said_again(&mut connect(&relay)).is_some(), "new connections pass");
}

#[test]
fn answers_come_so_much_later() {
    let relay = Relay::to(echo());
    let mut stream = connect(&relay);
    relay.delay(Duration::from_millis(200));
    assert!(said_again(&mut stream).unwrap() >= Duration::from_millis(200));
    relay.pass();
    assert!(said_again(&mut stream).unwrap() < Duration::from_millis(200));
}

#[test]
fn connecting_is_refused_while_open_connections_go_on() {
    let relay = Relay::to(echo());
    let mut stream = connect(&relay);
    assert!(said_again(&mut stream).is_some());
    for _ in 0..3 {
        relay.refuse();
        assert_eq!(TcpStream::connect(relay.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        assert!(said_again(&mut stream).is_some());
        relay.pass();
        let again = support::signer::until("it listens again", || TcpStream::connect(relay.address()).ok());
        again.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(said_again(&mut { again }).is_some());
    }
}

#[test]
fn silence_closes_nothing_and_what_was_said_comes_through_afterwards() {
    let relay = Relay::to(echo());
    let mut stream = connect(&relay);
    assert!(said_again(&mut stream).is_some());
    relay.go_silent();
    let mut new = connect(&relay);
    for stream in [&mut stream, &mut new] {
        stream.write_all(b"hello").unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let nothing = stream.read(&mut [0; 5]).unwrap_err().kind();
        assert!(matches!(nothing, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{nothing}");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    relay.pass();
    for stream in [&mut stream, &mut new] {
        let mut heard = [0; 5];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        assert!(said_again(stream).is_some());
    }
}
