//! The API: consumers, activity, who calls, and what it says about itself.

use crate::support;

mod access;
mod activity;
mod activity_export;
mod bad_input;
mod bodies;
mod callers;
mod changes;
mod details;
mod documents;
mod export;
mod list;
mod rights;
mod secrets;
mod times;
mod tokens;
mod used;
mod users;
mod views;

use http::Method;
use serde_json::{Value, json};
use support::{
    Browser, SECRET,
    browser::{Answer, send},
    signer::{CONSUMERS, send_json},
};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// A call without a body.
fn call(who: &Browser, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = who.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(request.body(()).unwrap())
}

/// A call with JSON.
fn call_json(who: &Browser, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let request = who.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send_json(request, body)
}

fn at(key: &str) -> String {
    format!("{CONSUMERS}/{key}")
}

/// Registers a consumer and returns its key.
#[track_caller]
fn register(who: &Browser, name: &str) -> String {
    let answer = call_json(who, Method::POST, CONSUMERS, &[], &json!({ "name": name, "secret": SECRET }));
    answer.is(201).json()["key"].as_str().unwrap().to_owned()
}
