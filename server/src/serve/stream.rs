//! An admitted connection's bytes: reading ends where the connection is to be closed, or where the head of a request has
//! begun and does not become whole in time. What the socket has no room for waits to be taken. A fragment in a request's target
//! makes its head one that cannot be read, and what is written of such a head gets words.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::serve::{
    admission::Admitted,
    request_line::RequestLine,
    taking::Untaken,
    unread::{Manner, Replacement},
};

/// Time limit for the head of a request, from its first byte on.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// What every HTTP/2 connection begins with (RFC 9113 §3.4). It carries bytes that belong to no request, and its own limits
/// hold for it.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n";

/// A connection's stream, which closes itself.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    admitted: Admitted,
    /// How the listener says what is written in the place of hyper's answers.
    manner: Manner,
    protocol: Protocol,
    /// How many requests had begun when bytes of a further one arrived.
    head_of: Option<u64>,
    /// How much of that head's first line has come.
    line: RequestLine,
    /// Runs once a head was not whole with its first bytes.
    time: Option<Pin<Box<Sleep>>>,
    /// Written in place of the answer that says that a head could not be read.
    replacement: Option<Replacement>,
    /// There while something is to be written that the socket has no room for.
    unsent: Option<Untaken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    /// The count of bytes that have come, all of them of `HTTP2`.
    Undecided(usize),
    Http1,
    Http2,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, admitted: Admitted, manner: Manner) -> Self {
        Self {
            stream,
            admitted,
            manner,
            protocol: Protocol::Undecided(0),
            head_of: None,
            line: RequestLine::default(),
            time: None,
            replacement: None,
            unsent: None,
        }
    }

    /// Notes whether what is to be sent waits for room. A connection that is to be closed waits for nothing.
    fn noted<T>(&mut self, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let connection = &self.admitted.connection;
        if sent.is_ready() {
            return sent;
        }
        if connection.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        self.unsent.get_or_insert_with(|| connection.taking.hand_over());
        Poll::Pending
    }

    /// Whether the head of a request has begun and its time is over.
    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        let connection = &self.admitted.connection;
        let is_unfinished = self.protocol != Protocol::Http2 && self.head_of == Some(connection.begun());
        if !is_unfinished {
            (self.head_of, self.time) = (None, None);
            return false;
        }
        self.time.get_or_insert_with(|| Box::pin(sleep(HEAD))).as_mut().poll(cx).is_ready()
    }

    fn note(&mut self, bytes: &mut [u8]) {
        self.protocol = self.protocol.after(bytes);
        let connection = &self.admitted.connection;
        // While a request is under way these are its body's.
        if self.head_of.is_none() && !bytes.is_empty() && connection.is_waiting() {
            self.head_of = Some(connection.begun());
            self.line = RequestLine::default();
        }
        if self.head_of.is_some() && self.protocol != Protocol::Http2 {
            self.line.refuse_fragment(bytes);
        }
    }
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    /// Writes by `write`, unless these bytes are replaced. More may wait to be written than these: `poll_flush` is called once
    /// there is none.
    fn poll_noted(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let written = match self.poll_replacement(cx, bytes) {
            Some(replacing) => replacing,
            None => write(Pin::new(&mut self.stream), cx),
        };
        if let Poll::Ready(Ok(count)) = written {
            self.admitted.connection.taking.took(count);
        }
        self.noted(written)
    }

    /// Writes a replacement, if there is one on its way or to be made: only while no request is under way can what is written
    /// be an answer that no handler made.
    fn poll_replacement(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if self.replacement.is_none()
            && self.protocol != Protocol::Http2
            && self.admitted.connection.is_waiting()
        {
            self.replacement = Replacement::of(bytes, &self.manner, self.line.is_for_the_gate());
        }
        let polled = self.replacement.as_mut()?.poll_write(cx, &mut self.stream);
        if polled.is_ready() {
            self.replacement = None;
        }
        Some(polled)
    }
}

impl Protocol {
    fn after(self, bytes: &[u8]) -> Self {
        let Self::Undecided(known) = self else { return self };
        let expected = &HTTP2[known..];
        let common = expected.len().min(bytes.len());
        match (bytes[..common] == expected[..common], common == expected.len()) {
            (false, _) => Self::Http1,
            (true, true) => Self::Http2,
            (true, false) => Self::Undecided(known + common),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.admitted.connection.poll_cut(cx).is_ready() || this.is_overdue(cx) {
            // Nothing was read: the end of the stream.
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        this.note(&mut buffer.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.poll_noted(cx, bytes, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        if flushed.is_ready() {
            this.unsent = None;
        }
        this.noted(flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut_down = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.noted(shut_down)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // hyper's own answer is one slice.
        let whole = if let [whole] = slices { &**whole } else { &[] };
        this.poll_noted(cx, whole, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(parts: &[&str]) -> Protocol {
        parts.iter().fold(Protocol::Undecided(0), |protocol, part| protocol.after(part.as_bytes()))
    }

    #[test]
    fn http_2_is_known_by_its_first_bytes_in_whatever_parts_they_come() {
        for parts in [&["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"][..], &["P", "", "RI * HTTP/2.", "0\r\n"]] {
            assert_eq!(after(parts), Protocol::Http2, "{parts:?}");
        }
        for parts in [&["GET / HTTP/1.1\r\n"][..], &["P", "OST / HTTP/1.1\r\n"], &["PRI * HTTP/2.1\r\n"]] {
            assert_eq!(after(parts), Protocol::Http1, "{parts:?}");
        }
        assert_eq!(after(&["PR", "I"]), Protocol::Undecided(3));
        assert_eq!(after(&["GET / ", "PRI * HTTP/2.0\r\n"]), Protocol::Http1, "once known, it stays");
    }
}
