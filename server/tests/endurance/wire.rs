//! A kept connection that sends prepared bytes: as quick as a test can ask, and as rude.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::PATIENCE;

/// A connection to one of the program's listeners.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer's status, and its head as text.
pub struct Head {
    pub status: u16,
    pub text: String,
}

impl Wire {
    /// Connects to the address in a URL.
    pub fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    /// Sends a request, and reads its answer to the end.
    pub fn ask(&mut self, request: &[u8]) -> Head {
        self.stream.write_all(request).unwrap();
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read();
        };
        let text = String::from_utf8(self.buffer[..end].to_vec()).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let length: usize = field("content-length: ").map_or(0, |length| length.parse().unwrap());
        while self.buffer.len() < end + length {
            self.read();
        }
        self.buffer.drain(..end + length);
        Head { status: text.split(' ').nth(1).unwrap().parse().unwrap(), text }
    }

    fn read(&mut self) {
        let mut some = [0; 4096];
        let count = self.stream.read(&mut some).unwrap();
        assert_ne!(count, 0, "the program hung up: {}", String::from_utf8_lossy(&self.buffer));
        self.buffer.extend_from_slice(&some[..count]);
    }
}
