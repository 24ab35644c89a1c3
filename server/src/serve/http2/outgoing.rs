//! What h2 sends, as far as to know its own answers by their form: a stream that it ends without a word, or with a bare 431.

use std::{collections::VecDeque, io::IoSlice};

use crate::serve::http2::frame::{END_HEADERS, END_STREAM, HEAD_BYTES, HEADERS, Head, RST_STREAM};

/// `PROTOCOL_ERROR`: how a request that is none is ended (RFC 9113 §8.1.1).
const MALFORMED: [u8; 4] = [0, 0, 0, 1];
/// h2's own 431 has a status alone, and a new size of the table; each answer of ours has more, its request's number among it.
const MOST_OF_STATUS: usize = 8;
/// How many streams are known to have been answered, several times as many as are open at once. What is said of older ones stays.
const MOST_KNOWN: usize = 256;

/// What h2 has sent until now.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// What is left of a frame that has begun.
    left: usize,
    /// The newest streams with an answer, or the beginning of one.
    answered: VecDeque<u32>,
    /// The last of the streams that are not known any more.
    forgotten: u32,
    /// Where frames begin is not known any more.
    is_lost: bool,
}

/// What is to be done with bytes of h2's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// This many go out as they are.
    Through(usize),
    /// They begin with the end of a stream that has no answer, since the request is malformed.
    Malformed { stream: u32 },
    /// They begin with fields that say 431, and nothing more.
    TooLarge { stream: u32, status: &'a [u8] },
}

impl Outgoing {
    pub(super) fn next<'a>(&self, bytes: &'a [u8]) -> Next<'a> {
        let all = Next::Through(bytes.len());
        let mut at = self.left;
        loop {
            let Some(head) = bytes.get(at..).and_then(Head::first).filter(|_| !self.is_lost) else {
                return all;
            };
            let payload = bytes.get(at + HEAD_BYTES..at + head.whole());
            match payload.and_then(|payload| self.refusal(head, payload)) {
                Some(refusal) if at == 0 => return refusal,
                Some(_) => return Next::Through(at),
                None => at += head.whole(),
            }
        }
    }

    fn refusal<'a>(&self, head: Head, payload: &'a [u8]) -> Option<Next<'a>> {
        let stream = head.stream;
        let refusal = match (head.kind, head.flags) {
            (RST_STREAM, _) if payload == MALFORMED => Next::Malformed { stream },
            (HEADERS, flags) if flags == END_HEADERS | END_STREAM && payload.len() <= MOST_OF_STATUS => {
                Next::TooLarge { stream, status: payload }
            }
            _ => return None,
        };
        let is_known = stream > self.forgotten && !self.answered.contains(&stream);
        is_known.then_some(refusal)
    }

    /// Notes that this many of h2's bytes have gone out.
    pub(super) fn wrote(&mut self, slices: &[IoSlice<'_>], mut count: usize) {
        for slice in slices {
            let written = count.min(slice.len());
            count -= written;
            self.note(slice, written);
        }
    }

    fn note(&mut self, bytes: &[u8], written: usize) {
        let mut at = self.left.min(written);
        self.left -= at;
        while at < written && !self.is_lost {
            let Some(head) = Head::first(&bytes[at..]) else {
                self.is_lost = true;
                return;
            };
            if head.kind == HEADERS {
                self.answered(head.stream);
            }
            let of_frame = head.whole().min(written - at);
            self.left = head.whole() - of_frame;
            at += of_frame;
        }
    }

    /// Notes that a stream has an answer.
    pub(super) fn answered(&mut self, stream: u32) {
        if self.answered.len() == MOST_KNOWN {
            let oldest = self.answered.pop_front().unwrap_or_default();
            self.forgotten = self.forgotten.max(oldest);
        }
        self.answered.push_back(stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http2::frame::{DATA, frame};

    fn end(stream: u32, code: u8) -> Vec<u8> {
        frame(RST_STREAM, 0, stream, &[0, 0, 0, code])
    }

    fn answer(stream: u32) -> Vec<u8> {
        frame(HEADERS, END_HEADERS, stream, &[0x88; 40])
    }

    /// After h2 has sent these.
    fn after(sent: &[Vec<u8>]) -> Outgoing {
        let mut outgoing = Outgoing::default();
        let bytes = sent.concat();
        outgoing.wrote(&[IoSlice::new(&bytes)], bytes.len());
        outgoing
    }

    #[test]
    fn a_stream_that_ends_as_malformed_without_an_answer_is_known_and_so_is_a_bare_431() {
        let before = [frame(4, 0, 0, &[]), answer(1), frame(DATA, END_STREAM, 1, b"ok")];
        let next = after(&before);
        assert_eq!(next.next(&end(3, 1)), Next::Malformed { stream: 3 });
        let bare = frame(HEADERS, END_HEADERS | END_STREAM, 3, &[0x48, 2, 1, 2]);
        assert_eq!(next.next(&bare), Next::TooLarge { stream: 3, status: &[0x48, 2, 1, 2] });
        for other in
            [end(1, 1), end(3, 2), end(3, 0), frame(DATA, 0, 3, &MALFORMED), answer(3), frame(1, 5, 1, &[8])]
        {
            assert_eq!(next.next(&other), Next::Through(other.len()), "{other:?}");
        }
    }

    #[test]
    fn what_stands_in_front_goes_out_first() {
        let body = frame(DATA, 0, 1, &end(3, 1));
        let bytes = [&*body, &end(3, 1)].concat();
        let mut outgoing = after(&[answer(1)]);
        assert_eq!(outgoing.next(&bytes), Next::Through(body.len()));
        for written in 0..body.len() {
            let mut partly = after(&[answer(1)]);
            partly.wrote(&[IoSlice::new(&bytes)], written);
            assert_eq!(partly.next(&bytes[written..]), Next::Through(body.len() - written), "{written}");
        }
        outgoing.wrote(&[IoSlice::new(&body[..9]), IoSlice::new(&body[9..])], body.len());
        assert_eq!(outgoing.next(&end(3, 1)), Next::Malformed { stream: 3 });
    }

    #[test]
    fn an_old_stream_or_frames_without_a_beginning_are_left_alone() {
        let many: Vec<_> = (0..300).map(|number| answer(2 * number + 1)).collect();
        for (stream, is_known) in [(1, false), (87, false), (599, false), (601, true)] {
            let found = after(&many).next(&end(stream, 1)) != Next::Through(13);
            assert_eq!(found, is_known, "{stream}");
        }
        let mut lost = Outgoing::default();
        lost.wrote(&[IoSlice::new(b"short")], 5);
        assert_eq!(lost.next(&end(3, 1)), Next::Through(13));
    }
}
