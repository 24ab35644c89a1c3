//! Bytes on a connection, for what no client library sends.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::super::PATIENCE;

/// Sends bytes and reads what comes until the connection ends: the status, 0 where there was no answer, and all of it.
pub fn exchange(base: &str, bytes: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The server may hang up before everything is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}
