//! The request that is verified: one of those that the load generator sends, at a fixed time.

use oauth::{SignatureMethod, sign};

use crate::load::{identity::Identity, requests::authorization_signed};

/// When the request is signed and verified: 24 November 2026, half an hour after the consumers were made.
pub const NOW: u64 = 1_795_480_000;

/// With the same nonce in every run.
pub const NONCE: &str = "000000000000000000000000";

/// The key that verifies the RSA-SHA256 signature of this request with `NONCE`. The private key is not kept; another
/// request needs another pair: `openssl dgst -sha256 -sign PRIVATE_KEY BASE_STRING | base64 -w0`.
pub const RSA_PUBLIC_KEY: &str = include_str!("rsa-2048.pem");
const RSA_SIGNATURE: &str = include_str!("rsa-2048-sha256.txt");

/// The value of the `Authorization` header.
pub fn header(identity: &Identity, method: SignatureMethod, nonce: &str) -> String {
    authorization_signed(identity, method, nonce, NOW, |base_string| {
        let by_hmac = sign(method, base_string, &identity.secret, &identity.token_secret);
        by_hmac.unwrap_or_else(|| RSA_SIGNATURE.trim().to_owned())
    })
}
