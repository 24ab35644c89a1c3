//! A consumer that signs its requests by the rules and, where a test asks for it, against them.

#![allow(unused_imports, reason = "each test file uses its part")]

mod app;
mod call;
mod provider;
pub mod raw;
pub mod refused;
mod signed;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

pub use app::App;
pub use call::{Call, Place};
use http::{Request, request::Builder};
use oauth::encode;
pub use provider::Provider;
use serde_json::Value;
use service::Clock;
pub use signed::{FORM, Signed};

use super::{
    PATIENCE,
    browser::{Answer, send},
};

pub const ECHO: &str = "/api/v1/echo";
pub const CONSUMERS: &str = "/api/v1/consumers";
pub const REQUEST_TOKEN: &str = "/oauth/requestToken";
pub const ACCESS_TOKEN: &str = "/oauth/accessToken";

/// A token and its secret.
pub type Credentials = (String, String);

/// Sends JSON.
pub fn send_json(request: Builder, body: &Value) -> Answer {
    send(request.header("content-type", "application/json").body(body.to_string()).unwrap())
}

/// Asks `/verify/json` with this body.
pub fn verify_json(internal: &str, body: &str) -> Answer {
    let request = Request::post(format!("{internal}/verify/json"));
    send(request.header("content-type", "application/json").body(body.to_owned()).unwrap())
}

/// A connection to `/verify/json` that is kept, for many questions.
pub struct Asker {
    agent: ureq::Agent,
    url: String,
}

impl Asker {
    pub fn new(internal: &str) -> Self {
        Self { agent: ureq::Agent::new_with_defaults(), url: format!("{internal}/verify/json") }
    }

    /// The problem; `None` where the request is accepted.
    pub fn ask(&self, signed: &Signed) -> Option<String> {
        self.try_ask(signed).unwrap()
    }

    /// The same of a server that may go away before it has answered to the end.
    pub fn try_ask(&self, signed: &Signed) -> Result<Option<String>, ureq::Error> {
        let asked = self.agent.post(&self.url).send(signed.description().to_string());
        let answer = asked?.into_body().read_to_vec()?;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        if answer["active"] == true {
            return Ok(None);
        }
        Ok(Some(answer["problem"].as_str().unwrap().to_owned()))
    }
}

/// The value of the Authorization header with these pairs.
pub fn in_header(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value))).collect();
    format!("OAuth realm=\"any\", {}", pairs.join(", "))
}

fn encoded(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    oauth::form(&pairs)
}

/// The credentials in an answer.
#[track_caller]
pub fn credentials(answer: &Answer) -> Credentials {
    let form = refused::form(answer);
    (form["oauth_token"].clone(), form["oauth_token_secret"].clone())
}

/// Seconds since 1970.
pub fn now() -> u64 {
    u64::try_from(Clock::System.now().unix_timestamp()).unwrap()
}

/// Unique across processes.
pub fn nonce() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = Clock::System.now().unix_timestamp_nanos();
    format!("{}/{nanos}+{}=", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Asks again until the answer is right.
#[track_caller]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
    }
}

/// The median.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
