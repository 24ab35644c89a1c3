//! Waiting until a server answers.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

use crate::{load::connection::Connection, result::Result, servers::process::Server};

/// The longest wait, and the pause between two attempts.
const PATIENCE: Duration = Duration::from_secs(30);
const AGAIN_AFTER: Duration = Duration::from_millis(1);

/// Waits until a server is ready.
pub fn ready(runtime: &Runtime, server: &Server, path: &str) -> Result<()> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let begin = Instant::now();
    loop {
        let mut connection = Connection::new(server.internal());
        match runtime.block_on(connection.ask(request.as_bytes(), 200)) {
            Ok(()) => return Ok(()),
            Err(error) if begin.elapsed() > PATIENCE => return Err(error),
            Err(_) => thread::sleep(AGAIN_AFTER),
        }
    }
}
