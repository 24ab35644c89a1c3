//! Sends requests over connections that stay open, one under way on each, and checks every answer. It does as little as
//! it can: it shares the processor with the server.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::{Result, requests::Requests};

/// Sends them all; gives how long that took. An answer other than 200 is an error.
pub async fn send(address: SocketAddr, requests: Requests, connections: usize) -> Result<Duration> {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for _ in 0..connections {
        tasks.spawn(connection(address, requests.clone(), next.clone()));
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(begin.elapsed())
}

async fn connection(address: SocketAddr, requests: Arc<Requests>, next: Arc<AtomicUsize>) -> Result<()> {
    let mut stream: Option<TcpStream> = None;
    let mut buffer = Vec::with_capacity(4096);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let mut open = match stream.take() {
            Some(open) => open,
            None => TcpStream::connect(address).await?,
        };
        open.set_nodelay(true)?;
        open.write_all(request).await?;
        if answer(&mut open, &mut buffer).await? {
            stream = Some(open);
        }
    }
    Ok(())
}

/// Reads one answer; tells whether the connection stays open.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<bool> {
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection instead of answering".into());
        }
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    if !buffer.starts_with(b"HTTP/1.1 200 ") {
        return Err(format!("an answer is not 200: {}", String::from_utf8_lossy(buffer)).into());
    }
    let (mut length, mut stays) = (0, true);
    for line in buffer[..head].split(|byte| *byte == b'\n') {
        if let Some(value) = field(line, b"content-length:") {
            length = value.parse()?;
        } else if let Some(value) = field(line, b"connection:") {
            stays = !value.eq_ignore_ascii_case("close");
        }
    }
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection within an answer".into());
        }
    }
    Ok(stays)
}

/// The value of a header field, if the line is that one.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (found, value) = line.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then(|| std::str::from_utf8(value).unwrap_or_default().trim())
}
