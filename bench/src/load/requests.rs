//! Requests as bytes, made before they are sent: each signed with HMAC-SHA1, with a nonce of its own.

use std::{net::SocketAddr, time::SystemTime};

use oauth::{SignatureMethod, encode, sign};

use crate::{load::identity::Identity, result::Result};

/// What the client of the gateway asked for.
const HOST: &str = "api.example";
const PATH: &str = "/photos";
const QUERY: &str = "page=2&size=original";

/// How many consumers call again and again.
pub const WORKING_SET: u64 = 100;

/// How a signed request reaches its verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Not signed, with no more headers than HTTP asks for.
    Minimal,
    /// As nginx describes it to `/verify`, with the headers of its client.
    Described,
    /// Unchanged: with the headers of its client, and a gateway's header that it came by https.
    Direct,
}

/// Whose requests they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// The first hundred, in turn.
    WorkingSet,
    /// All of this many, each as likely as the others.
    All(u64),
}

/// Requests, one after the other.
#[derive(Debug, Default)]
pub struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Requests {
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.bytes[begin..end])
    }

    /// Makes requests; they are signed for now, so they have to be sent within seconds.
    pub fn new(form: Form, callers: Callers, count: usize) -> Result<Self> {
        let mut requests = Self::default();
        let mut random = getrandom::u64()?;
        let working_set: Vec<_> = (0..WORKING_SET).map(Identity::new).collect();
        let run = getrandom::u64()?;
        let now = seconds_since_1970();
        for index in 0..count {
            if form == Form::Minimal {
                requests.push("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                continue;
            }
            let nonce = format!("{run:016x}{index:08x}");
            let authorization = match callers {
                Callers::WorkingSet => authorization(&working_set[index % working_set.len()], &nonce, now),
                Callers::All(many) => {
                    random = scramble(random);
                    authorization(&Identity::new(random % many), &nonce, now)
                }
            };
            requests.push(&text(form, &authorization));
        }
        Ok(requests)
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }
}

fn text(form: Form, authorization: &str) -> String {
    let asked = match form {
        Form::Minimal | Form::Described => format!(
            "GET /verify HTTP/1.1\r\nHost: 127.0.0.1:3001\r\nX-Original-Method: GET\r\n\
             X-Original-URL: {}\r\n",
            url()
        ),
        Form::Direct => {
            format!("GET {PATH}?{QUERY} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n")
        }
    };
    format!(
        "{asked}User-Agent: python-requests/2.34.2\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n\
         Authorization: {authorization}\r\n\r\n"
    )
}

/// The URL that the client of the gateway asked for.
pub fn url() -> String {
    format!("https://{HOST}{PATH}?{QUERY}")
}

/// The value of the `Authorization` header, signed with HMAC-SHA1.
fn authorization(identity: &Identity, nonce: &str, now: u64) -> String {
    authorization_signed(identity, SignatureMethod::HmacSha1, nonce, now, |base_string| {
        sign(SignatureMethod::HmacSha1, base_string, &identity.secret, &identity.token_secret)
            .expect("HMAC signs")
    })
}

/// The value of the `Authorization` header. The base string is written out here, not made by the code that is measured.
pub fn authorization_signed(
    identity: &Identity,
    method: SignatureMethod,
    nonce: &str,
    now: u64,
    sign: impl FnOnce(&str) -> String,
) -> String {
    let Identity { key, token, .. } = identity;
    let method = method.name();
    let parameters = format!(
        "oauth_consumer_key={key}&oauth_nonce={nonce}&oauth_signature_method={method}&oauth_timestamp={now}\
         &oauth_token={token}&oauth_version=1.0&{QUERY}"
    );
    let base_string = format!("GET&{}&{}", encode(&format!("https://{HOST}{PATH}")), encode(&parameters));
    format!(
        "OAuth oauth_nonce=\"{nonce}\", oauth_timestamp=\"{now}\", oauth_version=\"1.0\", \
         oauth_signature_method=\"{method}\", oauth_consumer_key=\"{key}\", oauth_token=\"{token}\", \
         oauth_signature=\"{}\"",
        encode(&sign(&base_string))
    )
}

/// A signed request without a body to latchkey's own listener. Besides the usual parameters, it has those of `own`,
/// sorted among them.
pub fn signed_post(
    address: SocketAddr,
    path: &str,
    identity: &Identity,
    own: &[(&str, &str)],
    token_secret: &str,
    nonce: &str,
    now: u64,
) -> String {
    let (key, now) = (identity.key.to_string(), now.to_string());
    let mut parameters = vec![
        ("oauth_consumer_key", key.as_str()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &now),
        ("oauth_version", "1.0"),
    ];
    parameters.extend(own);
    parameters.sort_unstable();
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let uri = format!("http://{address}{path}");
    let base_string = format!("POST&{}&{}", encode(&uri), encode(&pairs.join("&")));
    let signature =
        sign(SignatureMethod::HmacSha1, &base_string, &identity.secret, token_secret).expect("HMAC signs");
    parameters.push(("oauth_signature", &signature));
    let fields: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: python-requests/2.34.2\r\nAccept: */*\r\n\
         Accept-Encoding: gzip, deflate\r\nContent-Length: 0\r\nAuthorization: OAuth {}\r\n\r\n",
        fields.join(", ")
    )
}

/// The next random number (`SplitMix64`), spread evenly.
fn scramble(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[expect(clippy::disallowed_methods, reason = "there is no clock of the program's here")]
pub fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
