//! A nonce, and its bytes in the database.

/// A stored nonce: its second, big-endian, then its hash, so nonces sort by time.
pub(super) const NONCE_BYTES: usize = 24;

/// What makes a request unique among those of its second (RFC 5849 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce {
    /// `oauth_timestamp`: seconds since 1970, never negative.
    pub timestamp: i64,
    /// A hash of consumer, token and nonce.
    pub hash: [u8; 16],
}

impl Nonce {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.hash);
    }

    pub(super) fn read(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes.chunks_exact(NONCE_BYTES).map(|bytes| {
            let (timestamp, hash) = bytes.split_at(8);
            let timestamp = i64::from_be_bytes(timestamp.try_into().expect("eight bytes"));
            Self { timestamp, hash: hash.try_into().expect("sixteen bytes") }
        })
    }
}
