//! Words for what hyper refuses over HTTP/1 before any router sees it. hyper answers a request that it cannot parse with a bare status,
//! and has no hook for more: its answer is known by its form as it is written to the connection, and replaced whole.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use oauth::Problem;
use tokio::io::AsyncWrite;

use crate::layers::{head::TOO_LARGE, headers::always};

/// hyper's longest answer of its own is shorter.
const MOST_BYTES: usize = 256;

const CANNOT_READ: &str = "This server cannot read the request as HTTP. In a URL percent-encode every character that does not \
belong there: \" as %22, # as %23, < as %3C, > as %3E, { as %7B, } as %7D, a space as %20, and text as UTF-8; and send header fields as \
RFC 9110 has them.\n";
const URL_TOO_LONG: &str = "The URL of this request is too long. Send what is long in a body.\n";

/// How a listener answers such requests.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    /// Whether browsers reach it by https, which every answer says then.
    is_https: bool,
    /// What `WWW-Authenticate` says to gateways, where they ask here: they make an error of their own of a status that is not 401.
    challenge: Option<Arc<str>>,
}

impl Manner {
    /// Of a listener for browsers, which reach it by https or not.
    pub(super) fn for_browsers(is_https: bool) -> Self {
        Self { is_https, challenge: None }
    }

    /// Of the listener at which gateways ask.
    pub(super) fn for_gateways(realm: &str) -> Self {
        let unreadable = Problem::ParameterRejected { names: Vec::new(), why: CANNOT_READ };
        Self { is_https: false, challenge: Some(unreadable.detailed_challenge(realm).into()) }
    }
}

/// An answer on its way in place of hyper's.
#[derive(Debug)]
pub(super) struct Replacement {
    bytes: Vec<u8>,
    sent: usize,
    /// The length of hyper's.
    replaced: usize,
}

