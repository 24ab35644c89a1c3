//! Parses a request into a signed request with well-formed parameters, and checks its timestamp and signature.

use std::{borrow::Cow, fmt, ops::Range};

use crate::{
    base_string::base_string,
    header,
    parameters::{self, Parameter, Places, Protocol, rejected},
    problem::Problem,
    request::Request,
    signature::{self, Secrets, SignatureMethod},
};

const LONGEST_NONCE: usize = 255;

/// The units smaller than a second that clocks count, and how many of them a second has.
const SMALL_UNITS: &[(&str, u64)] =
    &[("milliseconds", 1_000), ("microseconds", 1_000_000), ("nanoseconds", 1_000_000_000)];

/// The seconds since 1970 that have ten digits, from 2001 to 2286.
const OF_OUR_TIME: Range<u64> = 1_000_000_000..10_000_000_000;

impl<'a> Request<'a> {
    /// Whether the request claims to be signed, validly or not: it has an Authorization header field that is OAuth's or meant
    /// to be, or a protocol parameter in its query or form.
    pub fn is_signed(&self) -> bool {
        self.authorization.iter().any(|field| header::credentials(field).is_some())
            || self.query.is_some_and(parameters::has_protocol_parameter)
            || self.form.is_some_and(parameters::has_protocol_parameter)
    }

    /// Whether the signature stands in the query, where logs and histories keep it.
    pub fn is_signed_in_query(&self) -> bool {
        self.query.is_some_and(parameters::has_signature)
    }

