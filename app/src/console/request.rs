//! A form that the page sends to the server. It always comes to an end: with the answer, or in words after ten seconds.
//!
//! One function that is not generic does all of it: a client for each server function, as leptos makes them, took a tenth
//! of the module.

use std::{fmt::Display, pin::Pin};

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::window, server_fn::client::get_server_url};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response, UrlSearchParams};

use crate::{
    error::AppError,
    json::{self, NotRead},
};

/// How long an answer is waited for; `AppError::TimedOut` names it.
const PATIENCE_MS: u32 = 10_000;

/// The name and the value of each field.
pub(crate) type Fields<'a> = &'a [(&'static str, &'a dyn Display)];

/// What comes of it once there is an answer.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// An answer as it came.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What it says as JSON or text; `undefined` where that is something else.
    body: JsValue,
}

/// Calls a server function: what it returns, or why it refused.
pub(crate) fn call<T: DeserializeOwned + 'static>(function: &str, fields: Fields<'_>) -> Pending<T> {
    let answer = post(&format!("{}/api/page/{function}", get_server_url()), fields);
    Box::pin(async move { Ok(json::read(accepted(answer.await?)?)?) })
}

/// The same where the answer has the members of two types.
pub(crate) fn call_for_both<T: DeserializeOwned + 'static, U: DeserializeOwned + 'static>(
    function: &str,
    fields: Fields<'_>,
) -> Pending<(T, U)> {
    let answer = post(&format!("{}/api/page/{function}", get_server_url()), fields);
    Box::pin(async move {
        let body = accepted(answer.await?)?;
        Ok((json::read(body.clone())?, json::read(body)?))
    })
}

fn accepted(answer: Answer) -> Result<JsValue, AppError> {
    if answer.status < 400 { Ok(answer.body) } else { Err(json::read(answer.body)?) }
}

impl From<NotRead> for AppError {
    /// It comes from something else than the server, such as a proxy.
    fn from(_: NotRead) -> Self {
        Self::Unreachable
    }
}

/// Posts a form as browsers do. Where this is dropped, the request is aborted.
pub(crate) fn post(url: &str, fields: Fields<'_>) -> Pending<Answer> {
    fetch(url, Some(fields))
}

/// Gets a text, such as a part of a page.
pub(crate) fn get(url: &str) -> Pending<String> {
    let answer = fetch(url, None);
    Box::pin(async move { answer.await?.body.as_string().ok_or(AppError::Unreachable) })
}

fn fetch(url: &str, fields: Option<Fields<'_>>) -> Pending<Answer> {
    let request = Request::new(url, fields);
    Box::pin(async move {
        let answer = Box::pin(async { request?.answer().await });
        match select(answer, TimeoutFuture::new(PATIENCE_MS)).await {
            Either::Left((answer, _)) => answer.map_err(|_: JsValue| AppError::Unreachable),
            Either::Right(((), _)) => Err(AppError::TimedOut),
        }
    })
}

/// A request that is under way, until it is dropped.
struct Request {
    response: JsFuture,
    /// Whether its answer is a text, and not JSON.
    is_text: bool,
    abort: AbortController,
}

impl Request {
    /// Posts the fields; without any, gets a text.
    fn new(url: &str, fields: Option<Fields<'_>>) -> Result<Self, JsValue> {
        let abort = AbortController::new()?;
        let request = RequestInit::new();
        request.set_signal(Some(&abort.signal()));
        if let Some(fields) = fields {
            let form = UrlSearchParams::new()?;
            for (name, value) in fields {
                form.append(name, &value.to_string());
            }
            request.set_method("POST");
            request.set_body(&form);
        }
        let response = window().fetch_with_str_and_init(url, &request).into();
        Ok(Self { response, is_text: fields.is_none(), abort })
    }

    async fn answer(mut self) -> Result<Answer, JsValue> {
        let response: Response = (&mut self.response).await?.dyn_into()?;
        let body = if self.is_text { response.text()? } else { response.json()? };
        let body = JsFuture::from(body).await;
        Ok(Answer { status: response.status(), body: body.unwrap_or(JsValue::UNDEFINED) })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        // Of no effect once the answer is there.
        self.abort.abort();
    }
}
