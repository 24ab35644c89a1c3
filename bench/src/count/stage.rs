//! The stages of a verification, each to be repeated as often as asked.

use std::{hint::black_box, path::Path};

use oauth::{Problem, Request, RsaPublicKey, Secrets, SignatureMethod, base_string_uri};

use crate::{
    count::{
        example::{NONCE, NOW, RSA_PUBLIC_KEY, header},
        service,
    },
    load::{identity::Identity, requests::url},
    result::Result,
};

/// Accepted distance of the timestamp, in seconds.
const SKEW: u64 = 300;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Stage {
    /// From the described URL to base string URI and query
    Uri,
    /// From header and query to sorted parameters
    Parse,
    /// From sorted parameters to the base string
    BaseString,
    /// Base string, HMAC-SHA1, comparison
    HmacSha1,
    /// Base string, HMAC-SHA256, comparison
    HmacSha256,
    /// Base string, key from PEM, RSA-SHA256 with 2048 bits
    RsaSha256,
    /// All of it with HMAC-SHA1, and the timestamp
    Verdict,
    /// The use case with consumer, token and user from memory, and the nonce on SQLite's disk
    Service,
}

impl Stage {
    pub const ALL: [Self; 8] = [
        Self::Uri,
        Self::Parse,
        Self::BaseString,
        Self::HmacSha1,
        Self::HmacSha256,
        Self::RsaSha256,
        Self::Verdict,
        Self::Service,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Uri => "`base_string_uri`: the URL",
            Self::Parse => "`Request::parse`: header and query",
            Self::BaseString => "`SignedRequest::base_string`",
            Self::HmacSha1 => "`SignedRequest::verify`, HMAC-SHA1",
            Self::HmacSha256 => "`SignedRequest::verify`, HMAC-SHA256",
            Self::RsaSha256 => "`SignedRequest::verify`, RSA-SHA256 with a key of 2048 bits, read from PEM",
            Self::Verdict => "the whole verdict of `oauth`, HMAC-SHA1",
            Self::Service => "`Service::verify`, HMAC-SHA1, SQLite, one request at a time",
        }
    }

    /// How often it is repeated in two runs, whose difference is counted.
    pub fn repetitions(self) -> [u32; 2] {
        match self {
            Self::RsaSha256 => [10, 110],
            Self::Service => [service::WARM_UP, service::WARM_UP + service::COUNTED],
            _ => [100, 1100],
        }
    }

    /// Does it that often; the folder has the database.
    pub fn repeat(self, times: u32, folder: &Path) -> Result<()> {
        let url = url();
        let (uri, query) = base_string_uri(&url)?;
        let identity = Identity::new(0);
        let header = header(&identity, self.method(), NONCE);
        let authorization: [&[u8]; 1] = [header.as_bytes()];
        let request = Request {
            method: "GET",
            base_string_uri: &uri,
            query,
            authorization: &authorization,
            form: None,
        };
        let signed = request.parse(&[])?;
        match self {
            Self::Uri => again(times, || base_string_uri(black_box(&url)).map(drop))?,
            Self::Parse => again(times, || black_box(&request).parse(&[]).map(drop))?,
            Self::BaseString => again(times, || {
                black_box(black_box(&signed).base_string());
                Ok::<_, Problem>(())
            })?,
            Self::HmacSha1 | Self::HmacSha256 => {
                again(times, || black_box(&signed).verify(&secrets(&identity, None)))?;
            }
            Self::RsaSha256 => again(times, || {
                let key = RsaPublicKey::from_pem(black_box(RSA_PUBLIC_KEY)).expect("it was registered");
                black_box(&signed).verify(&secrets(&identity, Some(&key)))
            })?,
            Self::Verdict => again(times, || verdict(black_box(&url), black_box(&authorization), &identity))?,
            Self::Service => service::repeat(times, folder)?,
        }
        Ok(())
    }

    fn method(self) -> SignatureMethod {
        match self {
            Self::HmacSha256 => SignatureMethod::HmacSha256,
            Self::RsaSha256 => SignatureMethod::RsaSha256,
            _ => SignatureMethod::HmacSha1,
        }
    }
}

fn again<E>(times: u32, once: impl Fn() -> std::result::Result<(), E>) -> std::result::Result<(), E> {
    (0..times).try_for_each(|_| black_box(once()))
}

fn verdict(url: &str, authorization: &[&[u8]], identity: &Identity) -> std::result::Result<(), Problem> {
    let (uri, query) = base_string_uri(url).expect("it is one");
    let request = Request { method: "GET", base_string_uri: &uri, query, authorization, form: None };
    let signed = request.parse(&[])?;
    signed.check_timestamp(NOW, SKEW)?;
    signed.verify(&secrets(identity, None))
}

fn secrets<'a>(identity: &'a Identity, rsa_public_key: Option<&'a RsaPublicKey>) -> Secrets<'a> {
    Secrets { consumer_secret: &identity.secret, token_secret: &identity.token_secret, rsa_public_key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_that_needs_no_database_accepts_its_request() {
        for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Service) {
            assert!(stage.repeat(1, Path::new("")).is_ok(), "{stage:?}");
        }
    }
}
