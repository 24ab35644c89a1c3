//! A minimal client that shares only the HMACs with the crate, so that the two implementations check each other.
#![allow(dead_code, reason = "each test file uses its part")]

use oauth::{Problem, Request, Secrets, SignatureMethod, SignedRequest};

pub const URI: &str = "https://api.example.com/v1/things";
pub const CONSUMER_SECRET: &str = "kd94hf93k423kf44";
pub const TOKEN_SECRET: &str = "pfkkdhi9sl3r4s00";
pub const SECRETS: Secrets<'static> =
    Secrets { consumer_secret: CONSUMER_SECRET, token_secret: TOKEN_SECRET, rsa_public_key: None };

pub type Pairs = Vec<(String, String)>;

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

pub fn owned(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
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
pub fn base_string(method: &str, uri: &str, parameters: &Pairs) -> String {
    let mut encoded: Vec<_> =
        parameters.iter().map(|(name, value)| (percent(name), percent(value))).collect();
    encoded.sort();
    let joined: Vec<_> = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", percent(&method.to_ascii_uppercase()), percent(uri), percent(&joined.join("&")))
}

/// Signs all parameters with the method that they name.
pub fn signature((method, uri): (&str, &str), parameters: &[&Pairs]) -> String {
    let all: Pairs = parameters.iter().copied().flatten().cloned().collect();
    let name = all.iter().find(|(name, _)| name == "oauth_signature_method").map(|(_, value)| value);
    let signature_method = SignatureMethod::parse(name.unwrap()).unwrap();
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
    pub uri: String,
    pub query: Option<String>,
    pub headers: Vec<String>,
    pub form: Option<String>,
}

impl Sent {
    /// A request with these parameters, signed.
    pub fn signed(
        request: (&str, &str),
        protocol: (Place, &Pairs),
        in_query: &Pairs,
        in_form: &Pairs,
    ) -> Self {
        let signature = signature(request, &[protocol.1, in_query, in_form]);
        Self::carrying(&signature, request, protocol, in_query, in_form)
    }

    /// A request with these parameters and this signature, which may belong to another request.
    pub fn carrying(
        signature: &str,
        (method, uri): (&str, &str),
        (place, protocol): (Place, &Pairs),
        in_query: &Pairs,
        in_form: &Pairs,
    ) -> Self {
        let protocol = [protocol.clone(), owned(&[("oauth_signature", signature)])].concat();
        let with = |there: &Pairs, here| {
            let all = if place == here { [there.clone(), protocol.clone()].concat() } else { there.clone() };
            (!all.is_empty()).then(|| query(&all))
        };
        Self {
            method: method.into(),
            uri: uri.into(),
            query: with(in_query, Place::Query),
            headers: if place == Place::Header { vec![header(&protocol)] } else { Vec::new() },
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
        let authorization: Vec<&[u8]> = self.headers.iter().map(String::as_bytes).collect();
        read(Request {
            method: &self.method,
            base_string_uri: &self.uri,
            query: self.query.as_deref(),
            authorization: &authorization,
            form: self.form.as_deref().map(str::as_bytes),
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

/// The names of a `ParameterRejected`.
pub fn rejected(problem: Problem) -> Vec<String> {
    match problem {
        Problem::ParameterRejected { names, .. } => names,
        other => panic!("{other:?}"),
    }
}
