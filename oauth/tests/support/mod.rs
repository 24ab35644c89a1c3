//! A minimal client that shares only the HMACs with the crate, so that the two implementations check each other.
#![allow(dead_code, reason = "each test file uses its part")]

use oauth::{Problem, Request, Secrets, SignatureMethod, SignedRequest};

pub const URI: &str = "https://api.example.com/v1/things";
pub const CONSUMER_SECRET: &str = "kd94hf93k423kf44";
pub const TOKEN_SECRET: &str = "pfkkdhi9sl3r4s00";
pub const SECRETS: Secrets<'static> =
    Secrets { consumer_secret: CONSUMER_SECRET, token_secret: TOKEN_SECRET, rsa_public_key: None };

/// Names and values. Octets: those of a query or form need not be UTF-8.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The protocol parameters of a request signed with HMAC-SHA1, without the signature.
pub fn protocol() -> Pairs {
    owned(&[
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ])
}

/// The protocol parameters with a signature that is not verified.
pub fn complete() -> Pairs {
    [protocol(), owned(&[("oauth_signature", "c2lnbmF0dXJl")])].concat()
}

pub fn owned(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

pub fn percent(octets: impl AsRef<[u8]>) -> String {
    let octets = octets.as_ref().iter();
    octets
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(*byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// `name=value&…`, with `+` for spaces and percent-encoding otherwise.
pub fn query(pairs: &Pairs) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    pairs.join("&").replace("%20", "+")
}

pub fn header(pairs: &Pairs) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}=\"{}\"", percent(name), percent(value))).collect();
    format!("OAuth realm=\"Things\", {}", pairs.join(", "))
}

/// RFC 5849 §3.4.1 literally: encode, sort, join, encode again.
pub fn base_string(method: &str, uri: impl AsRef<[u8]>, parameters: &Pairs) -> String {
    let mut encoded: Vec<_> =
        parameters.iter().map(|(name, value)| (percent(name), percent(value))).collect();
    encoded.sort();
    let joined: Vec<_> = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", percent(method.to_ascii_uppercase()), percent(uri), percent(joined.join("&")))
}

/// Signs all parameters with the method that they name.
pub fn signature<U: AsRef<[u8]>>((method, uri): (&str, U), parameters: &[&Pairs]) -> String {
    let all: Pairs = parameters.iter().copied().flatten().cloned().collect();
    let (_, method_name) = all.iter().find(|(name, _)| name == b"oauth_signature_method").unwrap();
    let signature_method = SignatureMethod::parse(str::from_utf8(method_name).unwrap()).unwrap();
    oauth::sign(signature_method, &base_string(method, uri, &all), CONSUMER_SECRET, TOKEN_SECRET).unwrap()
}

/// Where the client puts the protocol parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Header,
    Query,
    Form,
}

/// A request that a test can modify before it is parsed.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    pub uri: Vec<u8>,
    pub query: Option<Vec<u8>>,
    pub headers: Vec<Vec<u8>>,
    pub form: Option<Vec<u8>>,
}

impl Sent {
    /// A request with these parameters, signed.
    pub fn signed<U: AsRef<[u8]>>(
        (method, uri): (&str, U),
        protocol: (Place, &Pairs),
        in_query: &Pairs,
        in_form: &Pairs,
    ) -> Self {
        let signature = signature((method, &uri), &[protocol.1, in_query, in_form]);
        Self::carrying(&signature, (method, uri), protocol, in_query, in_form)
    }

    /// A request with these parameters and this signature, which may belong to another request.
    pub fn carrying<U: AsRef<[u8]>>(
        signature: &str,
        (method, uri): (&str, U),
        (place, protocol): (Place, &Pairs),
        in_query: &Pairs,
        in_form: &Pairs,
    ) -> Self {
        let protocol = [protocol.clone(), owned(&[("oauth_signature", signature)])].concat();
        let with = |there: &Pairs, here| {
            let all = if place == here { [there.clone(), protocol.clone()].concat() } else { there.clone() };
            (!all.is_empty()).then(|| query(&all).into_bytes())
        };
        Self {
            method: method.into(),
            uri: uri.as_ref().to_vec(),
            query: with(in_query, Place::Query),
            headers: if place == Place::Header { vec![header(&protocol).into_bytes()] } else { Vec::new() },
            form: with(in_form, Place::Form),
        }
    }

    /// The usual request, in the header.
    pub fn usual() -> Self {
        Self::with(&protocol())
    }

    /// A signed request with these protocol parameters in its header.
    pub fn with(protocol: &Pairs) -> Self {
        Self::signed(("GET", URI), (Place::Header, protocol), &Vec::new(), &Vec::new())
    }

    /// Passes the request as a server would.
    pub fn read<T>(&self, read: impl FnOnce(Request<'_>) -> T) -> T {
        let authorization: Vec<&[u8]> = self.headers.iter().map(Vec::as_slice).collect();
        read(Request {
            method: &self.method,
            base_string_uri: &self.uri,
            query: self.query.as_deref(),
            authorization: &authorization,
            form: self.form.as_deref(),
        })
    }

    /// Parses the request and inspects the result.
    pub fn parse<T>(&self, look: impl FnOnce(SignedRequest<'_>) -> T) -> Result<T, Problem> {
        self.read(|request| request.parse(&[]).map(look))
    }

    /// Parses the request.
    pub fn check(&self) -> Result<(), Problem> {
        self.parse(|_| ())
    }

    /// Parses the request and verifies its signature.
    pub fn verify(&self) -> Result<(), Problem> {
        self.parse(|request| request.verify(&SECRETS))?
    }
}

/// A request with only this header field.
pub fn only_header(field: &str) -> Sent {
    Sent { method: "GET".into(), uri: URI.into(), query: None, headers: vec![field.into()], form: None }
}

/// The parameters that are not the protocol's, in order, joined as in a base string.
pub fn normalised(request: &SignedRequest<'_>) -> String {
    let own = request.parameters().filter(|(name, _)| !name.starts_with(b"oauth_"));
    own.map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect::<Vec<_>>().join("&")
}

/// Replaces a part of a header field, which must be there.
pub fn replace(field: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(std::mem::take(field)).unwrap();
    assert!(text.contains(from), "{text}");
    *field = text.replace(from, to).into();
}

/// The names of a `ParameterRejected`.
pub fn rejected(problem: Problem) -> Vec<String> {
    match problem {
        Problem::ParameterRejected { names, .. } => names,
        other => panic!("{other:?}"),
    }
}

/// Why a request is refused, which must be.
pub fn refusal(sent: &Sent) -> Problem {
    sent.check().unwrap_err()
}

/// The names that a refusal rejects.
pub fn names_rejected(sent: &Sent) -> Vec<String> {
    rejected(refusal(sent))
}

/// The words of a `ParameterRejected`.
pub fn why(sent: &Sent) -> &'static str {
    match refusal(sent) {
        Problem::ParameterRejected { why, .. } => why,
        other => panic!("{other:?}"),
    }
}