impl Replacement {
    /// An answer with words, if these bytes are a whole answer of hyper's own to what it could not parse, a gateway's question
    /// or not. None of ours is taken for one: those have a `Content-Type` or further fields.
    pub(super) fn of(written: &[u8], manner: &Manner, is_for_the_gate: bool) -> Option<Self> {
        if written.len() > MOST_BYTES || !written.starts_with(b"HTTP/1.") {
            return None;
        }
        let head = str::from_utf8(written).ok()?.strip_suffix("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status_line = lines.next()?;
        let words = match status_line.split(' ').nth(1)? {
            "400" => CANNOT_READ,
            "414" => URL_TOO_LONG,
            "431" => TOO_LARGE,
            _ => return None,
        };
        let (mut is_empty, mut date) = (false, None);
        for line in lines {
            match line.split_once(": ")? {
                ("content-length", "0") => is_empty = true,
                ("date", _) => date = Some(line),
                ("connection", "close") => {}
                _ => return None,
            }
        }
        let challenge = manner.challenge.as_deref().filter(|_| is_for_the_gate && words == CANNOT_READ);
        let status_line = if challenge.is_some() { "HTTP/1.1 401 Unauthorized" } else { status_line };
        let challenge = challenge.map(|challenge| format!("www-authenticate: {challenge}"));
        let fields = always(manner.is_https).map(|(name, value)| format!("{name}: {value}"));
        let fields = fields.chain(challenge).chain(date.map(str::to_owned));
        is_empty.then(|| Self {
            bytes: answer(status_line, fields, words).into(),
            sent: 0,
            replaced: written.len(),
        })
    }

    /// Writes on, and resolves to the length of what it replaces once all is written.
    pub(super) fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<usize>> {
        while self.sent < self.bytes.len() {
            let written = ready!(Pin::new(&mut *stream).poll_write(cx, &self.bytes[self.sent..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
        }
        Poll::Ready(Ok(self.replaced))
    }
}

fn answer(status_line: &str, fields: impl Iterator<Item = String>, words: &str) -> String {
    let mut answer = format!(
        "{status_line}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n",
        words.len()
    );
    for line in fields {
        answer.push_str(&line);
        answer.push_str("\r\n");
    }
    answer + "\r\n" + words
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, task::Waker};

    use tokio::io::{AsyncReadExt as _, duplex};

    use super::*;

    const DATE: &str = "date: Sat, 28 Nov 2026 10:00:00 GMT";

    fn of(written: &[u8], is_https: bool) -> Option<Replacement> {
        Replacement::of(written, &Manner::for_browsers(is_https), true)
    }

    #[test]
    fn a_gateway_s_question_that_cannot_be_read_is_refused_as_every_other_is() {
        let manner = Manner::for_gateways("a");
        for (status, is_for_the_gate, expected) in [
            ("400 Bad Request", true, "HTTP/1.1 401 Unauthorized\r\n"),
            ("400 Bad Request", false, "HTTP/1.1 400 Bad Request\r\n"),
            ("414 URI Too Long", true, "HTTP/1.1 414 URI Too Long\r\n"),
        ] {
            let bare = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n{DATE}\r\n\r\n");
            let made = Replacement::of(bare.as_bytes(), &manner, is_for_the_gate).unwrap();
            let text = String::from_utf8(made.bytes).unwrap();
            assert!(text.starts_with(expected), "{text}");
            let is_told = text.contains(
                "\r\nwww-authenticate: OAuth realm=\"a\", oauth_problem=\"parameter_rejected\"\r\n",
            );
            assert_eq!(is_told, expected.contains("401"), "{text}");
        }
    }

    #[test]
    fn an_answer_of_hypers_own_is_replaced_by_one_with_words() {
        for (status, words) in [
            ("400 Bad Request", CANNOT_READ),
            ("414 URI Too Long", URL_TOO_LONG),
            ("431 Request Header Fields Too Large", TOO_LARGE),
        ] {
            for connection in ["", "connection: close\r\n"] {
                let bare = format!("HTTP/1.1 {status}\r\n{connection}content-length: 0\r\n{DATE}\r\n\r\n");
                let made = of(bare.as_bytes(), false).expect(status);
                assert_eq!(made.replaced, bare.len());
                let text = String::from_utf8(made.bytes).unwrap();
                let (head, body) = text.split_once("\r\n\r\n").unwrap();
                assert_eq!(body, words);
                let lines: Vec<_> = head.split("\r\n").collect();
                assert_eq!(lines[0], format!("HTTP/1.1 {status}"));
                for line in [format!("content-length: {}", words.len()).as_str(), "connection: close", DATE] {
                    assert_eq!(lines.iter().filter(|other| **other == line).count(), 1, "{line}: {head}");
                }
                assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            }
        }
    }

    #[test]
    fn where_browsers_come_by_https_it_says_so_as_every_answer_does() {
        let bare = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\n");
        for is_https in [true, false] {
            let made = of(bare.as_bytes(), is_https).unwrap();
            let text = String::from_utf8(made.bytes).unwrap();
            assert_eq!(text.contains("\r\nstrict-transport-security: max-age="), is_https, "{text}");
        }
    }

    #[test]
    fn every_other_answer_is_left_alone() {
        let bare = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\n");
        for other in [
            String::new(),
            bare.replace("400", "404"),
            bare.replace("400", "200"),
            bare.replace(": 0", ": 5"),
            bare.replace("content-length: 0\r\n", ""),
            bare.replace("date", "x-request-id"),
            bare.replace("content-length", "content-type: text/plain\r\ncontent-length"),
            format!("{bare}more"),
            format!("more{bare}"),
            format!("{bare}{bare}"),
            bare[..bare.len() - 1].to_owned(),
            bare.replace("\r\n\r\n", &format!("\r\n{}\r\n\r\n", "a: b\r\n".repeat(100))),
        ] {
            assert!(of(other.as_bytes(), false).is_none(), "{other}");
        }
        assert!(of(b"HTTP/1.1 400 Bad\xff\r\n\r\n", false).is_none());
    }

    #[tokio::test]
    async fn it_is_written_whole_through_a_connection_that_takes_little_at_a_time() {
        let bare = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\n");
        let mut made = of(bare.as_bytes(), true).unwrap();
        let expected = made.bytes.clone();
        let (mut server, mut client) = duplex(7);
        assert!(made.poll_write(&mut Context::from_waker(Waker::noop()), &mut server).is_pending());
        let writing = async {
            let written = poll_fn(|cx| made.poll_write(cx, &mut server)).await.unwrap();
            drop(server);
            written
        };
        let mut read = Vec::new();
        let (written, _) = tokio::join!(writing, client.read_to_end(&mut read));
        assert_eq!((written, read), (bare.len(), expected));
    }
}
