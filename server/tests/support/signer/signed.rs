//! A request that is signed, on its way to the public listener, a gateway or a tool.

use http::Request;
use serde_json::{Value, json};

use super::{
    super::browser::{Answer, try_send},
    send_json, verify_json,
};

/// A signed request, which can be sent repeatedly.
#[derive(Clone)]
pub struct Signed {
    pub verb: String,
    /// Where it goes.
    pub target: String,
    /// Where its sender thinks that it goes.
    pub url: String,
    pub internal: String,
    pub authorization: Option<String>,
    pub form: Option<String>,
    pub headers: Vec<(String, String)>,
}

pub const FORM: &str = "application/x-www-form-urlencoded";

impl Signed {
    fn request(&self, verb: &str, target: &str) -> Answer {
        self.try_request(verb, target).unwrap()
    }

    fn try_request(&self, verb: &str, target: &str) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(verb).uri(target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        match &self.form {
            Some(form) => try_send(request.header("content-type", FORM).body(form.clone()).unwrap()),
            None => try_send(request.body(()).unwrap()),
        }
    }

    pub fn send(&self) -> Answer {
        self.request(&self.verb, &self.target)
    }

    /// To a server that may go away before it has answered to the end.
    pub fn try_send(&self) -> Result<Answer, ureq::Error> {
        self.try_request(&self.verb, &self.target)
    }

    /// With a body that no signature covers.
    pub fn send_json(&self, body: &Value) -> Answer {
        let request = Request::builder().method(&*self.verb).uri(&self.target);
        let request = request.header("authorization", self.authorization.as_deref().unwrap());
        send_json(
            self.headers.iter().fold(request, |request, (name, value)| request.header(name, value)),
            body,
        )
    }

    /// As Traefik and Caddy describe it.
    pub fn forwarded(&self) -> Vec<(String, String)> {
        let url = url::Url::parse(&self.url).unwrap();
        let uri = &self.url[url.origin().ascii_serialization().len()..];
        let authority = url.authority();
        [
            ("X-Forwarded-Method", self.verb.as_str()),
            ("X-Forwarded-Proto", url.scheme()),
            ("X-Forwarded-Host", authority),
            ("X-Forwarded-Uri", uri),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Asks `/verify` about it, described by headers.
    pub fn verify(&self) -> Answer {
        self.described(&self.forwarded())
    }

    /// Asks `/verify` with these headers; the form goes with it.
    pub fn described(&self, headers: &[(String, String)]) -> Answer {
        let mut described = self.clone();
        described.headers.extend_from_slice(headers);
        let verb = if self.form.is_some() { "POST" } else { "GET" };
        described.request(verb, &format!("{}/verify", self.internal))
    }

    /// The body for `/verify/json` that describes it.
    pub fn description(&self) -> Value {
        json!({
            "method": self.verb,
            "url": self.url,
            "authorization": self.authorization,
            "form_body": self.form,
        })
    }

    /// Asks `/verify/json` about it.
    pub fn verify_json(&self) -> Answer {
        verify_json(&self.internal, &self.description().to_string())
    }
}
