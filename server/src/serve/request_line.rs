//! The request line of HTTP/1 as its bytes come in. A request target has no fragment (RFC 9112 section 3.2), and the http
//! crate drops one without a trace: a gateway's question would be about another URL than the one that a client sent.
//!
//! A request that is pipelined behind another one is not looked at: gateways ask one question after the other, and elsewhere
//! a fragment changes nothing.

/// How much of a request line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestLine {
    /// Nothing but the empty lines that may precede it (RFC 9112 section 2.2).
    Before,
    Method,
    /// The target, and the version after it.
    Target,
    Over,
}

impl RequestLine {
    /// Reads on. A `#` in the target becomes a NUL, which hyper refuses as it refuses whatever makes no target.
    pub(super) fn refuse_fragment(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *self = match (*self, *byte) {
                (Self::Over, _) => return,
                (Self::Before, b'\r' | b'\n') => Self::Before,
                (_, b'\n') => Self::Over,
                (Self::Target, b'#') => {
                    *byte = 0;
                    Self::Target
                }
                (Self::Target, _) | (_, b' ') => Self::Target,
                (Self::Before | Self::Method, _) => Self::Method,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: &[&str]) -> String {
        let mut line = RequestLine::Before;
        let read = parts.iter().map(|part| {
            let mut bytes = part.as_bytes().to_vec();
            line.refuse_fragment(&mut bytes);
            String::from_utf8(bytes).unwrap()
        });
        read.collect()
    }

    #[test]
    fn a_number_sign_in_the_target_becomes_what_no_target_has_in_whatever_parts_it_comes() {
        for parts in [
            &["GET /x?a=1#&b=2 HTTP/1.1\r\nHost: a\r\n\r\n"][..],
            &["\r\n", "G", "ET", " ", "/x?a=1", "#&b=2 HTTP/1.1\r\nHost: a\r\n\r\n"],
            &["GET http://a/x# HTTP/1.1\n\n"],
        ] {
            assert_eq!(read(parts), parts.concat().replace('#', "\0"), "{parts:?}");
        }
    }

    #[test]
    fn everything_else_is_read_as_it_came() {
        for parts in [
            &["GET /x?a=%23 HTTP/1.1\r\nX: #\r\n\r\n#body /#\r\n"][..],
            &["G#T /x HTTP/1.1\r\n", "X: # #", "\r\n\r\n#"],
            &["\r\n\r\nPOST / HTTP/1.1\r\n\r\n", "a=#b"],
        ] {
            assert_eq!(read(parts), parts.concat(), "{parts:?}");
        }
    }
}
