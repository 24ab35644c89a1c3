//! HTTP/2 by hand (RFC 9113, RFC 7541): frames of a client that no library would be.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
/// Of SETTINGS and PING.
const ACK: u8 = 1;
/// Of HEADERS.
const END_STREAM: u8 = 1;
/// Of HEADERS and CONTINUATION.
const END_HEADERS: u8 = 4;
const INITIAL_WINDOW_SIZE: u16 = 4;
/// What a frame may hold.
const MOST: usize = 16_384;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A number with a prefix of seven bits, none of the others set (RFC 7541 §5.1).
fn number(mut value: usize) -> Vec<u8> {
    if value < 127 {
        return vec![u8::try_from(value).unwrap()];
    }
    value -= 127;
    let mut octets = vec![127];
    while value >= 128 {
        octets.push(u8::try_from(value % 128).unwrap() | 128);
        value /= 128;
    }
    octets.push(u8::try_from(value).unwrap());
    octets
}

/// A field with a name of its own, which no table learns (§6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    [&[0], &*number(name.len()), name.as_bytes(), &number(value.len()), value.as_bytes()].concat()
}

fn head(method: &str, path: &str) -> Vec<u8> {
    let fields = [(":method", method), (":scheme", "http"), (":authority", "latchkey"), (":path", path)];
    fields.map(|(name, value)| field(name, value)).concat()
}

/// What a connection begins with; each answer may have as many bytes as the window at first, and no more without being let.
pub fn opening(window: u32) -> Vec<u8> {
    let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat();
    [PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat()
}

/// A whole request.
pub fn request(stream: u32, method: &str, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &head(method, path))
}

/// A request whose head holds more bytes than these and does not end.
pub fn unfinished(stream: u32, bytes: usize) -> Vec<u8> {
    let block = [head("GET", "/sign-in"), field("x-long", &"x".repeat(bytes))].concat();
    let mut parts = block.chunks(MOST);
    let first = frame(HEADERS, END_STREAM, stream, parts.next().unwrap());
    parts.fold(first, |frames, part| [frames, frame(CONTINUATION, 0, stream, part)].concat())
}

/// A client's end of a connection: it answers pings and settings, and lets no more of its answers be sent to it than it grants.
pub struct Client {
    unread: Vec<u8>,
    granted: u32,
}

impl Client {
    /// One that grants this many bytes more of one answer each time that it acts.
    pub fn granting(granted: u32) -> Self {
        Self { unread: Vec::new(), granted }
    }

    /// Reads and answers what has come by now, and grants more of the answer to `stream`. The connection must not block.
    pub fn act(&mut self, connection: &mut TcpStream, stream: u32) {
        self.answer(connection);
        if self.granted > 0 {
            // It may be hung up on at any moment.
            let _ = connection.write_all(&frame(WINDOW_UPDATE, 0, stream, &self.granted.to_be_bytes()));
        }
    }

    fn answer(&mut self, connection: &mut TcpStream) {
        let mut some = [0; 4096];
        loop {
            match connection.read(&mut some) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Ok(0) | Err(_) => return,
                Ok(count) => self.unread.extend_from_slice(&some[..count]),
            }
        }
        while let Some((kind, flags, payload)) = self.next() {
            let answer = match kind {
                PING if flags & ACK == 0 => frame(PING, ACK, 0, &payload),
                SETTINGS if flags & ACK == 0 => frame(SETTINGS, ACK, 0, &[]),
                _ => continue,
            };
            let _ = connection.write_all(&answer);
        }
    }

    /// The next whole frame.
    fn next(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        let head = self.unread.first_chunk::<9>()?;
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
        let (kind, flags) = (head[3], head[4]);
        let payload = self.unread.get(9..9 + length)?.to_vec();
        self.unread.drain(..9 + length);
        Some((kind, flags, payload))
    }
}

/// Reads frames up to the end of an answer that has no body.
pub fn read_head(stream: &mut TcpStream) {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
        stream.read_exact(&mut vec![0; length]).unwrap();
        if head[3] == HEADERS {
            assert_eq!(head[4] & END_STREAM, END_STREAM, "it has no body");
            return;
        }
    }
}
