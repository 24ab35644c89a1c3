//! Frames of HTTP/2 (RFC 9113 §4.1) and fields that no table learns (RFC 7541 §6.2.2).

/// The length of what every frame begins with.
pub(super) const HEAD_BYTES: usize = 9;
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const WINDOW_UPDATE: u8 = 8;
/// Of HEADERS and DATA.
pub(super) const END_STREAM: u8 = 1;
/// Of HEADERS.
pub(super) const END_HEADERS: u8 = 4;

/// What a frame begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The length of the payload.
    pub(super) length: usize,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
}

impl Head {
    pub(super) fn of(bytes: [u8; HEAD_BYTES]) -> Self {
        let [length @ .., kind, flags, _, _, _, _] = bytes;
        let [_, _, _, _, _, stream @ ..] = bytes;
        let length = length.into_iter().fold(0, |length, octet| length << 8 | usize::from(octet));
        // The first bit is reserved.
        Self { length, kind, flags, stream: u32::from_be_bytes(stream) & 0x7fff_ffff }
    }

    /// The one that these bytes begin with; `None` where it is not whole.
    pub(super) fn first(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().map(|head| Self::of(*head))
    }

    /// The length of the frame.
    pub(super) fn whole(&self) -> usize {
        HEAD_BYTES + self.length
    }
}

/// A frame, whose payload has less than the 16 KiB that every peer takes.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, _, _, _, _, a, b, c] = (payload.len() as u64).to_be_bytes();
    [&[a, b, c, kind, flags], &stream.to_be_bytes()[..], payload].concat()
}

/// A field with its name, in lower case. The peer's table stays as the encoder on this connection left it.
pub(super) fn field(name: &str, value: &str) -> Vec<u8> {
    [&[0], &*number(name.len()), name.as_bytes(), &number(value.len()), value.as_bytes()].concat()
}

/// A number with a prefix of seven bits, after a bit that is not set (RFC 7541 §5.1).
fn number(value: usize) -> Vec<u8> {
    const PREFIX: usize = 127;
    let low = |value: usize| u8::try_from(value & PREFIX).unwrap_or_default();
    let Some(mut rest) = value.checked_sub(PREFIX) else { return vec![low(value)] };
    let mut octets = vec![low(PREFIX)];
    while rest > PREFIX {
        octets.push(low(rest) | 128);
        rest >>= 7;
    }
    octets.push(low(rest));
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_made() {
        let made = frame(HEADERS, END_HEADERS, 77, &[5; 300]);
        let head = Head::first(&made).unwrap();
        assert_eq!(head, Head { length: 300, kind: HEADERS, flags: END_HEADERS, stream: 77 });
        assert_eq!((head.whole(), Head::first(&made[..8])), (made.len(), None));
    }

    #[test]
    fn numbers_are_those_of_the_standard() {
        for (value, octets) in [
            (0, &[0][..]),
            (126, &[126]),
            (127, &[127, 0]),
            (254, &[127, 127]),
            (255, &[127, 128, 1]),
            (1337, &[127, 186, 9]),
        ] {
            assert_eq!(number(value), octets, "{value}");
        }
        assert_eq!(field("a", "bc"), b"\0\x01a\x02bc");
    }
}
