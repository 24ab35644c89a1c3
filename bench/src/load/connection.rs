//! One HTTP connection that stays open, one request under way on it. It does as little as it can: it shares the
//! processor with the server.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::result::Result;

/// A connection, and the last answer that came over it.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    /// Where the answer's body begins.
    body: usize,
}

impl Connection {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(4096), body: 0 }
    }

    /// Sends a request and reads the answer; one with another status is an error.
    pub async fn ask(&mut self, request: &[u8], status: u16) -> Result<()> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await?,
        };
        stream.set_nodelay(true)?;
        stream.write_all(request).await?;
        if self.answer(&mut stream, status).await? {
            self.stream = Some(stream);
        }
        Ok(())
    }

    /// Sends a request whose answer does not end, reads its head, and returns the stream with what has come after it.
    pub async fn open(mut self, request: &[u8]) -> Result<(TcpStream, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request).await?;
        self.head(&mut stream, 200).await?;
        Ok((stream, self.buffer.split_off(self.body)))
    }

    /// A field of the last answer's head.
    pub fn field(&self, name: &str) -> Option<&str> {
        let name = format!("{name}:");
        self.buffer[..self.body].split(|byte| *byte == b'\n').find_map(|line| field(line, name.as_bytes()))
    }

    /// The last answer's body, as it came.
    pub fn body(&self) -> &[u8] {
        &self.buffer[self.body..]
    }

    /// Reads one answer; returns whether the connection stays open.
    async fn answer(&mut self, stream: &mut TcpStream, status: u16) -> Result<bool> {
        self.head(stream, status).await?;
        let (mut length, mut stays, mut chunked) = (0, true, false);
        for line in self.buffer[..self.body].split(|byte| *byte == b'\n') {
            if let Some(value) = field(line, b"content-length:") {
                length = value.parse()?;
            } else if let Some(value) = field(line, b"connection:") {
                stays = !value.eq_ignore_ascii_case("close");
            } else if field(line, b"transfer-encoding:").is_some() {
                chunked = true;
            }
        }
        if chunked {
            self.chunks(stream).await?;
        } else {
            self.fill(stream, self.body + length).await?;
        }
        Ok(stays)
    }

    async fn head(&mut self, stream: &mut TcpStream, status: u16) -> Result<()> {
        self.buffer.clear();
        self.body = loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection instead of answering".into());
            }
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        if self.buffer.get(9..12) == Some(status.to_string().as_bytes()) {
            return Ok(());
        }
        Err(format!("an answer is not {status}: {}", String::from_utf8_lossy(&self.buffer)).into())
    }

    /// Reads until this many bytes are there.
    async fn fill(&mut self, stream: &mut TcpStream, length: usize) -> Result<()> {
        while self.buffer.len() < length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection within an answer".into());
            }
        }
        Ok(())
    }

    /// Reads chunks (RFC 9112 section 7.1) until the last one.
    async fn chunks(&mut self, stream: &mut TcpStream) -> Result<()> {
        let mut at = self.body;
        loop {
            let line = loop {
                match self.buffer[at..].iter().position(|byte| *byte == b'\n') {
                    Some(line) => break line,
                    None => self.fill(stream, self.buffer.len() + 1).await?,
                }
            };
            let length = std::str::from_utf8(&self.buffer[at..at + line])?.trim();
            let length = usize::from_str_radix(length, 16)?;
            // The size's line, the chunk, and the end of its line.
            at += line + 1 + length + 2;
            self.fill(stream, at).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}

/// The value of a header field, if the line is that one.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (found, value) = line.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then(|| std::str::from_utf8(value).unwrap_or_default().trim())
}
