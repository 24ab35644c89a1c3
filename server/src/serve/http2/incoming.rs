//! What a client sends over HTTP/2, as far as an answer beside h2's needs it: how much may be sent to it. A little of what the
//! client grants for the connection is kept from h2, which so never sends more than the client takes.

use crate::serve::http2::frame::{HEAD_BYTES, Head, SETTINGS, WINDOW_UPDATE};

/// What a connection begins with, in front of the first frame (RFC 9113 §3.4).
const PREFACE_BYTES: usize = 24;
/// How much of the connection's window is kept: some sixty answers.
const MOST_KEPT: u32 = 16_384;
const HEADER_TABLE_SIZE: u16 = 1;
const INITIAL_WINDOW_SIZE: u16 = 4;

/// What a client has sent until now.
#[derive(Debug)]
pub(super) struct Incoming {
    /// The bytes until the next frame.
    skip: usize,
    head: [u8; HEAD_BYTES],
    /// How much of the head has come.
    came: usize,
    /// How much of an answer the client takes at first.
    of_stream: u32,
    /// What is kept from h2 of the connection's window.
    kept: u32,
    /// The size of the client's table of fields.
    table: u32,
    /// Whether the next fields, h2's, have to begin with a new size of the table (RFC 7541 §4.2).
    is_shrunk: bool,
}

impl Default for Incoming {
    /// A connection at its beginning, with the values of RFC 9113 §6.5.2.
    fn default() -> Self {
        Self {
            skip: PREFACE_BYTES,
            head: [0; HEAD_BYTES],
            came: 0,
            of_stream: 65_535,
            kept: 0,
            table: 4_096,
            is_shrunk: false,
        }
    }
}

