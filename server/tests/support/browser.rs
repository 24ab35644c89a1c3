//! A browser without a screen: it keeps one cookie, and says like every browser where its requests come from.

use std::time::Duration;

use http::{HeaderMap, Method, Request, request::Builder};
use serde_json::Value;
use ureq::{Agent, AsSendBody};

use super::{PATIENCE, Stream};

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    /// The wrong fields that a server function names, in its order.
    pub fn wrong_fields(&self) -> Vec<String> {
        let errors = self.json();
        let errors = errors["Invalid"].as_array().expect("an error of fields");
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// One visitor.
#[derive(Clone)]
pub struct Browser {
    base: String,
    /// `name=value` of the session cookie, once there is one.
    pub cookie: Option<String>,
}

/// A client for one request: it keeps no connection, so that a server may restart, and no cookie but the test's.
fn agent(timeout: Option<Duration>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(timeout);
    config.build().new_agent()
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookie: None }
    }

    /// The same person at a server that came back under another address.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), cookie: self.cookie.clone() }
    }

    /// A request with the cookie, and nothing about where it comes from.
    pub fn bare(&self, method: Method, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        self.cookie.iter().fold(request, |request, cookie| request.header("cookie", cookie))
    }

    /// A request as the pages' own forms and scripts make it.
    pub fn request(&self, method: Method, path: &str) -> Builder {
        self.bare(method, path).header("sec-fetch-site", "same-origin")
    }

    pub fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path).body(()).unwrap())
    }

    /// Sends a form.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        send(with_form(self.request(Method::POST, path), form))
    }

    /// Calls a server function of the page.
    pub fn call(&self, function: &str, arguments: &[(&str, &str)]) -> Answer {
        self.post(&format!("/api/page/{function}"), arguments)
    }

    /// Registers a consumer and returns it as the server function does.
    #[track_caller]
    pub fn register(&self, name: &str) -> Value {
        self.call("register", &[("name", name), ("secret", super::SECRET)]).is(200).json()
    }

    /// The names of the consumers, newest first; of the newest 90 where there are more.
    #[track_caller]
    pub fn names(&self) -> Vec<String> {
        let rows = self.call("rows", &[]).is(200).json();
        rows["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Sends the sign-in form, which has to succeed.
    #[track_caller]
    pub fn sign_in(&mut self, username: &str, password: &str) {
        let answer = self.post("/sign-in", &[("username", username), ("password", password)]).is(303);
        self.take_cookie(&answer);
    }

    /// Keeps the cookie that an answer sets.
    pub fn take_cookie(&mut self, answer: &Answer) {
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        assert!(cookie.contains('='), "the answer sets a cookie: {answer:?}");
        self.cookie = Some(cookie.to_owned());
    }

    /// Opens the event stream, resuming after an event where one is given.
    #[track_caller]
    pub fn events(&self, last_id: Option<&str>) -> Stream {
        let request = self.request(Method::GET, "/events");
        listen(last_id.into_iter().fold(request, |request, id| request.header("last-event-id", id)))
    }

    /// Opens the event stream as a page does that shows lines of activity.
    #[track_caller]
    pub fn line_events(&self) -> Stream {
        listen(self.request(Method::GET, "/events?lines=1"))
    }

    /// Opens the event stream as a page does that knows what it has seen.
    #[track_caller]
    pub fn events_after(&self, id: &str) -> Stream {
        listen(self.request(Method::GET, &format!("/events?after={id}")))
    }
}

/// Sends a request and reads the whole answer.
pub fn send(request: Request<impl AsSendBody>) -> Answer {
    try_send(request).unwrap()
}

/// Sends a request to a server that may go away before it has answered to the end.
pub fn try_send(request: Request<impl AsSendBody>) -> Result<Answer, ureq::Error> {
    let (parts, mut body) = agent(Some(PATIENCE)).run(request)?.into_parts();
    let body = body.with_config().limit(u64::MAX).read_to_vec()?;
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}

#[track_caller]
fn listen(request: Builder) -> Stream {
    let answer = agent(None).run(request.body(()).unwrap()).unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    Stream::read(answer.into_body().into_reader())
}

/// A request with a form as its body.
pub fn with_form(request: Builder, form: &[(&str, &str)]) -> Request<String> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    request.header("content-type", "application/x-www-form-urlencoded").body(body.finish()).unwrap()
}
