//! The consumers and tokens of the benchmark: each is derived from its number, so that signing does not need the
//! database. They look like those that latchkey makes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ConsumerKey;
use sha2::{Digest as _, Sha256};

/// Of the first user, who is an administrator.
pub const PASSWORD: &str = "correct horse battery staple";

/// A consumer and the one token that it holds.
#[derive(Clone)]
pub struct Identity {
    pub key: ConsumerKey,
    pub secret: String,
    pub token: String,
    pub token_secret: String,
}

impl Identity {
    pub fn new(number: u64) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&hash("key", number)[..16]);
        Self {
            key: ConsumerKey::from_random(key),
            secret: text("secret", number),
            token: text("token", number),
            token_secret: text("token secret", number),
        }
    }

    /// The consumer's name.
    pub fn name(number: u64) -> String {
        format!("Application {number}")
    }
}

fn text(what: &str, number: u64) -> String {
    URL_SAFE_NO_PAD.encode(hash(what, number))
}

fn hash(what: &str, number: u64) -> [u8; 32] {
    Sha256::new().chain_update(what).chain_update(number.to_be_bytes()).finalize().into()
}