    /// Parses the parameters and checks everything that does not depend on the consumer, in this order: malformed,
    /// repeated and absent parameters, the timestamp's syntax, version, method.
    ///
    /// `required` names parameters that this endpoint needs in addition to those of every signed request, for example
    /// `oauth_callback`; they are reported together with other absent ones.
    ///
    /// # Errors
    /// [`Problem::ParameterRejected`], [`Problem::ParameterAbsent`], [`Problem::VersionRejected`] or
    /// [`Problem::SignatureMethodRejected`].
    pub fn parse(&self, required: &[&'static str]) -> Result<SignedRequest<'a>, Problem> {
        SignedRequest::new(self, required)
    }
}

/// A request with well-formed parameters, whose signature is not verified yet. `Debug` leaves out the signature, since a
/// PLAINTEXT signature consists of the secrets.
#[derive(Clone)]
pub struct SignedRequest<'a> {
    method: &'a str,
    base_string_uri: &'a [u8],
    /// Sorted, without `oauth_signature`.
    parameters: Vec<Parameter<'a>>,
    places: Places,
    signature: Cow<'a, str>,
    signature_method: SignatureMethod,
    timestamp: Option<u64>,
}

impl<'a> SignedRequest<'a> {
    fn new(request: &Request<'a>, required: &[&'static str]) -> Result<Self, Problem> {
        let mut parameters = parameters::collect(request)?;
        // The base string excludes it (§3.4.1.3.1).
        let index = parameters
            .iter()
            .position(|parameter| Protocol::of(&parameter.name) == Some(Protocol::Signature));
        let signature = index.map(|index| text(parameters.remove(index).value)).unwrap_or_default();
        let places = Places::of(&parameters);
        let mut signed = Self {
            method: request.method,
            base_string_uri: request.base_string_uri,
            parameters,
            places,
            signature,
            signature_method: SignatureMethod::Plaintext,
            timestamp: None,
        };
        signed.refuse_absent(required)?;
        if signed.value(Protocol::Nonce).is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
            return Err(rejected(["oauth_nonce"], "A nonce has at most 255 bytes; send a shorter one."));
        }
        signed.timestamp = signed.text(Protocol::Timestamp).map(seconds).transpose()?;
        let version = places.find(&signed.parameters, Protocol::Version);
        if version.is_some_and(|version| version != b"1.0" && !version.eq_ignore_ascii_case(b"1.0A")) {
            return Err(Problem::VersionRejected);
        }
        signed.signature_method = signed
            .text(Protocol::SignatureMethod)
            .and_then(SignatureMethod::parse)
            .ok_or(Problem::SignatureMethodRejected { accepted: Vec::new() })?;
        Ok(signed)
    }

    /// The consumer key.
    pub fn consumer_key(&self) -> &str {
        self.text(Protocol::ConsumerKey).unwrap_or_default()
    }

    /// The token; `None` if it is absent or empty, which are equivalent (§3.1).
    pub fn token(&self) -> Option<&str> {
        self.text(Protocol::Token)
    }

    /// The signature method.
    pub fn signature_method(&self) -> SignatureMethod {
        self.signature_method
    }

    /// Unix time in seconds; `u64::MAX` if the number is greater. `None` only with PLAINTEXT.
    pub fn timestamp(&self) -> Option<u64> {
        self.timestamp
    }

    /// The nonce, 1 to 255 bytes. `None` only with PLAINTEXT.
    pub fn nonce(&self) -> Option<&str> {
        self.text(Protocol::Nonce)
    }

    /// The callback, unchanged (§2.1); `None` if it is absent or empty.
    pub fn callback(&self) -> Option<&str> {
        self.text(Protocol::Callback)
    }

    /// The verifier (§2.3); `None` if it is absent or empty.
    pub fn verifier(&self) -> Option<&str> {
        self.text(Protocol::Verifier)
    }

    /// Decoded names and values (§3.4.1.3), in the order of the base string, without `oauth_signature` and `realm`. Octets:
    /// a query or form need not be UTF-8 (§3.6).
    pub fn parameters(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.parameters.iter().map(|parameter| (parameter.name.as_ref(), parameter.value.as_ref()))
    }

    /// The signature base string (§3.4.1).
    pub fn base_string(&self) -> String {
        base_string(self.method, self.base_string_uri, &self.parameters)
    }

    /// Checks that the timestamp is within `skew` seconds of `now` (Unix time in seconds).
    ///
    /// # Errors
    /// [`Problem::TimestampRefused`] or [`Problem::TimestampTooFine`] with the accepted interval.
    pub fn check_timestamp(&self, now: u64, skew: u64) -> Result<(), Problem> {
        let (from, to) = (now.saturating_sub(skew), now.saturating_add(skew));
        match self.timestamp {
            Some(timestamp) if !(from..=to).contains(&timestamp) => Err(self.timestamp_problem(from, to)),
            _ => Ok(()),
        }
    }

    /// What is wrong with a timestamp that is refused, where the server takes Unix times, in seconds, from one to another.
    pub fn timestamp_problem(&self, from: u64, to: u64) -> Problem {
        match self.timestamp.and_then(small_unit) {
            // Where none is accepted at present, one in seconds would not be either.
            Some(unit) if from <= to => Problem::TimestampTooFine { unit, from, to },
            _ => Problem::TimestampRefused { from, to },
        }
    }

    /// Verifies the signature; the comparison takes constant time.
    ///
    /// # Errors
    /// [`Problem::SignatureInvalid`]; [`Problem::SignatureMethodRejected`] for an RSA method without an RSA key.
    pub fn verify(&self, secrets: &Secrets<'_>) -> Result<(), Problem> {
        signature::verify(self.signature_method, || self.base_string(), &self.signature, secrets)
    }

    /// The value, unless it is absent or empty.
    fn value(&self, which: Protocol) -> Option<&[u8]> {
        self.places.find(&self.parameters, which).filter(|value| !value.is_empty())
    }

    /// The value as text, which it is: `parameters::collect` has rejected what is not UTF-8.
    fn text(&self, which: Protocol) -> Option<&str> {
        self.value(which).and_then(|value| str::from_utf8(value).ok())
    }

    fn refuse_absent(&self, required: &[&'static str]) -> Result<(), Problem> {
        // PLAINTEXT requires neither (§3.1).
        let plaintext = self.text(Protocol::SignatureMethod) == Some(SignatureMethod::Plaintext.name());
        let against_replay: &[&str] = if plaintext { &[] } else { &["oauth_timestamp", "oauth_nonce"] };
        let is_absent = |name: &&str| match Protocol::of(name.as_bytes()) {
            Some(Protocol::Signature) => self.signature.is_empty(),
            which => which.is_none_or(|which| self.value(which).is_none()),
        };
        let names = ALWAYS.iter().chain(against_replay).chain(required).copied();
        let absent: Vec<_> = names.filter(is_absent).collect();
        if absent.is_empty() { Ok(()) } else { Err(Problem::ParameterAbsent(absent)) }
    }
}

const ALWAYS: &[&str] = &["oauth_consumer_key", "oauth_signature_method", "oauth_signature"];

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("base_string_uri", &String::from_utf8_lossy(self.base_string_uri))
            .field("consumer_key", &self.consumer_key())
            .field("signature_method", &self.signature_method)
            .finish_non_exhaustive()
    }
}

/// The value of a protocol parameter as text, not copied. It is UTF-8: `parameters::collect` has rejected what is not.
fn text(value: Cow<'_, [u8]>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => String::from_utf8_lossy(value),
        Cow::Owned(value) => Cow::Owned(String::from_utf8(value).unwrap_or_default()),
    }
}

/// The unit of a timestamp that counts a smaller one than seconds. As seconds it would be tens of thousands of years away.
fn small_unit(timestamp: u64) -> Option<&'static str> {
    let unit = SMALL_UNITS.iter().find(|(_, in_a_second)| OF_OUR_TIME.contains(&(timestamp / in_a_second)));
    unit.map(|(name, _)| *name)
}

/// Parses a timestamp. One that overflows becomes `u64::MAX`, which is refused as too late.
fn seconds(digits: &str) -> Result<u64, Problem> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(rejected(
            ["oauth_timestamp"],
            "A timestamp is the seconds since 1970-01-01 00:00 UTC, in decimal digits.",
        ));
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}
