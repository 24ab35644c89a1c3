//! A request whose parameters are in order: what it says, and whether time and signature are right.

use std::{borrow::Cow, fmt};

use crate::{
    Problem, Request, Secrets, SignatureMethod,
    base_string::base_string,
    encoding::encoded_order,
    parameters::{self, Parameter, rejected},
    signature,
};

const LONGEST_NONCE: usize = 255;

/// A signed request that can be read; nothing says yet that its signature is right. Prints no signature, since with
/// PLAINTEXT that is the secrets themselves.
#[derive(Clone)]
pub struct SignedRequest<'a> {
    method: &'a str,
    base_string_uri: &'a str,
    /// Sorted, without `oauth_signature`.
    parameters: Vec<Parameter<'a>>,
    signature: Cow<'a, str>,
    signature_method: SignatureMethod,
    timestamp: Option<u64>,
}

impl<'a> SignedRequest<'a> {
    pub(crate) fn new(request: &Request<'a>, required: &[&'static str]) -> Result<Self, Problem> {
        let mut parameters = parameters::collect(request)?;
        refuse_absent(&parameters, required)?;
        if value(&parameters, "oauth_nonce").is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
            return Err(rejected(["oauth_nonce"], "A nonce has at most 255 bytes; send a shorter one."));
        }
        let version = position(&parameters, "oauth_version").map(|index| &parameters[index].value);
        if version.is_some_and(|version| version != "1.0" && !version.eq_ignore_ascii_case("1.0A")) {
            return Err(Problem::VersionRejected);
        }
        let signature_method = value(&parameters, "oauth_signature_method")
            .and_then(SignatureMethod::parse)
            .ok_or(Problem::SignatureMethodRejected)?;
        let timestamp = value(&parameters, "oauth_timestamp").map(seconds).transpose()?;
        let index = position(&parameters, "oauth_signature").expect("an absent one was refused above");
        let signature = parameters.remove(index).value;
        let Request { method, base_string_uri, .. } = *request;
        Ok(Self { method, base_string_uri, parameters, signature, signature_method, timestamp })
    }

    /// The consumer's key.
    pub fn consumer_key(&self) -> &str {
        self.value("oauth_consumer_key").unwrap_or_default()
    }

    /// The token; `None` where it is absent or empty, which says the same (§3.1).
    pub fn token(&self) -> Option<&str> {
        self.value("oauth_token")
    }

    /// The signature method.
    pub fn signature_method(&self) -> SignatureMethod {
        self.signature_method
    }

    /// Unix time in seconds; the greatest number where it has more digits than that. `None` only with PLAINTEXT.
    pub fn timestamp(&self) -> Option<u64> {
        self.timestamp
    }

    /// The nonce, 1 to 255 bytes. `None` only with PLAINTEXT.
    pub fn nonce(&self) -> Option<&str> {
        self.value("oauth_nonce")
    }

    /// The callback, as it was sent (§2.1); `None` where it is absent or empty.
    pub fn callback(&self) -> Option<&str> {
        self.value("oauth_callback")
    }

    /// The verifier (§2.3); `None` where it is absent or empty.
    pub fn verifier(&self) -> Option<&str> {
        self.value("oauth_verifier")
    }

    /// Names and values of §3.4.1.3, decoded, in the order of the base string: without `oauth_signature` and `realm`.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|parameter| (parameter.name.as_ref(), parameter.value.as_ref()))
    }

    /// The signature base string (§3.4.1).
    pub fn base_string(&self) -> String {
        base_string(self.method, self.base_string_uri, &self.parameters)
    }

    /// Checks that the timestamp is at most `skew` seconds before or after `now` (Unix time in seconds).
    ///
    /// # Errors
    /// [`Problem::TimestampRefused`] with the times that would have been taken.
    pub fn check_timestamp(&self, now: u64, skew: u64) -> Result<(), Problem> {
        let (from, to) = (now.saturating_sub(skew), now.saturating_add(skew));
        match self.timestamp {
            Some(timestamp) if !(from..=to).contains(&timestamp) => {
                Err(Problem::TimestampRefused { from, to })
            }
            _ => Ok(()),
        }
    }

    /// Checks the signature, in a time that does not tell how much of it is right.
    ///
    /// # Errors
    /// [`Problem::SignatureInvalid`]; [`Problem::SignatureMethodRejected`] with an RSA method and no RSA key.
    pub fn verify(&self, secrets: &Secrets<'_>) -> Result<(), Problem> {
        signature::verify(self.signature_method, || self.base_string(), &self.signature, secrets)
    }

    fn value(&self, name: &str) -> Option<&str> {
        value(&self.parameters, name)
    }
}

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("base_string_uri", &self.base_string_uri)
            .field("consumer_key", &self.consumer_key())
            .field("signature_method", &self.signature_method)
            .finish_non_exhaustive()
    }
}

fn position(parameters: &[Parameter<'_>], name: &str) -> Option<usize> {
    parameters.binary_search_by(|parameter| encoded_order(&parameter.name, name)).ok()
}

/// The value, where there is one that is not empty.
fn value<'p>(parameters: &'p [Parameter<'_>], name: &str) -> Option<&'p str> {
    position(parameters, name).map(|index| parameters[index].value.as_ref()).filter(|value| !value.is_empty())
}

fn refuse_absent(parameters: &[Parameter<'_>], required: &[&'static str]) -> Result<(), Problem> {
    let always = ["oauth_consumer_key", "oauth_signature_method", "oauth_signature"];
    // PLAINTEXT needs neither (§3.1).
    let plaintext = value(parameters, "oauth_signature_method") == Some(SignatureMethod::Plaintext.name());
    let fresh: &[&str] = if plaintext { &[] } else { &["oauth_timestamp", "oauth_nonce"] };
    let absent: Vec<_> = always
        .iter()
        .chain(fresh)
        .chain(required)
        .copied()
        .filter(|name| value(parameters, name).is_none())
        .collect();
    if absent.is_empty() { Ok(()) } else { Err(Problem::ParameterAbsent(absent)) }
}

/// A timestamp's digits as a number; too many for it are the greatest one, which is refused as too late.
fn seconds(digits: &str) -> Result<u64, Problem> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(rejected(
            ["oauth_timestamp"],
            "A timestamp is the seconds since 1970-01-01 00:00 UTC, in decimal digits.",
        ));
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}
