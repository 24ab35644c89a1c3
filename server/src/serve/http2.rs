//! Words for requests over HTTP/2 that h2 refuses before any router sees them. h2 ends the stream of a malformed one, as
//! RFC 9113 §8.1.1 asks, and answers a head that is too large with a bare 431; it has no hook for more. The standard lets an answer
//! stand in front of the end: it is written in the place of h2's frame, with fields that change no table, and with bytes of the
//! client's window that h2 does not know of.

mod frame;
mod incoming;
mod outgoing;

use std::{io::IoSlice, time::SystemTime};

use axum_extra::headers::{Date, Header as _};
use service::Clock;

use crate::{
    layers::{head::TOO_LARGE, headers::always},
    serve::{
        http2::{
            frame::{DATA, END_HEADERS, END_STREAM, HEAD_BYTES, HEADERS, RST_STREAM, field, frame},
            incoming::Incoming,
            outgoing::{Next, Outgoing},
        },
        unread::{CANNOT_READ, Replacement},
    },
};

/// The twelfth entry of the table that every peer has, which is 400 (RFC 7541, appendix A).
const BAD_REQUEST: &[u8] = &[0x8c];
/// `NO_ERROR`: what a client still sends of its request is not needed.
const NO_ERROR: [u8; 4] = [0; 4];

/// Both directions of a connection that may speak HTTP/2.
#[derive(Debug, Default)]
pub(super) struct Http2 {
    incoming: Incoming,
    outgoing: Outgoing,
}

/// What is to be done with bytes of h2's.
pub(super) enum ToWrite {
    /// This many go out as they are.
    Through(usize),
    InPlace(Replacement),
}

impl Http2 {
    /// Notes what came from the client, and keeps a little of what it grants for answers of our own.
    pub(super) fn read(&mut self, bytes: &mut [u8]) {
        self.incoming.read(bytes);
    }

    /// What becomes of h2's bytes, on a listener that browsers reach by https or not.
    pub(super) fn next(&mut self, bytes: &[u8], is_https: bool) -> ToWrite {
        let (stream, status, words, end, replaced) = match self.outgoing.next(bytes) {
            Next::Through(count) => return ToWrite::Through(count),
            _ if !self.incoming.takes_fields() => return ToWrite::Through(bytes.len()),
            Next::Malformed { stream } => {
                let end = frame(RST_STREAM, 0, stream, &NO_ERROR);
                (stream, BAD_REQUEST, CANNOT_READ, end, HEAD_BYTES + NO_ERROR.len())
            }
            Next::TooLarge { stream, status } => {
                (stream, status, TOO_LARGE, Vec::new(), HEAD_BYTES + status.len())
            }
        };
        self.outgoing.answered(stream);
        let answer = self.answer(stream, status, words, is_https);
        ToWrite::InPlace(Replacement::new([answer, end].concat(), replaced))
    }

    /// An answer, without its words where the client's window has no room for them.
    fn answer(&mut self, stream: u32, status: &[u8], words: &str, is_https: bool) -> Vec<u8> {
        let has_room = self.incoming.spend(words.len());
        let mut date = Vec::new();
        Date::from(SystemTime::from(Clock::System.now())).encode(&mut date);
        let date = date.first().and_then(|date| date.to_str().ok()).map(|date| field("date", date));
        let length = words.len().to_string();
        let of_words = [("content-type", "text/plain; charset=utf-8"), ("content-length", &length)];
        let fields = always(is_https).map(|(name, value)| field(name.as_str(), value));
        let fields = fields
            .chain(date)
            .chain(of_words.into_iter().filter(|_| has_room).map(|(name, value)| field(name, value)));
        let block = [status.to_vec()].into_iter().chain(fields).collect::<Vec<_>>().concat();
        if has_room {
            let head = frame(HEADERS, END_HEADERS, stream, &block);
            [head, frame(DATA, END_STREAM, stream, words.as_bytes())].concat()
        } else {
            frame(HEADERS, END_HEADERS | END_STREAM, stream, &block)
        }
    }

    /// Notes that this many of h2's bytes have gone out as they were.
    pub(super) fn wrote(&mut self, slices: &[IoSlice<'_>], count: usize) {
        self.outgoing.wrote(slices, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http2::frame::{Head, WINDOW_UPDATE};

    const MALFORMED: [u8; 4] = [0, 0, 0, 1];

    /// A connection on which the client has granted this much more for all answers.
    fn granting(bytes: u32) -> Http2 {
        let mut http2 = Http2::default();
        let mut sent = [0; 24].to_vec();
        sent.extend(frame(WINDOW_UPDATE, 0, 0, &bytes.to_be_bytes()));
        http2.read(&mut sent);
        http2
    }

    /// What is written in the place of h2's frame, frame by frame.
    fn replaced(http2: &mut Http2, bytes: &[u8]) -> Vec<(u8, u8, Vec<u8>)> {
        let ToWrite::InPlace(replacement) = http2.next(bytes, true) else { panic!("it goes out") };
        assert_eq!(replacement.replaced(), bytes.len());
        let (mut rest, mut frames) = (replacement.bytes(), Vec::new());
        while let Some(head) = Head::first(rest) {
            frames.push((head.kind, head.flags, rest[HEAD_BYTES..head.whole()].to_vec()));
            rest = &rest[head.whole()..];
        }
        frames
    }

    fn contains(block: &[u8], text: &str) -> bool {
        block.windows(text.len()).any(|window| window == text.as_bytes())
    }

    #[test]
    fn a_malformed_request_is_told_what_is_wrong_before_its_stream_ends() {
        let end = frame(RST_STREAM, 0, 5, &MALFORMED);
        let frames = replaced(&mut granting(10_000), &end);
        let [(HEADERS, END_HEADERS, block), (DATA, END_STREAM, words), (RST_STREAM, 0, code)] = &frames[..]
        else {
            panic!("{frames:?}")
        };
        assert_eq!((block[0], &words[..], &code[..]), (0x8c, CANNOT_READ.as_bytes(), &NO_ERROR[..]));
        for text in
            ["content-type", "strict-transport-security", "\x04date", " GMT", &words.len().to_string()]
        {
            assert!(contains(block, text), "{text}: {block:?}");
        }
    }

    #[test]
    fn where_the_window_has_no_room_the_status_comes_without_words() {
        let mut http2 = granting(100);
        let frames = replaced(&mut http2, &frame(RST_STREAM, 0, 5, &MALFORMED));
        let [(HEADERS, flags, block), (RST_STREAM, 0, _)] = &frames[..] else { panic!("{frames:?}") };
        assert_eq!(*flags, END_HEADERS | END_STREAM);
        assert!(!contains(block, "content-length") && contains(block, "x-content-type-options"), "{block:?}");
    }

    #[test]
    fn a_head_that_is_too_large_keeps_its_status_and_gets_words() {
        let bare = frame(HEADERS, END_HEADERS | END_STREAM, 5, &[0x48, 3, 0x34, 0x33, 0x31]);
        let frames = replaced(&mut granting(10_000), &bare);
        let [(HEADERS, END_HEADERS, block), (DATA, END_STREAM, words)] = &frames[..] else {
            panic!("{frames:?}")
        };
        assert!(block.starts_with(&bare[HEAD_BYTES..]) && words == TOO_LARGE.as_bytes(), "{frames:?}");
    }
}
