//! The request line of HTTP/1 as its bytes come in. A request target has no fragment (RFC 9112 section 3.2), and the http
//! crate drops one without a trace: a gateway's question would be about another URL than the one that a client sent.
//!
//! A request that is pipelined behind another one is not looked at: gateways ask one question after the other, and elsewhere
//! a fragment changes nothing.

/// What the paths begin with at which gateways ask.
const GATE: &[u8] = b"/verify";
/// At which tools ask, who read the status as every client does.
const TOOLS: &[u8] = b"/verify/json";

/// A request line, as far as it has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RequestLine {
    part: Part,
    /// The beginning of the target, as far as it tells who asks, and how much of it has come.
    target: [u8; TOOLS.len() + 1],
    length: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    /// Nothing but the empty lines that may precede it (RFC 9112 section 2.2).
    #[default]
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
            self.part = match (self.part, *byte) {
                (Part::Over, _) => return,
                (Part::Before, b'\r' | b'\n') => Part::Before,
                (_, b'\n') => Part::Over,
                (Part::Target, octet) => {
                    self.keep(octet);
                    if octet == b'#' {
                        *byte = 0;
                    }
                    Part::Target
                }
                (_, b' ') => Part::Target,
                (Part::Before | Part::Method, _) => Part::Method,
            };
        }
    }

    fn keep(&mut self, octet: u8) {
        if let Some(place) = self.target.get_mut(self.length) {
            *place = octet;
            self.length += 1;
        }
    }

    /// Whether the target is that of a gateway's question.
    pub(super) fn is_for_the_gate(&self) -> bool {
        let is_below = |path| {
            let rest = self.target[..self.length].strip_prefix(path);
            rest.and_then(<[u8]>::first).is_some_and(|next| b"/?# ".contains(next))
        };
        is_below(GATE) && !is_below(TOOLS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: &[&str]) -> String {
        let mut line = RequestLine::default();
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
    fn a_gateway_s_question_is_known_by_its_target() {
        for (text, is) in [
            ("GET /verify HTTP/1.1\r\n", true),
            ("\r\nPOST /verify?a HTTP/1.1\r\nX: /verify", true),
            ("GET /verify/find#a\" HTTP/1.1", true),
            ("GET /verify# HTTP/1.1", true),
            ("GET /verify", false),
            ("POST /verify/json HTTP/1.1", false),
            ("POST /verify/json?a HTTP/1.1", false),
            ("POST /verify/jsons HTTP/1.1", true),
            ("GET /verifying HTTP/1.1\r\n", false),
            ("GET /healthz?/verify/ HTTP/1.1\r\n/verify ", false),
            ("GET  /verify/ HTTP/1.1\r\n", false),
        ] {
            let mut line = RequestLine::default();
            line.refuse_fragment(&mut text.as_bytes().to_vec());
            assert_eq!(line.is_for_the_gate(), is, "{text}");
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