impl Incoming {
    /// Notes what has come, and keeps what may be kept of it.
    pub(super) fn read(&mut self, mut bytes: &mut [u8]) {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &mut bytes[skipped..];
            let came = bytes.len().min(HEAD_BYTES - self.came);
            self.head[self.came..][..came].copy_from_slice(&bytes[..came]);
            self.came += came;
            bytes = &mut bytes[came..];
            if self.came < HEAD_BYTES {
                return;
            }
            let head = Head::of(self.head);
            (self.came, self.skip) = (0, head.length);
            self.note(head, bytes.get_mut(..head.length));
        }
    }

    /// Notes a frame; its payload is `None` where that is not whole.
    fn note(&mut self, head: Head, payload: Option<&mut [u8]>) {
        match (head.kind, payload) {
            (SETTINGS, Some(settings)) => {
                for setting in settings.as_chunks().0 {
                    self.set(*setting);
                }
            }
            // What it says is not known.
            (SETTINGS, None) => self.is_shrunk = true,
            (WINDOW_UPDATE, Some(granted)) if head.stream == 0 => {
                if let Some(granted) = granted.first_chunk_mut() {
                    self.keep(granted);
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, setting: [u8; 6]) {
        let [a, b, value @ ..] = setting;
        let value = u32::from_be_bytes(value);
        match u16::from_be_bytes([a, b]) {
            INITIAL_WINDOW_SIZE => self.of_stream = value,
            HEADER_TABLE_SIZE => {
                self.is_shrunk |= value < self.table;
                self.table = value;
            }
            _ => {}
        }
    }

    /// Keeps a part of what is granted. One byte stays: nothing at all would be an error of the client's.
    fn keep(&mut self, granted: &mut [u8; 4]) {
        let all = u32::from_be_bytes(*granted) & 0x7fff_ffff;
        let part = (MOST_KEPT - self.kept).min(all.saturating_sub(1));
        self.kept += part;
        *granted = (all - part).to_be_bytes();
    }

    /// Whether fields may be sent that h2 does not know of.
    pub(super) fn takes_fields(&self) -> bool {
        !self.is_shrunk
    }

    /// Takes these bytes from what is kept, if the client takes them as an answer.
    pub(super) fn spend(&mut self, length: usize) -> bool {
        let Ok(length) = u32::try_from(length) else { return false };
        let may = length <= self.kept && length <= self.of_stream;
        if may {
            self.kept -= length;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http2::frame::{DATA, frame};

    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    fn grant(stream: u32, bytes: u32) -> Vec<u8> {
        frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())
    }

    fn setting(name: u16, value: u32) -> Vec<u8> {
        frame(SETTINGS, 0, 0, &[&name.to_be_bytes()[..], &value.to_be_bytes()].concat())
    }

    /// What h2 reads of these frames, and what is known then.
    fn read(frames: &[Vec<u8>]) -> (Vec<u8>, Incoming) {
        let mut bytes = [PREFACE, &frames.concat()].concat();
        let mut incoming = Incoming::default();
        incoming.read(&mut bytes);
        (bytes.split_off(PREFACE.len()), incoming)
    }

    #[test]
    fn a_part_of_the_connection_s_window_is_kept_and_h2_is_never_granted_nothing() {
        for (granted, known, kept) in [
            (&[20_000][..], &[3_616][..], 16_384),
            (&[100, 1, 20_000], &[1, 1, 3_715], 16_384),
            (&[1], &[1], 0),
        ] {
            let frames: Vec<_> = granted.iter().map(|bytes| grant(0, *bytes)).collect();
            let expected: Vec<_> = known.iter().flat_map(|bytes| grant(0, *bytes)).collect();
            let (found, incoming) = read(&frames);
            assert_eq!((found, incoming.kept), (expected, kept), "{granted:?}");
        }
    }

    #[test]
    fn a_stream_s_own_window_and_what_looks_like_a_grant_in_a_body_stay_as_they_are() {
        let frames = [grant(1, 10_000), frame(DATA, 0, 1, &grant(0, 10_000)), setting(3, 10_000)];
        let (found, incoming) = read(&frames);
        assert_eq!((found, incoming.kept), (frames.concat(), 0));
    }

    #[test]
    fn no_more_is_spent_than_was_kept_and_than_an_answer_may_have() {
        let (_, mut incoming) = read(&[grant(0, 1_001)]);
        assert!(!incoming.spend(1_001) && incoming.spend(600) && !incoming.spend(600) && incoming.spend(400));
        let (_, mut incoming) = read(&[setting(INITIAL_WINDOW_SIZE, 500), grant(0, 10_000)]);
        assert!(!incoming.spend(501) && incoming.spend(500));
    }

    #[test]
    fn fields_are_not_sent_where_the_next_ones_have_to_begin_with_the_size_of_a_table() {
        for (sizes, takes) in [(&[][..], true), (&[65_536], true), (&[0], false), (&[65_536, 4_096], false)] {
            let frames: Vec<_> = sizes.iter().map(|size| setting(HEADER_TABLE_SIZE, *size)).collect();
            assert_eq!(read(&frames).1.takes_fields(), takes, "{sizes:?}");
        }
    }

    #[test]
    fn in_whatever_parts_frames_come_h2_and_the_client_agree() {
        let frames = [setting(INITIAL_WINDOW_SIZE, 700), grant(0, 2_000), grant(3, 9), grant(0, 2_000)];
        let whole = [PREFACE, &frames.concat()].concat();
        for cut in 0..=whole.len() {
            let mut bytes = whole.clone();
            let (first, second) = bytes.split_at_mut(cut);
            let mut incoming = Incoming::default();
            incoming.read(first);
            incoming.read(second);
            let grants = [PREFACE.len() + frames[0].len(), whole.len() - frames[3].len()];
            let known = grants.map(|at| u32::from_be_bytes(*bytes[at + HEAD_BYTES..].first_chunk().unwrap()));
            assert_eq!(known[0] + known[1] + incoming.kept, 4_000, "{cut}");
            assert!(
                incoming.of_stream == 700 || incoming.is_shrunk,
                "{cut}: what was not read is not relied on"
            );
        }
    }
}
