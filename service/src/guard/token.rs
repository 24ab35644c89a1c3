//! Random tokens that are handed out in the clear and kept as a hash: session cookies, set-up links.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use store::random;

/// 256 random bits, as 43 characters that a URL and a cookie take as they are. Never printed by `Debug`.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    pub(crate) fn new() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()))
    }

    /// The token in the clear, for its owner alone.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the store knows a token by. A plain hash is enough for 256 random bits: there is nothing to guess.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
