//! Signing and verification (RFC 5849 §3.4.2 to §3.4.4, and the same with SHA-2).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RsaParameters, UnparsedPublicKey,
};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{encoding::push_encoded, problem::Problem, rsa_key::RsaPublicKey};

/// A supported value of `oauth_signature_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureMethod {
    /// `HMAC-SHA1` (§3.4.2).
    HmacSha1,
    /// `HMAC-SHA256`.
    HmacSha256,
    /// `HMAC-SHA512`.
    HmacSha512,
    /// `RSA-SHA1` (§3.4.3).
    RsaSha1,
    /// `RSA-SHA256`.
    RsaSha256,
    /// `RSA-SHA512`.
    RsaSha512,
    /// `PLAINTEXT` (§3.4.4). The caller decides whether to allow it.
    Plaintext,
}

impl SignatureMethod {
    /// All methods.
    pub const ALL: [Self; 7] = [
        Self::HmacSha1,
        Self::HmacSha256,
        Self::HmacSha512,
        Self::RsaSha1,
        Self::RsaSha256,
        Self::RsaSha512,
        Self::Plaintext,
    ];

    /// The value of `oauth_signature_method`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaSha512 => "RSA-SHA512",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    /// Whether it takes the consumer's RSA public key, and none of the secrets.
    pub fn is_rsa(self) -> bool {
        match self {
            Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512 => true,
            Self::HmacSha1 | Self::HmacSha256 | Self::HmacSha512 | Self::Plaintext => false,
        }
    }

    /// Finds a method by its name, which is case-sensitive.
    ///
    /// ```
    /// use oauth::SignatureMethod;
    /// assert_eq!(SignatureMethod::parse("HMAC-SHA1"), Some(SignatureMethod::HmacSha1));
    /// assert_eq!(SignatureMethod::parse("hmac-sha1"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// The plaintext secrets that verify a signature. `Debug` does not print them.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// The consumer's secret, for HMAC and PLAINTEXT.
    pub consumer_secret: &'a str,
    /// The token's secret; empty without a token.
    pub token_secret: &'a str,
    /// The consumer's RSA public key, for the RSA methods.
    pub rsa_public_key: Option<&'a RsaPublicKey>,
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Signs a base string with HMAC, or returns the PLAINTEXT signature, which does not depend on it. `None` for the RSA
/// methods, which need a private key.
///
/// ```
/// use oauth::{SignatureMethod, sign};
/// assert_eq!(
///     sign(SignatureMethod::HmacSha1, "GET&http%3A%2F%2Fexample.com%2F&a%3Db", "kd94hf93k423kf44", "").as_deref(),
///     Some("aXVwVv1mqys0irEA0whMMLCVe8E=")
/// );
/// assert_eq!(sign(SignatureMethod::Plaintext, "", "a&b", "c").as_deref(), Some("a%26b&c"));
/// ```
pub fn sign(
    method: SignatureMethod,
    base_string: &str,
    consumer_secret: &str,
    token_secret: &str,
) -> Option<String> {
    let key = key(consumer_secret, token_secret);
    match method {
        SignatureMethod::HmacSha1 => Some(hmac::<Hmac<Sha1>>(&key, base_string)),
        SignatureMethod::HmacSha256 => Some(hmac::<Hmac<Sha256>>(&key, base_string)),
        SignatureMethod::HmacSha512 => Some(hmac::<Hmac<Sha512>>(&key, base_string)),
        SignatureMethod::Plaintext => Some(key.to_string()),
        SignatureMethod::RsaSha1 | SignatureMethod::RsaSha256 | SignatureMethod::RsaSha512 => None,
    }
}

/// Verifies a signature; the comparison takes constant time.
pub(crate) fn verify(
    method: SignatureMethod,
    base_string: impl Fn() -> String,
    signature: &str,
    secrets: &Secrets<'_>,
) -> Result<(), Problem> {
    let key = || key(secrets.consumer_secret, secrets.token_secret);
    let rsa = |parameters| {
        let key = secrets.rsa_public_key.ok_or(Problem::SignatureMethodRejected { accepted: Vec::new() })?;
        Ok(rsa_matches(parameters, key, &base_string(), signature))
    };
    let matches = match method {
        SignatureMethod::HmacSha1 => hmac_matches::<Hmac<Sha1>>(&key(), &base_string(), signature),
        SignatureMethod::HmacSha256 => hmac_matches::<Hmac<Sha256>>(&key(), &base_string(), signature),
        SignatureMethod::HmacSha512 => hmac_matches::<Hmac<Sha512>>(&key(), &base_string(), signature),
        SignatureMethod::RsaSha1 => rsa(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)?,
        SignatureMethod::RsaSha256 => rsa(&RSA_PKCS1_2048_8192_SHA256)?,
        SignatureMethod::RsaSha512 => rsa(&RSA_PKCS1_2048_8192_SHA512)?,
        SignatureMethod::Plaintext => signature.as_bytes().ct_eq(key().as_bytes()).into(),
    };
    if matches { Ok(()) } else { Err(Problem::SignatureInvalid) }
}

/// Encodes and joins both secrets (§3.4.2).
fn key(consumer_secret: &str, token_secret: &str) -> Zeroizing<String> {
    // Enough even if every byte is encoded: a reallocation would leave a copy of the secrets in freed memory.
    let mut key = Zeroizing::new(String::with_capacity((consumer_secret.len() + token_secret.len()) * 3 + 1));
    push_encoded(&mut key, consumer_secret.as_bytes());
    key.push('&');
    push_encoded(&mut key, token_secret.as_bytes());
    key
}

fn mac<M: Mac + KeyInit>(key: &str, base_string: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(base_string.as_bytes());
    mac
}

fn hmac<M: Mac + KeyInit>(key: &str, base_string: &str) -> String {
    BASE64.encode(mac::<M>(key, base_string).finalize().into_bytes())
}

fn hmac_matches<M: Mac + KeyInit>(key: &str, base_string: &str, signature: &str) -> bool {
    decoded(signature).is_some_and(|signature| mac::<M>(key, base_string).verify_slice(&signature).is_ok())
}

fn rsa_matches(
    parameters: &'static RsaParameters,
    key: &RsaPublicKey,
    base_string: &str,
    signature: &str,
) -> bool {
    let key = UnparsedPublicKey::new(parameters, key.pkcs1());
    decoded(signature).is_some_and(|signature| key.verify(base_string.as_bytes(), &signature).is_ok())
}

/// Decodes base64. §3.4 encodes a signature as RFC 2045 §6.8 does, which breaks lines at 76 characters, as some clients do with
/// RSA's: decoders ignore the breaks.
fn decoded(signature: &str) -> Option<Vec<u8>> {
    const BLANKS: [char; 4] = ['\r', '\n', ' ', '\t'];
    let unbroken = || signature.contains(BLANKS).then(|| signature.replace(BLANKS, ""));
    BASE64.decode(signature).ok().or_else(|| BASE64.decode(unbroken()?).ok())
}
